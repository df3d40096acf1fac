"""Whatever happens in whatever order: what news recounted, what a rebuild makes, and a slow reading
of the raw rows are the same."""

import random
from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from postlude.kernel.models import WorkRow
from postlude.messages import api as messages
from postlude.messages.models import Message
from postlude.orgs import api as orgs
from postlude.orgs.types import Counts
from postlude.reports.models import Cell, Count, Number, People
from postlude.reports.rollups import rebuilding
from postlude.reports.rollups.bitmaps import Bitmap, load
from postlude.tracking import api as tracking
from postlude.tracking.models import Touch, Verdict
from postlude.tracking.types import Reason, TouchKind
from support.measured import Shop

ENDS = ("accepted", "delivered", "bounced", "failed", "unknown", "blocked", "cancelled", "expired")


def happen(shop: Shop, chance: random.Random, start: datetime) -> None:
    """Some dozens of random facts, the news of which is worked off now and then."""
    cycles = [shop.cycle(f"w{n % 2}", start) for n in range(4)]
    sent: list[int] = []
    touched: list[int] = []
    for _ in range(90):
        at = start + timedelta(minutes=chance.randrange(4 * 24 * 60))
        what = chance.random()
        if what < 0.4 or not sent:
            sent.append(
                shop.send(
                    chance.randrange(1, 12),
                    at,
                    channel=chance.choice(("email", "sms")),
                    node=chance.choice(("w0.n", "w1.n", "")),
                    template=chance.choice(("t1", "t2")),
                    cycle=chance.choice([*cycles, None]),
                    state=chance.choice(("queued", *ENDS)),
                    reason=chance.choice(("frequency_cap", "quiet_hours")),
                    testing=chance.random() < 0.1,
                    segments=chance.randrange(3),
                    cost=chance.choice((None, 5, 0)),
                )
            )
        elif what < 0.5:
            shop.settle(chance.choice(sent), chance.choice(ENDS), "no_consent")
        elif what < 0.85 or not touched:
            kind = chance.choice(("open", "click", "click"))
            human = chance.choice((True, False, None)) if kind == "click" else None
            reasons = chance.choice((0, 0, 4, 256, 8))
            touched.append(shop.touch(chance.choice(sent), kind, at, human=human, reasons=reasons))
        else:
            shop.judge(chance.choice(touched), human=chance.random() < 0.5)
        if chance.random() < 0.1:
            shop.work()
    shop.work()


def slowly_counted(org: int, since: date, until: date) -> Counter[tuple[object, ...]]:
    found: Counter[tuple[object, ...]] = Counter()
    names = {"queued": "waiting", "expired": "failed"}
    for each in Message.objects.filter(org=org, day__range=(since, until)):
        what = names.get(each.state, each.state)
        if each.state == "blocked":
            what = f"blocked:{each.reason}"
        if each.state == "cancelled":
            what = "blocked:cancelled"
        if each.state == "bounced" and each.channel == "sms":
            what = "given_up"
        found[each.node, each.day, each.channel, each.testing, what, "n"] += 1
        found[each.node, each.day, each.channel, each.testing, what, "cost"] += each.cost or 0
        found[each.node, each.day, each.channel, each.testing, what, "segments"] += each.segments
    return +found


def counted(org: int, since: date, until: date) -> Counter[tuple[object, ...]]:
    found: Counter[tuple[object, ...]] = Counter()
    for each in Count.objects.filter(org=org, day__range=(since, until)):
        for name in ("n", "cost", "segments"):
            key = (each.node, each.day, each.channel, each.testing, each.what, name)
            found[key] += getattr(each, name)
    return +found


def slowly_seen(org: int, since: date, until: date, kind: str) -> set[tuple[object, ...]]:
    verdicts = {each.touch: each for each in Verdict.objects.filter(org=org)}
    found: set[tuple[object, ...]] = set()
    for each in Touch.objects.filter(org=org, day__range=(since, until), testing=False):
        verdict = verdicts.get(each.id)
        clicked = each.kind == "click"
        human = verdict.human if verdict else None
        signs = Reason(verdict.reasons if verdict else each.reasons)
        what, _, reading = kind.partition("_")
        if what == "clicked" and not clicked:
            continue
        by = {"raw": Counts.RAW, "human": Counts.SEED, "filtered": Counts.FILTERED}[reading]
        if tracking.counts(TouchKind(each.kind), human, signs, by):
            found.add((each.node, each.channel, each.cycle or 0, each.contact))
    return found


