"""Write keys: `plw_…`, public, one for each site of a shop; good for sending hits, nothing else.

Anybody who opens the page can read one, so it opens nothing. It says which organisation a hit is
of and from which origins hits may come; an empty list of origins lets nobody in.
"""

import re
import secrets
import string
from collections.abc import Iterable
from datetime import datetime

from postlude.kernel import store
from postlude.orgs.errors import BadSetting
from postlude.orgs.models import WriteKey
from postlude.orgs.types import WriteKeyRef

_ALPHABET = string.ascii_letters + string.digits
_LETTERS = 20
_ORIGIN = re.compile(
    r"https?://(?:[a-z0-9](?:[a-z0-9-]{0,62})(?:\.[a-z0-9][a-z0-9-]{0,62})*)(?::[1-9][0-9]{0,4})?"
)


def issue_write_key(
    org: int, name: str, origins: Iterable[str], *, orders_close: bool = False
) -> WriteKeyRef:
    """Make a write key for pages of these origins (`https://shop.example`).

    `orders_close`: an order that a page tells of counts as closed. Otherwise it was opened, and
    the shop's own system tells of its closing: anybody can write what a page writes.
    Raises BadSetting for what is no origin.
    """
    wanted = sorted({each.strip().lower().rstrip("/") for each in origins})
    if not wanted:
        raise BadSetting(setting="origins", value="none")
    for each in wanted:
        if not _ORIGIN.fullmatch(each):
            raise BadSetting(setting="origin", value=each[:100])
    row = WriteKey(
        key="plw_" + "".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS)),
        org_id=org,
        name=name,
        origins=wanted,
        orders_close=orders_close,
    )
    with store.write():
        row.save(force_insert=True)
    return _ref(row)


def write_key(key: str) -> WriteKeyRef | None:
    """Return the write key in force under this name, None for any other."""
    row = WriteKey.objects.filter(key=key, revoked_at=None).first()
    return None if row is None else _ref(row)


def write_keys(org: int) -> list[WriteKeyRef]:
    """Return the organisation's write keys, the revoked ones included."""
    return [_ref(row) for row in WriteKey.objects.filter(org=org).order_by("name", "key")]


def revoke_write_key(org: int, key: str, *, now: datetime) -> bool:
    """Stop a write key; a collector may know it for half a minute more. False: not in force."""
    with store.write():
        rows = WriteKey.objects.filter(org=org, key=key, revoked_at=None)
        return bool(rows.update(revoked_at=now))


def _ref(row: WriteKey) -> WriteKeyRef:
    return WriteKeyRef(
        key=row.key,
        org=row.org_id,
        name=row.name,
        origins=frozenset(row.origins),
        orders_close=row.orders_close,
        revoked_at=row.revoked_at,
    )
