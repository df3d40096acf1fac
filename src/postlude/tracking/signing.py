"""Writing down the signs of touches that show when those of a message are seen together."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from postlude.kernel import boundaries, clock, store
from postlude.kernel.work import WorkBatch
from postlude.messages import api as messages
from postlude.messages.types import MessageFact
from postlude.orgs import api as orgs
from postlude.tracking import signs
from postlude.tracking.going import final_before
from postlude.tracking.judging import RULE, keep_rows
from postlude.tracking.reading import touches
from postlude.tracking.types import Reason, TouchKind

_CHUNK = 500
_LOOK_AGAIN = timedelta(seconds=2)
_GIVES_UP = timedelta(seconds=30)


def on_touches_recorded(batch: WorkBatch) -> None:
    """Look at all touches of the messages that were touched.

    A provider's yes may be written down later than the first touch comes: then once more.
    """
    now = clock.now()
    new = touches(batch.org, batch.keys)
    whose = {each.message for each in new.values() if each.message is not None}
    facts = messages.state_of(batch.org, whose)
    early = {number for number, fact in facts.items() if _is_on_its_way(fact)}
    again = [
        str(each.id)
        for each in new.values()
        if each.message in early and (each.recorded_at or now) > now - _GIVES_UP
    ]
    sign(batch.org, facts.values())
    if again:
        batch.postpone(again, now + _LOOK_AGAIN)


def sign(org: int, facts: Collection[MessageFact]) -> int:
    """Write the signs of all touches of these messages; return how many have changed.

    Tells `touch.judged` of those in the same commit.
    """
    changed = 0
    for part in store.chunks(sorted(facts, key=lambda each: each.id), _CHUNK):
        with store.write():
            changed += _sign(org, part)
        boundaries.crossing("tracking.signed")
    return changed


def _is_on_its_way(fact: MessageFact) -> bool:
    return fact.accepted_at is None and fact.settled_at is None


def _sign(org: int, facts: Iterable[MessageFact]) -> int:
    by_message = {fact.id: fact for fact in facts}
    rules, now, final = orgs.measuring(org), clock.now(), final_before(org)
    rows: list[tuple[object, ...]] = []
    for message, found in _locked(org, list(by_message)).items():
        fact = by_message[message]
        links = messages.link_count(org, fact.template_version, fact.locale)
        marks = [each.mark for each in found]
        for each in found:
            if each.mark.kind is TouchKind.TRAP or each.day < final:
                continue
            rule = orgs.measuring_of_day(rules, each.day)
            said = signs.signs_of(marks, sent_at=fact.accepted_at, links=links, rule=rule)
            reasons = each.own | said[each.mark.touch] | (each.said or Reason.NONE) & Reason.DRIVEN
            if reasons != (each.own if each.said is None else each.said):
                first = each.first_judged_at or now
                rows.append((each.mark.touch, org, each.human, int(reasons), RULE, now, first))
    keep_rows(org, rows)
    return len(rows)


@dataclass(frozen=True, slots=True)
class _Held:
    """A touch: its own signs, and what was said of it before."""

    mark: signs.Mark
    day: date
    own: Reason
    said: Reason | None
    human: bool | None
    first_judged_at: datetime | None


def _locked(org: int, wanted: Sequence[int]) -> dict[int, list[_Held]]:
    """Return the touches of these messages, each until the end of the transaction."""
    if store.locked():
        store.rows_sql(
            "SELECT id FROM tracking_touch "  # noqa: S608 - our own SQL
            f"WHERE org_id = %s AND message {store.among()} ORDER BY id {store.locked()}",
            [org, store.many(wanted)],
        )
    rows = store.rows_sql(
        "SELECT t.message, t.id, t.kind, t.at, t.link, t.origin, t.day, t.reasons, v.reasons, "  # noqa: S608
        "v.human, v.first_judged_at FROM tracking_touch t "
        "LEFT JOIN tracking_verdict v ON v.touch = t.id "
        "WHERE t.org_id = %s AND t.kind IN ('open', 'click', 'trap') AND NOT t.testing "
        f"AND t.message {store.among()} ORDER BY t.id",
        [org, store.many(wanted)],
    )
    found: dict[int, list[_Held]] = defaultdict(list)
    for message, touch, kind, at, link, origin, day, own, said, human, first in rows:
        mark = signs.Mark(touch, TouchKind(kind), store.known_instant(at), link, origin)
        known = store.day(day)
        assert known is not None
        found[message].append(
            _Held(
                mark,
                known,
                Reason(own),
                None if said is None else Reason(said),
                None if human is None else bool(human),
                store.instant(first),
            )
        )
    return dict(found)
