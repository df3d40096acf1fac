"""Promise 4: suppression, consent, caps and quiet hours are checked when sending."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from postlude.kernel import boundaries, ids, store
from postlude.messages import courtesy, senders, settling, traits, vetoes
from postlude.messages.models import Message, Outbox, SendBlock
from postlude.messages.types import Block, Klass, Leased, State
from postlude.orgs import api as orgs
from postlude.orgs.types import Cap
from postlude.people import api as people

_BLOCK = (
    "id",
    "org",
    "message",
    "contact",
    "node",
    "channel",
    "klass",
    "reason",
    "testing",
    "at",
    "day",
)
_WENT = (State.ACCEPTED, State.DELIVERED, State.BOUNCED, State.UNKNOWN)
_ON_THE_WAY = ("leased", "sending")


def screen(leased: Sequence[Leased], *, owner: str, now: datetime) -> list[Leased]:
    """End or delay what may not go, and return what may. One commit per organisation."""
    may_go: list[Leased] = []
    by_org: dict[int, list[Leased]] = defaultdict(list)
    for it in leased:
        by_org[it.org].append(it)
    for org, group in by_org.items():
        late = [it for it in group if it.deadline <= now]
        timely = [it for it in group if it.deadline > now]
        stopped = vetoes.stopped(org, timely)
        timely = [it for it in timely if it.message not in stopped]
        keyless = [it for it in timely if _outlived_its_key(it, now)]
        timely = [it for it in timely if it not in keyless]
        blocks = blocked_many(org, timely, now=now)
        if late or stopped or keyless or blocks:
            with store.write():
                _expire(late, owner, now)
                _park(keyless, owner, now)
                _cancel(stopped, owner, now)
                _record(org, timely, blocks, owner, now)
            boundaries.crossing("messages.blocked")
        may_go += [it for it in timely if it.message not in blocks]
    return may_go


def blocked_many(org: int, leased: Sequence[Leased], *, now: datetime) -> dict[int, Block]:
    """Say which of these may not go now, and why; changes nothing."""
    if not leased:
        return {}
    quiet = orgs.quiet_until(org, now)
    blocks: dict[int, Block] = {}
    usage = _Usage(org, leased, orgs.caps(org), now)
    for medium in sorted({it.medium for it in leased}):
        group = [it for it in leased if it.medium == medium]
        standing = _standing(org, medium, group)
        for it in group:
            facts = _facts(it, standing, usage.of(it), quiet)
            block = courtesy.judge(facts, now)
            if block is None:
                usage.goes(it)
            else:
                blocks[it.message] = block
    return blocks


@dataclass(frozen=True, slots=True)
class _Standing:
    """What `people` knows about the contacts of a batch on one medium."""

    suppressed: Mapping[int, str]
    places: Mapping[int, str]
    consents: Mapping[int, bool | None]


def _standing(org: int, medium: str, group: Sequence[Leased]) -> _Standing:
    contacts = sorted({it.contact for it in group})
    kind = traits.of(group[0].channel).address_kind
    asks = [it.contact for it in group if it.klass is not Klass.TRANSACTIONAL]
    return _Standing(
        people.suppressed(org, contacts, medium),
        {who: place.value for who, place in people.addresses(org, contacts, kind).items()},
        people.consents(org, sorted(set(asks)), medium) if asks else {},
    )


def _facts(
    it: Leased,
    standing: _Standing,
    caps: Sequence[courtesy.CapUse],
    quiet_until: datetime | None,
) -> courtesy.Facts:
    place = standing.places.get(it.contact)
    return courtesy.Facts(
        klass=it.klass,
        testing=it.testing,
        on_quiet=it.on_quiet,
        deadline=it.deadline,
        suppressed=standing.suppressed.get(it.contact),
        has_address=place is not None,
        served=place is None or traits.of(it.channel).serves(place),
        consent=standing.consents.get(it.contact),
        caps=caps,
        quiet_until=quiet_until,
    )


class _Usage:
    """How much of each cap a contact has used, for a whole batch with two queries."""

    def __init__(
        self, org: int, leased: Sequence[Leased], caps: Sequence[Cap], now: datetime
    ) -> None:
        self._caps = caps
        self._now = now
        self._went: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
        self._on_the_way: Counter[tuple[int, str]] = Counter()
        asking = [it for it in leased if it.klass is Klass.MARKETING and not it.testing]
        contacts = {it.contact for it in asking}
        if caps and contacts:
            self._load(org, contacts, {it.message for it in leased})

    def _load(self, org: int, contacts: set[int], batch: set[int]) -> None:
        marketing = Message.objects.filter(
            org=org, contact__in=contacts, klass=Klass.MARKETING, testing=False
        )
        since = self._now - timedelta(days=max(cap.days for cap in self._caps))
        went = marketing.filter(state__in=_WENT, settled_at__gt=since)
        for contact, medium, accepted, settled in went.values_list(
            "contact", "channel", "accepted_at", "settled_at"
        ):
            self._went[contact].append((medium, accepted or settled or self._now))
        moving = Outbox.objects.filter(org=org, phase__in=_ON_THE_WAY).exclude(id__in=batch)
        others = marketing.filter(id__in=moving.values("id"))
        for contact, medium in others.values_list("contact", "channel"):
            self._on_the_way[contact, medium] += 1

    def of(self, it: Leased) -> list[courtesy.CapUse]:
        caps = [cap for cap in self._caps if cap.channel in {None, it.medium}]
        return [self._use(it.contact, cap) for cap in caps]

    def _use(self, contact: int, cap: Cap) -> courtesy.CapUse:
        since = self._now - timedelta(days=cap.days)
        sent = sum(
            1 for medium, at in self._went[contact] if at > since and cap.channel in {None, medium}
        )
        moving = sum(
            count
            for (who, medium), count in self._on_the_way.items()
            if who == contact and cap.channel in {None, medium}
        )
        return courtesy.CapUse(cap.count, sent, moving)

    def goes(self, it: Leased) -> None:
        """What goes now is on its way for the next message in the batch."""
        if it.klass is Klass.MARKETING and not it.testing:
            self._on_the_way[it.contact, it.medium] += 1


def _mine(messages: Sequence[int], owner: str) -> list[Outbox]:
    found = Outbox.objects.select_for_update().filter(id__in=messages, phase="leased", owner=owner)
    return list(found.order_by("id"))


def _expire(late: Sequence[Leased], owner: str, now: datetime) -> None:
    rows = _mine([it.message for it in late], owner)
    settling.end(rows, State.EXPIRED, reason="past its deadline", now=now)
    senders.give_back_quota(rows)


def _outlived_its_key(it: Leased, now: datetime) -> bool:
    """A try without an answer is so long ago that the vendor would send this one again."""
    life = traits.of(it.channel).key_life
    return life is not None and it.unsure_since is not None and now >= it.unsure_since + life


def _park(keyless: Sequence[Leased], owner: str, now: datetime) -> None:
    rows = _mine([it.message for it in keyless], owner)
    settling.end(rows, State.UNKNOWN, reason="the vendor has forgotten its key", now=now)
    senders.give_back_quota(rows)


def _cancel(stopped: Mapping[int, str], owner: str, now: datetime) -> None:
    """What a room above has stopped at the last moment: a refund that came after the decision."""
    rows = _mine(list(stopped), owner)
    for reason in sorted(set(stopped.values())):
        mine = [row for row in rows if stopped[row.id] == reason]
        settling.end(mine, State.CANCELLED, reason=reason, now=now)
    senders.give_back_quota(rows)


def _record(
    org: int, leased: Sequence[Leased], blocks: Mapping[int, Block], owner: str, now: datetime
) -> None:
    rows = _mine(list(blocks), owner)
    for row in rows:
        block = blocks[row.id]
        if block.until is not None:
            Outbox.objects.filter(id=row.id).update(
                phase="queued", owner="", lease_until=None, due=block.until
            )
    ended = [row for row in rows if blocks[row.id].until is None]
    by_reason: dict[str, list[Outbox]] = defaultdict(list)
    for row in ended:
        by_reason[blocks[row.id].reason.value].append(row)
    for reason, group in by_reason.items():
        settling.end(group, State.BLOCKED, reason=reason, now=now)
    senders.give_back_quota(rows)
    facts = {it.message: it for it in leased}
    _write_blocks(org, [(facts[row.id], blocks[row.id].reason.value) for row in ended], now)


def _write_blocks(org: int, pairs: Sequence[tuple[Leased, str]], now: datetime) -> None:
    day = orgs.local_day(org, now)
    rows = [
        (
            ids.new_id(),
            org,
            it.message,
            it.contact,
            it.node,
            it.medium,
            it.klass.value,
            reason,
            it.testing,
            now,
            day,
        )
        for it, reason in pairs
    ]
    if rows:
        store.insert_ignore(SendBlock, _BLOCK, rows, conflict=("org", "message"))
