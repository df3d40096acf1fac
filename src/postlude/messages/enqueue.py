"""Deciding: message and outbox row are written in the caller's transaction, or not at all."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from postlude.kernel import ids, store, wakeup
from postlude.messages import counted, epoch, locales, settling, traits
from postlude.messages.errors import UnknownSender, UnknownTemplate
from postlude.messages.models import Message, Outbox
from postlude.messages.types import Enqueued, Klass, NewMessage, State
from postlude.orgs import api as orgs

USUAL_DEADLINE: Mapping[Klass, timedelta] = {
    Klass.TRANSACTIONAL: timedelta(days=3),
    Klass.SERVICE: timedelta(days=2),
    Klass.MARKETING: timedelta(days=2),
}
_CHUNK = 500
_MESSAGE = (
    "id",
    "org",
    "klass",
    "channel",
    "sender",
    "cycle",
    "node",
    "template_version",
    "locale",
    "contact",
    "key",
    "fallback_of",
    "context",
    "on_quiet",
    "testing",
    "created_at",
    "deadline",
    "day",
    "state",
    "dispatch",
)
_BARE = ("address", "reason", "provider_id", "segments", "cost")
_BARE_VALUES = (None, "", "", 0, None)
_OUTBOX = (
    "id",
    "org",
    "sender",
    "lane",
    "due",
    "deadline",
    "phase",
    "attempts",
    "maybe_sent",
    "owner",
    "lease_until",
    "epoch",
)


def enqueue_many(org: int, messages: Sequence[NewMessage], *, now: datetime) -> list[Enqueued]:
    """Write what is new; a key that exists (also twice in this list) changes nothing."""
    fresh: dict[str, tuple[int, NewMessage]] = {}
    for message, number in zip(messages, ids.new_ids(len(messages)), strict=True):
        fresh.setdefault(message.key, (number, message))
    with store.write():
        written = _insert(org, list(fresh.values()), now)
        missed = [key for key, (number, _) in fresh.items() if number not in written]
        older = _existing(org, missed)
        if written:
            _tell_replaced(org, [it for number, it in fresh.values() if number in written])
            wakeup.nudge()
    results = []
    told: set[str] = set()
    for message in messages:
        number, first = fresh[message.key]
        if number in written:
            existed = message is not first or message.key in told
            results.append(Enqueued(number, message.key, existed))
        else:
            old, blocked = older[message.key]
            results.append(Enqueued(old, message.key, existed=True, blocked=blocked))
        told.add(message.key)
    return results


def _tell_replaced(org: int, written: Iterable[NewMessage]) -> None:
    """Whoever follows a message hears that another one stands for it."""
    settling.publish(org, [it.fallback_of for it in written if it.fallback_of is not None])


def cancel_many(
    org: int, *, messages: Collection[int], keys: Collection[str], reason: str, now: datetime
) -> list[int]:
    """Cancel what is still queued or leased; what is on the wire can no longer be stopped."""
    wanted = set(messages)
    for chunk in store.chunks(sorted(keys), _CHUNK):
        wanted |= set(Message.objects.filter(org=org, key__in=chunk).values_list("id", flat=True))
    cancelled: list[int] = []
    for some in store.chunks(sorted(wanted), _CHUNK):
        with store.write():
            rows = list(
                Outbox.objects.select_for_update()
                .filter(org=org, id__in=some, phase__in=("queued", "leased"))
                .order_by("id")
            )
            settling.end(rows, State.CANCELLED, reason=reason or "cancelled", now=now)
            cancelled += [row.id for row in rows if not row.maybe_sent]
    return cancelled


def _insert(org: int, fresh: Sequence[tuple[int, NewMessage]], now: datetime) -> set[int]:
    if not fresh:
        return set()
    mediums = _mediums(org, {message.sender for _, message in fresh})
    languages = _languages(org, {message.template_version for _, message in fresh})
    usual = orgs.get(org).locale
    day = orgs.local_day(org, now)
    rows = []
    for number, it in fresh:
        locale = locales.choose(languages[it.template_version], it.locale, usual)
        rows.append(
            (
                number,
                org,
                Klass(it.klass).value,
                mediums[it.sender],
                it.sender,
                it.cycle,
                it.node,
                it.template_version,
                locale,
                it.contact,
                it.key,
                it.fallback_of,
                it.context,
                it.on_quiet,
                it.testing,
                now,
                _deadline(it, now),
                day,
                State.QUEUED.value,
                it.dispatch,
                *_BARE_VALUES,
            )
        )
    columns = (*_MESSAGE, *_BARE)
    written = set(
        store.insert_ignore(Message, columns, rows, conflict=("org", "key"), expect_new=True)
    )
    _queue(org, [(number, it) for number, it in fresh if number in written], now)
    counted.tell(org, {(day, it.node) for number, it in fresh if number in written})
    return written


def _queue(org: int, fresh: Iterable[tuple[int, NewMessage]], now: datetime) -> None:
    age = epoch.current()
    rows = [
        (
            number,
            org,
            it.sender,
            int(it.lane),
            it.due or now,
            _deadline(it, now),
            "queued",
            0,
            False,
            "",
            None,
            age,
        )
        for number, it in fresh
    ]
    store.insert_many(Outbox, _OUTBOX, rows)


def _deadline(it: NewMessage, now: datetime) -> datetime:
    return it.deadline or max(now, it.due or now) + USUAL_DEADLINE[Klass(it.klass)]


def _mediums(org: int, senders: Collection[int]) -> dict[int, str]:
    found = store.rows_sql(
        "SELECT id, channel FROM messages_sender "  # noqa: S608 - our own SQL
        f"WHERE org_id = %s AND id IN ({store.marks(senders)})",
        [org, *senders],
    )
    mediums = {sender: traits.of(channel).medium for sender, channel in found}
    for sender in senders:
        if sender not in mediums:
            raise UnknownSender(sender=sender)
    return mediums


def _languages(org: int, versions: Collection[int]) -> dict[int, list[str]]:
    languages: dict[int, list[str]] = {version: [] for version in versions}
    found = store.rows_sql(
        "SELECT version_id, locale FROM messages_templatetext "  # noqa: S608 - our own SQL
        f"WHERE org_id = %s AND version_id IN ({store.marks(versions)}) ORDER BY id",
        [org, *versions],
    )
    for version, locale in found:
        languages[version].append(locale)
    for version, known in languages.items():
        if not known:
            raise UnknownTemplate(template=version)
    return languages


def _existing(org: int, keys: Sequence[str]) -> dict[str, tuple[int, str | None]]:
    found: dict[str, tuple[int, str | None]] = {}
    for chunk in store.chunks(keys, _CHUNK):
        rows = Message.objects.filter(org=org, key__in=chunk)
        for number, key, state, reason in rows.values_list("id", "key", "state", "reason"):
            found[key] = (number, reason if state == State.BLOCKED else None)
    return found