def seen(org: int, since: date, until: date, kind: str) -> set[tuple[object, ...]]:
    who = dict(Number.objects.filter(org=org).values_list("number", "who"))
    found: set[tuple[object, ...]] = set()
    for each in People.objects.filter(org=org, day__range=(since, until)):
        raw = getattr(each, kind)
        numbers = load(raw) if raw is not None else Bitmap()
        found |= {(each.node, each.channel, each.cycle, who[number]) for number in numbers}
    return found


@pytest.mark.parametrize("seed", range(6))
def test_incremental_is_rebuild_is_the_slow_reading(place: Shop, clock, seed: int) -> None:
    chance = random.Random(seed)
    start = clock.now()
    happen(place, chance, start)
    assert not WorkRow.objects.filter(consumer="reports").exists()
    assert [] == list(rebuilding.differences(place.org))
    first = (start - timedelta(days=1)).date()
    for _ in range(6):
        since = first + timedelta(days=chance.randrange(5))
        until = since + timedelta(days=chance.randrange(4))
        assert slowly_counted(place.org, since, until) == counted(place.org, since, until)
        for kind in rebuilding.KINDS:
            assert slowly_seen(place.org, since, until, kind) == seen(place.org, since, until, kind)
    before = {
        (each.node, each.day): rebuilding.stored(
            place.org, rebuilding.Part(each.node, each.day, each.day)
        )
        for each in Cell.objects.filter(org=place.org)
    }
    Count.objects.all().delete()
    People.objects.all().delete()
    assert list(rebuilding.differences(place.org)) != []
    assert list(rebuilding.rebuild(place.org)) != []
    after = {
        (node, day): rebuilding.stored(place.org, rebuilding.Part(node, day, day))
        for node, day in before
    }
    assert before == after


def test_a_cell_that_changed_while_it_was_read_is_counted_again(
    place: Shop, clock, monkeypatch
) -> None:
    """Two at once: whoever read older facts does not write over the newer ones."""
    from postlude.reports.rollups import refreshing

    place.send(1, clock.now(), node="n")
    day = Message.objects.get().day
    read = refreshing.count

    def read_slowly(*asked: object) -> refreshing.Counted:
        found = read(*asked)  # type: ignore[arg-type]
        monkeypatch.setattr(refreshing, "count", read)
        place.send(2, clock.now(), node="n")
        refreshing.refresh(place.org, "n", day, day)
        return found

    monkeypatch.setattr(refreshing, "count", read_slowly)
    refreshing.refresh(place.org, "n", day, day)
    assert [2] == list(Count.objects.values_list("n", flat=True))


def test_another_organisation_changes_nothing(place: Shop, clock) -> None:
    mine = place.send(1, clock.now(), node="n")
    place.touch(mine, "open", clock.now())
    place.work()
    before = list(Count.objects.filter(org=place.org).values_list("n", "what"))
    other = Shop(orgs.create("other", "Other", zone="Asia/Taipei", currency="TWD").id)
    theirs = other.send(1, clock.now(), node="n")
    other.touch(theirs, "open", clock.now())
    other.work()
    assert before == list(Count.objects.filter(org=place.org).values_list("n", "what"))
    assert [1, 1] == [len(load(each.opened_raw)) for each in People.objects.order_by("org")]


def test_the_news_names_a_day_of_a_node() -> None:
    from postlude.messages.counted import _short

    key = f"2026-03-10|w1.n|1|{_short(2**62)}"
    assert (date(2026, 3, 10), "w1.n|1") == messages.place_of(key)
    assert len(f"2026-03-10|{'n' * 100}|{_short(2**63)}") <= 128
