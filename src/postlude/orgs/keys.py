"""API keys: `pl_<prefix>_<secret>`, shown once, kept as a keyed hash, scoped, revocable."""

import hmac
import re
import secrets
import string
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from postlude.kernel import pseudonyms, store
from postlude.orgs.errors import BadKey, BadSetting, Forbidden
from postlude.orgs.models import ApiKey
from postlude.orgs.roles import PERMISSIONS
from postlude.orgs.types import KeyRef

_ALPHABET = string.ascii_letters + string.digits
_SHAPE = re.compile(r"pl_([A-Za-z0-9]{8})_([A-Za-z0-9]{32})")
# A busy key is used thousands of times a second; nobody needs to know to the second.
_USE_IS_NOTED_EVERY = timedelta(minutes=1)


def issue_key(
    org: int, name: str, scopes: Iterable[str], expires: datetime | None = None
) -> tuple[str, KeyRef]:
    """A new key. The returned secret is the only copy there will ever be."""
    wanted = frozenset(scopes)
    for unknown in sorted(wanted - PERMISSIONS):
        raise BadSetting(setting="scope", value=unknown)
    prefix, secret = _random(8), _random(32)
    row = ApiKey(
        prefix=prefix,
        org_id=org,
        name=name,
        digest=pseudonyms.pseudonym(org, "api_key", secret),
        scopes=sorted(wanted),
        expires=expires,
    )
    with store.write():
        row.save(force_insert=True)
    return f"pl_{prefix}_{secret}", _ref(row)


def check_key(secret: str, scope: str | None = None, *, now: datetime) -> KeyRef:
    """The key behind a secret. Raises BadKey, or Forbidden when it lacks `scope`."""
    shape = _SHAPE.fullmatch(secret)
    row = ApiKey.objects.filter(prefix=shape[1]).first() if shape else None
    if shape is None or row is None or not _matches(row, shape[2]):
        raise BadKey
    if row.revoked_at is not None or (row.expires is not None and row.expires <= now):
        raise BadKey
    if scope is not None and scope not in row.scopes:
        raise Forbidden(permission=scope)
    _note_use(row, now)
    return _ref(row)


def revoke_key(org: int, key: str, *, now: datetime) -> bool:
    """Stop a key at once. False when it was not there or already revoked."""
    with store.write():
        rows = ApiKey.objects.filter(org=org, prefix=key, revoked_at=None)
        return bool(rows.update(revoked_at=now))


def keys(org: int) -> list[KeyRef]:
    return [_ref(row) for row in ApiKey.objects.filter(org=org).order_by("name", "prefix")]


def _matches(row: ApiKey, secret: str) -> bool:
    # The digest names its key version ("k1:…"), so keys outlive a rotation.
    version = int(row.digest.partition(":")[0].removeprefix("k"))
    digest = pseudonyms.pseudonym(row.org_id, "api_key", secret, version=version)
    return hmac.compare_digest(digest, row.digest)


def _note_use(row: ApiKey, now: datetime) -> None:
    stale = now - _USE_IS_NOTED_EVERY
    if row.last_used_at is not None and row.last_used_at > stale:
        return
    with store.write():
        due = Q(last_used_at=None) | Q(last_used_at__lte=stale)
        ApiKey.objects.filter(due, prefix=row.prefix).update(last_used_at=now)
    row.last_used_at = now


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _ref(row: ApiKey) -> KeyRef:
    return KeyRef(
        id=row.prefix,
        org=row.org_id,
        name=row.name,
        scopes=frozenset(row.scopes),
        expires=row.expires,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
