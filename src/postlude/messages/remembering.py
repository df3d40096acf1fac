"""Messages that another system sent: they are known and counted here, and never go anywhere.

They have no outbox row, so nothing can send them; they hang on a sender and on templates of their
own kind, which no list of what can be sent with shows.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from postlude.kernel import boundaries, ids, redact, store
from postlude.messages import counted
from postlude.messages.enqueue import USUAL_DEADLINE
from postlude.messages.models import (
    Attempt,
    Message,
    MessageTemplate,
    SendBlock,
    Sender,
    TemplateVersion,
)
from postlude.messages.senders import PAST
from postlude.messages.types import Klass, State
from postlude.orgs import api as orgs

STATES = (
    *(State.ACCEPTED, State.DELIVERED, State.BOUNCED, State.UNKNOWN),
    *(State.BLOCKED, State.FAILED, State.CANCELLED, State.EXPIRED),
)
_SENT = frozenset({State.ACCEPTED, State.DELIVERED, State.BOUNCED})
_MESSAGE = (
    *("id", "org", "klass", "channel", "sender", "cycle", "node", "template_version", "locale"),
    *("contact", "key", "fallback_of", "context", "on_quiet", "testing", "created_at", "deadline"),
    *("day", "state", "dispatch", "address", "reason", "provider_id", "segments", "cost"),
    *("accepted_at", "settled_at"),
)
_BLOCK = (
    *("id", "org", "message", "contact", "node", "channel", "klass", "reason", "testing"),
    *("at", "day"),
)
_ATTEMPT = ("id", "org", "message", "kind", "at", "words", "provider_id", "dedup")
_CONTEXT: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class PastMessage:
    """A message as another system remembers it. `key` names it there and tells repeats.

    `channel` is what reports call it (email, sms, line, push, messenger); `template` its name
    there. `cost` is in minor units. `reason` says why it was blocked or failed.
    """

    key: str
    contact: int
    channel: str
    node: str
    template: str
    at: datetime
    state: State
    reason: str = ""
    cycle: int | None = None
    klass: Klass = Klass.MARKETING
    testing: bool = False
    segments: int = 0
    cost: int | None = None
    locale: str = ""


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """One try or receipt of such a message; `key` tells repeats. `words` are the vendor's."""

    message: int
    key: str
    kind: str
    at: datetime
    words: str = ""


def remember_messages(org: int, seen: Sequence[PastMessage]) -> list[int | None]:
    """Keep messages of the past; return the id of each that was new, in order.

    A message that was blocked gets its send-block, one that failed the attempt that failed.
    Nothing is queued; whoever counts messages is told. Joins the caller's transaction.
    """
    if not seen:
        return []
    zone = ZoneInfo(orgs.get(org).zone)
    with store.write():
        sender = _sender(org)
        versions = _versions(org, {each.template: each.at for each in seen})
        numbers = ids.new_ids(len(seen))
        days = [each.at.astimezone(zone).date() for each in seen]
        rows = [
            (
                *(number, org, each.klass.value, each.channel, sender, each.cycle, each.node),
                *(versions[each.template], each.locale, each.contact, each.key, None, _CONTEXT),
                *("delay", each.testing, each.at, each.at + USUAL_DEADLINE[each.klass], day),
                *(each.state.value, None, None, redact.cut(each.reason) if each.reason else ""),
                *("", each.segments, each.cost, each.at if each.state in _SENT else None, each.at),
            )
            for number, each, day in zip(numbers, seen, days, strict=True)
        ]
        new = set(
            store.insert_ignore(Message, _MESSAGE, rows, conflict=("org", "key"), expect_new=True)
        )
        fresh = [row for row in zip(numbers, seen, days, strict=True) if row[0] in new]
        _write_blocks(org, [row for row in fresh if row[1].state is State.BLOCKED])
        failed = [
            PastAttempt(number, "failed", State.FAILED.value, each.at, each.reason)
            for number, each, _ in fresh
            if each.state is State.FAILED
        ]
        remember_attempts(org, failed)
        counted.tell(org, {(day, each.node) for _, each, day in fresh})
    boundaries.crossing("messages.remembered")
    return [number if number in new else None for number in numbers]


def remember_attempts(org: int, seen: Iterable[PastAttempt]) -> int:
    """Keep tries and receipts of messages of the past; return how many were new."""
    rows = [
        (
            *(ids.new_id(), org, each.message, each.kind, each.at),
            *(redact.cut(each.words) if each.words else "", "", f"{PAST}:{each.key}"),
        )
        for each in seen
    ]
    if not rows:
        return 0
    with store.write():
        return len(
            store.insert_ignore(Attempt, _ATTEMPT, rows, conflict=("org", "message", "dedup"))
        )


def _write_blocks(org: int, fresh: Sequence[tuple[int, PastMessage, date]]) -> None:
    rows = [
        (
            *(ids.new_id(), org, number, each.contact, each.node, each.channel, each.klass.value),
            *(each.reason[:32], each.testing, each.at, day),
        )
        for number, each, day in fresh
    ]
    if rows:
        store.insert_ignore(SendBlock, _BLOCK, rows, conflict=("org", "message"))


def _sender(org: int) -> int:
    found = Sender.objects.filter(org=org, slug=PAST).values_list("id", flat=True).first()
    if found is not None:
        return found
    made, _ = Sender.objects.get_or_create(
        org_id=org, slug=PAST, defaults={"channel": PAST, "rate": 1.0, "burst": 1, "window": 1}
    )
    return made.id


def _versions(org: int, wanted: Mapping[str, datetime]) -> dict[str, int]:
    """Return a version of each template; a name that nobody knows becomes one without texts."""
    found = _known(org, wanted.keys())
    for slug in sorted(wanted.keys() - found.keys()):
        template, _ = MessageTemplate.objects.get_or_create(
            org_id=org, slug=slug, defaults={"kind": PAST}
        )
        version, _ = TemplateVersion.objects.get_or_create(
            org_id=org,
            template=template,
            number=1,
            defaults={"digest": PAST, "created_at": wanted[slug]},
        )
        found[slug] = version.id
    return found


def _known(org: int, slugs: Collection[str]) -> dict[str, int]:
    rows = store.rows_sql(
        "SELECT t.slug, v.id FROM messages_template t "  # noqa: S608 - our own SQL
        "JOIN messages_templateversion v ON v.org_id = t.org_id AND v.template_id = t.id "
        f"WHERE t.org_id = %s AND t.slug {store.among()} ORDER BY v.number DESC",
        [org, store.many(slugs)],
    )
    return dict(rows)  # the first version of each is what stays
