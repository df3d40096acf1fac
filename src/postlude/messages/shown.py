"""What people read on channels whose text cannot be rendered again: kept encrypted, for a time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from postlude.kernel import boundaries, store, vault
from postlude.messages import traits
from postlude.messages.models import ShownText
from postlude.messages.types import Leased, Rendered

KEPT = timedelta(days=90)
_PURPOSE = "shown-text"
_COLUMNS = ("message", "org", "sealed", "expires_at")


def keep(leased: Sequence[Leased], rendered: Sequence[Rendered], *, now: datetime) -> None:
    keeps = {it.message for it in leased if traits.of(it.channel).keeps_shown_text}
    rows = [
        (it.message, it.org, vault.encrypt(it.org, _PURPOSE, it.text.encode()), now + KEPT)
        for it in rendered
        if it.message in keeps
    ]
    if not rows:
        return
    with store.write():
        store.insert_ignore(ShownText, _COLUMNS, rows, conflict=("message",), returning="message")
    boundaries.crossing("messages.shown_kept")


def text(org: int, message: int, *, now: datetime) -> str | None:
    row = ShownText.objects.filter(org=org, message=message, expires_at__gt=now).first()
    return vault.decrypt(org, _PURPOSE, bytes(row.sealed)).decode() if row else None


def purge(now: datetime) -> int:
    """Delete what has expired; a housekeeping job."""
    with store.write():
        gone, _ = ShownText.objects.filter(expires_at__lte=now).delete()
    boundaries.crossing("messages.shown_purged")
    return gone
