"""Commands that are answered later, or that wait for a yes: kept once, claimed, settled."""

import json
import os
import secrets
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import QuerySet

from postlude.chatops.commands.shape import Call
from postlude.chatops.models import Request
from postlude.chatops.types import AnswerFact
from postlude.kernel import boundaries, claims, clock, ids, store, vault, wakeup
from postlude.kernel.errors import NotFound
from postlude.orgs.types import OrgRef

_OWNER = f"{os.getpid()}-{secrets.token_hex(4)}"
_PURPOSE = "discord"
# A token lives for 15 minutes; the last one is left for the wire.
TOKEN_LIVES = timedelta(minutes=14)
# Letting people in takes a person a while, and the press of a button has a token of its own.
OFFER_LIVES = timedelta(hours=12)
KEEP = timedelta(days=90)


class RequestState(StrEnum):
    """Where a command is."""

    ASKED = "asked"
    QUEUED = "queued"
    ANSWERED = "answered"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class Pressed(StrEnum):
    """What a press on a button meant."""

    STARTED = "started"
    AGAIN = "again"
    CANCELLED = "cancelled"
    TOO_LATE = "too_late"
    NOT_YOURS = "not_yours"
    TOO_EARLY = "too_early"


_COLUMNS = (
    *("id", "org", "number", "asker", "command", "state", "step", "sealed", "contact"),
    *("conference", "created_at", "expires_at", "due", "attempts", "owner", "words"),
)


@dataclass(frozen=True, slots=True)
class Sealed:
    """What only the answer needs: where it goes, and what was asked for."""

    application: str
    token: str = field(repr=False)
    values: dict[str, str] = field(repr=False)
    permissions: tuple[str, ...]
    locale: str
    size_limit: int


def keep(  # noqa: PLR0913 - what is asked, how it is answered, about whom
    call: Call,
    *,
    application: str,
    token: str,
    state: RequestState,
    contact: int | None = None,
    conference: int | None = None,
) -> int:
    """Keep a command and return its number; the same interaction again is the same one."""
    sealed = Sealed(
        application=application,
        token=token,
        values=dict(call.values),
        permissions=tuple(sorted(call.permissions)),
        locale=call.locale,
        size_limit=call.size_limit,
    )
    number, now = ids.new_id(), call.now
    row = (
        *(number, call.org.id, call.number, call.user, call.command, state.value, ""),
        *(_seal(call.org.id, sealed), contact, conference, now, now + TOKEN_LIVES, now, 0, "", ""),
    )
    with store.write():
        fresh = store.insert_ignore(Request, _COLUMNS, [row], conflict=("org", "number"))
        if fresh and state == RequestState.QUEUED:
            wakeup.nudge()
    boundaries.crossing("chatops.request_kept")
    if fresh:
        return number
    return Request.objects.values_list("id", flat=True).get(org=call.org.id, number=call.number)


def command_of(org: int, request: int) -> str:
    """Return which command a question is of; raise NotFound for none of this organisation."""
    found = Request.objects.filter(org=org, id=request).values_list("command", flat=True).first()
    if found is None:
        raise NotFound
    return found


def press(  # noqa: PLR0913 - who presses what, and where the answer goes
    org: int, request: int, *, user: str, token: str, yes: bool, now: datetime
) -> Pressed:
    """Take a yes or a no; of several presses of one question the first counts."""
    row = Request.objects.filter(org=org, id=request).first()
    if row is None or row.asker != user:
        return Pressed.NOT_YOURS
    if row.state != RequestState.ASKED:
        return _said_already(row)
    if row.expires_at <= now:
        return Pressed.TOO_LATE
    changes = _yes(row, token, now) if yes else _ended(RequestState.CANCELLED, now)
    with store.write():
        mine = Request.objects.filter(org=org, id=request, state=RequestState.ASKED)
        first = mine.update(**changes)
        if first and yes:
            wakeup.nudge()
    boundaries.crossing("chatops.request_confirmed")
    if not first:
        return Pressed.AGAIN
    return Pressed.STARTED if yes else Pressed.CANCELLED


def _said_already(row: Request) -> Pressed:
    if row.state == RequestState.CANCELLED:
        return Pressed.CANCELLED
    if row.state == RequestState.QUEUED and row.confirmed_at is None:
        return Pressed.TOO_EARLY
    return Pressed.TOO_LATE if row.state == RequestState.EXPIRED else Pressed.AGAIN


def _yes(row: Request, token: str, now: datetime) -> dict[str, object]:
    """The press has a token of its own, which lives longer than the question's."""
    sealed = opened(row)
    fresh = Sealed(**{**asdict(sealed), "token": token})
    return {
        "state": RequestState.QUEUED,
        "sealed": _seal(row.org_id, fresh),
        "confirmed_at": now,
        "due": now,
        "expires_at": now + TOKEN_LIVES,
    }


