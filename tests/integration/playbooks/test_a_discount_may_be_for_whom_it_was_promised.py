"""The birthday discount: 0 to 7 local days after the birthday, at the till, and as the playbook says
for everybody or only for whom a notice promised it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from postlude.attribution.models import Notice
from postlude.kernel import clock as kernel_clock
from postlude.kernel import ids
from postlude.kernel.money import Money
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import Actor, Description, PersonSeen
from postlude.playbooks import api as playbooks
from postlude.rules import api as rules
from postlude.rules.adapters import checkout

PLAYBOOK = Path(__file__).resolve().parents[3] / "playbooks" / "restaurant.yaml"
NOON = datetime(2026, 11, 21, 9, tzinfo=UTC)  # 12:00 in Moscow
ANN = Actor("cli", "ann")
DAY = timedelta(days=1)
LITERAL, PROMISED = "birthday_within && source", "birthday_within && source && was_promised"
WHERE = "      source: {any_of: [till]}\n"
ONLY = f"{WHERE}      was_promised: {{notice: birthday, way: discount, within_days: 22}}\n"


@pytest.fixture
def clock(db):
    with kernel_clock.use(kernel_clock.FrozenClock(NOON)) as it:
        yield it


def opened(tmp_path: Path, *, only_if_promised: bool) -> int:
    """The restaurant as it is shipped, or with the option."""
    text = PLAYBOOK.read_text(encoding="utf-8")
    if only_if_promised:
        assert f"template: {LITERAL} ->" in text
        text = text.replace(f"template: {LITERAL} ->", f"template: {PROMISED} ->")
        text = text.replace(WHERE, ONLY, 1)
    path = tmp_path / "restaurant.yaml"
    path.write_text(text, encoding="utf-8")
    playbooks.apply(path, org=None, actor=ANN, now=kernel_clock.now())
    return orgs.by_slug("restaurant").id


def person(org: int, name: str, *, born: tuple[int, int]) -> int:
    seen = PersonSeen(f"{name}@example.test")
    contact = people.recognise_many(org, [seen], now=kernel_clock.now())[0].contact or 0
    people.describe_many(org, [Description(contact, birthday=born)])
    return contact


def told(org: int, contact: int, at: datetime, **other: object) -> None:
    """A notice went out to them then."""
    row = {"kind": "birthday", "action": "discount", "fate": "sent", "version": 1, **other}
    Notice.objects.create(
        id=ids.new_id(), org_id=org, contact=contact, day=at.date(), sent_at=at, **row
    )


def percent(org: int, contact: int, source: str = "till") -> int:
    """What is taken off 100 roubles."""
    sale = checkout.Checkout(contact, Money(10_000, "RUB"), source=source)
    offer = rules.preview(org, checkout.ask(sale), now=kernel_clock.now())
    return sum(each.kind == "percent_off" for each in offer.gifts) * 15


@pytest.mark.parametrize(
    ("days_after", "off"), [(-1, 0), (0, 15), (1, 15), (7, 15), (8, 0)], ids=str
)
@pytest.mark.parametrize("only_if_promised", [False, True])
def test_it_holds_for_a_week_of_local_days(tmp_path, clock, days_after, off, only_if_promised):
    org = opened(tmp_path, only_if_promised=only_if_promised)
    day = NOON - days_after * DAY
    contact = person(org, "ann", born=(day.month, day.day))
    told(org, contact, day - 10 * DAY)
    assert off == percent(org, contact)
    clock.advance(hours=11, minutes=59)  # 23:59 there
    assert off == percent(org, contact)


@pytest.mark.parametrize("only_if_promised", [False, True])
def test_the_site_and_the_apps_take_it_off_themselves(tmp_path, clock, only_if_promised) -> None:
    org = opened(tmp_path, only_if_promised=only_if_promised)
    contact = person(org, "ann", born=(11, 20))
    told(org, contact, NOON - 10 * DAY)
    assert [15, 0, 0] == [percent(org, contact, each) for each in ("till", "Site", "App")]


def test_only_whom_the_notice_promised_it(tmp_path, clock) -> None:
    """Not who got the points, another notice, nothing, too long ago, held out or never reached."""
    org = opened(tmp_path, only_if_promised=True)
    promised, points, other, nobody, before, held, failed, unknown = [
        person(org, f"p{number}", born=(11, 20)) for number in range(8)
    ]
    told(org, promised, NOON - 10 * DAY)
    told(org, points, NOON - 10 * DAY, action="points")
    told(org, other, NOON - 10 * DAY, kind="invite")
    told(org, before, NOON - 22 * DAY - timedelta(seconds=1))
    told(org, held, NOON - 10 * DAY, fate="held_out")
    told(org, failed, NOON - 10 * DAY, fate="failed")
    told(org, unknown, NOON - 22 * DAY, fate="unknown")
    everybody = (promised, points, other, nobody, before, held, failed, unknown)
    assert {promised, unknown} == {each for each in everybody if percent(org, each)}


def test_the_shipped_rule_holds_whatever_the_rotation_said(tmp_path, clock) -> None:
    org = opened(tmp_path, only_if_promised=False)
    contact = person(org, "ann", born=(11, 20))
    assert 15 == percent(org, contact)


def test_a_promise_to_either_name_of_a_person_holds(tmp_path, clock) -> None:
    """At the till and in an audience alike; another organisation's promise is nobody's here."""
    org = opened(tmp_path, only_if_promised=True)
    child, head = person(org, "ann", born=(11, 20)), person(org, "anna", born=(11, 20))
    told(org, child, NOON - 10 * DAY)
    email = "anna@example.test"
    people.change_email(org, child, email, actor=ANN, now=NOON, join=True)
    assert 15 == percent(org, head)
    rule = rules.wanted(
        "was_promised",
        {"was_promised": {"notice": "birthday"}},
        {},
        currency="RUB",
        zone="Europe/Moscow",
    )
    assert {head} == rules.audience(org, rule, now=NOON)
    assert {child, head} == rules.among(org, rule, [child, head], now=NOON)
    foreign = orgs.create("other", "Other", zone="Europe/Moscow", currency="RUB", locale="ru").id
    assert set() == rules.audience(foreign, rule, now=NOON)
    assert rules.among(foreign, rule, [head], now=NOON) == set()
