"""Promise 4: suppression, consent, caps and quiet hours are checked when sending."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from postlude.kernel import boundaries, ids, store
from postlude.messages import courtesy, senders, settling, traits, vetoes
from postlude.messages.cap_uses import CapUses
from postlude.messages.models import Outbox, SendBlock
from postlude.messages.quiet import Quiet
from postlude.messages.types import Block, Klass, Leased, State
from postlude.orgs import api as orgs
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


def blocked_many(
    org: int, leased: Sequence[Leased], *, now: datetime, zone: str = ""
) -> dict[int, Block]:
    """Say which of these may not go now, and why; changes nothing.

    Quiet hours are by the clocks of the person, else of `zone`, else of the branch that a message
    is about.
    """
    if not leased:
        return {}
    quiet = Quiet(org, leased, zone, now)
    blocks: dict[int, Block] = {}
    usage = CapUses(org, leased, orgs.caps(org), now)
    for medium in sorted({it.medium for it in leased}):
        group = [it for it in leased if it.medium == medium]
        asked = any(it.klass is not Klass.TRANSACTIONAL for it in group)
        standing = reach(group[0], {it.contact for it in group}, asked=asked)
        for it in group:
            facts = _facts(it, standing, usage.of(it), quiet.until(it))
            block = courtesy.judge(facts, now)
            if block is None:
                usage.goes(it)
            else:
                blocks[it.message] = block
    return blocks


def reach(
    like: Leased, contacts: Collection[int], *, asked: bool | None = None
) -> people.Reachable:
    """Ask what speaks against writing to these people by the channel of a message like this."""
    if asked is None:
        asked = like.klass is not Klass.TRANSACTIONAL
    kind = traits.of(like.channel).address_kind
    return people.reachable(like.org, contacts, like.medium, kind, asked=asked)


def judge(it: Leased, standing: people.Reachable, now: datetime) -> Block | None:
    """Judge a message by who it is for alone: where there are neither caps nor quiet hours."""
    return courtesy.judge(_facts(it, standing, (), None), now)


def _facts(
    it: Leased,
    standing: people.Reachable,
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
