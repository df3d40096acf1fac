"""What people agreed to, per channel. History is only added to; the newest answer holds."""

from collections.abc import Collection, Iterable
from datetime import datetime

from postlude.kernel import boundaries, ids, lookups, store
from postlude.people.aliases import CHUNK, canonical, families
from postlude.people.models import Consent

_COLUMNS = ("id", "org_id", "contact_id", "channel", "granted", "source", "at")


def set_consent(  # noqa: PLR0913 - a consent without any of these proves nothing
    org: int, contact: int, channel: str, *, granted: bool, source: str, now: datetime
) -> None:
    """Write down a yes or a no. Arriving late does no harm: the newest by `now` holds."""
    row = (ids.new_id(), org, contact, channel, granted, source[:64], now)
    with store.write():
        store.insert_many(Consent, _COLUMNS, [row])
    boundaries.crossing("people.consent_noted")


def answer_many(
    org: int, answers: Iterable[tuple[int, str, bool]], *, source: str, now: datetime
) -> None:
    """Write down the answers (contact, channel, yes or no) that differ from the one that holds.

    Joins the caller's transaction. Said again, an answer leaves no second row.
    """
    by_channel: dict[str, dict[int, bool]] = {}
    for contact, channel, granted in answers:
        by_channel.setdefault(channel, {})[contact] = granted
    rows = []
    for channel, said in by_channel.items():
        held = consents(org, said, channel)
        new = {contact: granted for contact, granted in said.items() if held[contact] != granted}
        rows += [
            (number, org, contact, channel, granted, source[:64], now)
            for number, (contact, granted) in zip(ids.new_ids(len(new)), new.items(), strict=True)
        ]
    if rows:
        with store.write():
            store.insert_many(Consent, _COLUMNS, rows)


def consents(org: int, contacts: Collection[int], channel: str) -> dict[int, bool | None]:
    """The answer that holds for each contact; None for those who were never asked."""
    heads = canonical(org, contacts)
    newest = newest_answers(org, {*heads.values()}, channel)
    return {contact: newest.get(head) for contact, head in heads.items()}


def newest_answers(org: int, heads: Collection[int], channel: str) -> dict[int, bool]:
    """The same of canonical contacts; who was never asked is left out."""
    members = families(org, heads)
    newest: dict[int, bool] = {}
    for chunk in store.chunks(list(members), CHUNK):
        head_of = {member: head for head in chunk for member in members[head]}
        rows = lookups.rows_by(
            "contact_id, granted, at",
            "people_consent",
            "org_id = %s AND channel = %s",
            [org, channel],
            order="at, granted DESC",  # of two answers of one instant, the no holds
            contact_id=head_of,
        )
        newest.update((head_of[contact], bool(granted)) for contact, granted, _ in rows)
    return newest