def _ended(state: RequestState, now: datetime, words: str = "") -> dict[str, object]:
    return {
        "state": state,
        "sealed": None,
        "ended_at": now,
        "owner": "",
        "lease_until": None,
        "words": words[:300],
    }


def _seal(org: int, sealed: Sealed) -> bytes:
    return vault.encrypt(org, _PURPOSE, json.dumps(asdict(sealed)).encode())


def opened(row: Request) -> Sealed:
    """Return what only the answer needs."""
    values = json.loads(vault.decrypt(row.org_id, _PURPOSE, bytes(row.sealed or b"")))
    return Sealed(**{**values, "permissions": tuple(values["permissions"])})


def claim(*, commands: Collection[str]) -> Request | None:
    """Lease the command that has waited longest, of these kinds."""
    claimed = claims.claim(
        Request,
        where=f"state = %s AND due <= %s AND command IN ({store.marks(commands)})",
        params=[RequestState.QUEUED.value, clock.now(), *commands],
        order="due, id",
        limit=1,
        owner=_OWNER,
        lease_s=2 * claims.LEASE_SECONDS,
    )
    boundaries.crossing("chatops.request_claimed")
    return Request.objects.filter(id__in=claimed, owner=_OWNER).first() if claimed else None


def call_of(row: Request, sealed: Sealed, org: OrgRef, *, now: datetime) -> Call:
    """Return the command as its handler wants it."""
    return Call(
        org=org,
        number=row.number,
        user=row.asker,
        permissions=frozenset(sealed.permissions),
        locale=sealed.locale,
        command=row.command,
        values=sealed.values,
        now=now,
        size_limit=sealed.size_limit,
        step=row.step,
        asked_at=row.created_at,
        confirmed_at=row.confirmed_at,
    )


def wait(row: Request, *, until: datetime, step: str = "", burnt: bool = False) -> None:
    """Look again later; `burnt` counts it as a failed try."""
    with store.write():
        _mine(row).update(
            due=until,
            step=step or row.step,
            attempts=row.attempts + int(burnt),
            owner="",
            lease_until=None,
        )
    boundaries.crossing("chatops.request_postponed")


def offer(row: Request, sealed: Sealed, values: Mapping[str, str], *, now: datetime) -> None:
    """The answer stands there with a button: keep what it is about until somebody presses it."""
    kept = Sealed(**{**asdict(sealed), "values": {**sealed.values, **values}})
    with store.write():
        _mine(row).update(
            state=RequestState.ASKED,
            sealed=_seal(row.org_id, kept),
            expires_at=now + OFFER_LIVES,
            attempts=0,
            owner="",
            lease_until=None,
        )
    boundaries.crossing("chatops.request_settled")


def end(row: Request, state: RequestState, *, now: datetime, words: str = "") -> None:
    """Settle a command: what was sealed is gone."""
    with store.write():
        _mine(row).update(**_ended(state, now, words))
    boundaries.crossing("chatops.request_settled")


def _mine(row: Request) -> QuerySet[Request]:
    return Request.objects.filter(id=row.id, owner=_OWNER, state=RequestState.QUEUED)


def sweep(now: datetime) -> int:
    """Let what nobody confirmed or answered in time expire, and forget what is long over."""
    live = (RequestState.ASKED, RequestState.QUEUED)
    over = Request.objects.filter(state__in=live, expires_at__lte=now - timedelta(minutes=1))
    old = Request.objects.filter(ended_at__lt=now - KEEP)
    if not over.exists() and not old.exists():
        return 0
    with store.write():
        count = over.filter(state=RequestState.ASKED).update(
            **_ended(RequestState.EXPIRED, now, "nobody said yes")
        )
        count += over.filter(state=RequestState.QUEUED).update(
            **_ended(RequestState.FAILED, now, "no worker answered before the token died")
        )
        return count + old.delete()[0]


def waiting() -> int:
    """Return how many commands of all organisations wait for their answer."""
    return Request.objects.filter(state=RequestState.QUEUED, expires_at__gt=clock.now()).count()


def failed(org: int, *, since: datetime | None = None, limit: int = 20) -> list[AnswerFact]:
    """Return the commands whose answers never reached Discord, newest first."""
    rows = Request.objects.filter(org=org, state=RequestState.FAILED).order_by("-id")
    if since is not None:
        rows = rows.filter(created_at__gte=since)
    return [
        AnswerFact(row.id, row.command, row.asker, row.state, row.created_at, row.words)
        for row in rows.defer("sealed")[:limit]
    ]
