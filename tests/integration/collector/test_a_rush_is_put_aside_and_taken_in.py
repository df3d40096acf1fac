"""In a rush a hit is put aside, answered, and taken in a moment later: the same facts, each once."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from postlude.activity.types import Kind, Sign
from postlude.collector import api as collecting
from postlude.collector import rush
from postlude.collector.arrivals import TOUCHES, Arrival
from postlude.collector.hearing import LETTERS
from postlude.collector.letters import Batch, Letter, Told
from postlude.collector.models import PutAside
from postlude.kernel import boundaries, store
from postlude.kernel.jobs import Budget
from postlude.kernel.money import Money
from postlude.popups.types import Deed
from postlude.tracking import api as tracking
from postlude.tracking.types import Agent, AgentKind, Reason, TouchKind
from support.beacons import event, order, page_view


@pytest.fixture
def rushed(monkeypatch) -> None:
    """Any group is a rush."""
    monkeypatch.setattr(rush, "MANY", 1)


def touches(org: int) -> list[tuple]:
    columns = "kind, message, link, contact, agent, reasons"
    rows = store.rows_sql(f"SELECT {columns} FROM tracking_touch WHERE org_id = %s", [org])
    return sorted(rows, key=str)


def counts() -> dict[str, int]:
    tables = ("activity_activity", "people_visitor", "orders_shoporder", "collector_putaside")
    return {each: store.rows_sql(f"SELECT COUNT(*) FROM {each}")[0][0] for each in tables}


def take_in() -> int:
    return collecting.take_in(Budget(10))


def test_what_was_put_aside_becomes_the_same_touches(collector, sent, monkeypatch):
    paths = (f"/o/{sent.token}.gif", f"/c/{sent.token}/0", f"/o/{sent.token}.gif")
    assert [200, 302, 200] == [collector.get(path).status_code for path in paths]
    at_once = touches(sent.org)
    store.execute("DELETE FROM tracking_touch")

    monkeypatch.setattr(rush, "MANY", 1)
    assert [200, 302, 200] == [collector.get(path).status_code for path in paths]
    assert ([], 3) == (touches(sent.org), PutAside.objects.count())
    assert 3 == take_in()
    assert 0 == PutAside.objects.count()
    assert sorted(set(at_once)) == sorted(set(touches(sent.org)))
    assert 0 == take_in()


def test_what_a_page_tells_in_a_rush_is_kept_once(page, rushed):
    hits = page_view(products=["hat-1"]), event(properties={"price": 12.5}), order("A-1", "1200")
    for _ in range(2):
        assert 204 == page.send(*hits, cid="browser-of-ann-0001", member="M1").status_code
    assert {"activity_activity": 0, "people_visitor": 0, "orders_shoporder": 0} | {
        "collector_putaside": 2
    } == counts()
    take_in()
    assert {"activity_activity": 3, "people_visitor": 1, "orders_shoporder": 1} | {
        "collector_putaside": 0
    } == counts()


def test_no_address_of_a_network_lies_about(collector, sent, rushed):
    collector.get(f"/o/{sent.token}.gif")
    (body,) = PutAside.objects.values_list("hit", flat=True)
    assert "127.0.0.1" not in body
    assert tracking.veil("127.0.0.1") in body


class Killed(BaseException):
    """Nothing catches it, as nothing catches SIGKILL."""


@pytest.mark.parametrize("statement", range(8))
def test_a_death_while_taking_in_loses_nothing_and_doubles_nothing(
    page, collector, sent, rushed, statement
):
    page.send(page_view(), event(), order("A-1"), cid="browser-of-ann-0001")
    collector.get(f"/c/{sent.token}/0")
    left = [statement]

    def dies(execute, sql, params, many, context):
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(dies), pytest.raises(Killed):
        take_in()
    assert 2 == PutAside.objects.count()
    assert [] == touches(sent.org)
    take_in()
    assert 1 == len(touches(sent.org))
    assert {"activity_activity": 3, "people_visitor": 1, "orders_shoporder": 1} | {
        "collector_putaside": 0
    } == counts()


@pytest.mark.parametrize("where", ["collector.put_aside", "collector.taken_in"])
def test_a_death_after_a_commit_changes_nothing(sent, monkeypatch, where):
    def crossing(name: str) -> None:
        if name == where:
            raise Killed

    arrival = Arrival(
        kind=TouchKind.OPEN,
        at=datetime(2026, 11, 21, tzinfo=UTC),
        origin=tracking.veil("192.0.2.1"),
        agent=Agent(AgentKind.BROWSER, Reason.NONE),
        token=sent.token,
    )
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(boundaries, "crossing", crossing)
        rush.put_aside(TOUCHES, [arrival])
        take_in()
    take_in()
    assert 1 == len(touches(sent.org))
    assert 0 == PutAside.objects.count()


def test_one_that_cannot_be_taken_in_holds_up_nobody(collector, sent, rushed, caplog):
    with store.write():
        PutAside.objects.create(kind="touch", hit='{"kind": "nonsense"}')
    collector.get(f"/o/{sent.token}.gif")
    for _ in range(rush.MOST_TRIES + 1):
        take_in()
    assert 1 == len(touches(sent.org))
    assert (1, 1) == (PutAside.objects.count(), collecting.left_lying())
    assert "a hit is left lying" in caplog.text
    assert "nonsense" not in caplog.text


def test_one_of_a_row_that_cannot_be_taken_in_holds_up_none_of_the_row(sent, caplog):
    arrival = Arrival(
        kind=TouchKind.OPEN,
        at=datetime(2026, 11, 21, tzinfo=UTC),
        origin=tracking.veil("192.0.2.1"),
        agent=Agent(AgentKind.BROWSER, Reason.NONE),
        token=sent.token,
    )
    rush.put_aside(TOUCHES, [arrival, replace(arrival, kind=TouchKind.CLICK, link=0)])
    row = PutAside.objects.get()
    row.hit = row.hit.replace("[", '[{"kind":"nonsense"},')
    row.save()
    for _ in range(rush.MOST_TRIES + 2):
        take_in()
    assert ["click", "open"] == [kind for kind, *_ in touches(sent.org)]
    assert (1, 1) == (PutAside.objects.count(), collecting.left_lying())
    assert '{"kind":"nonsense"}' == PutAside.objects.get().hit
    assert "nonsense" not in caplog.text


def test_many_hits_are_a_few_rows_and_all_are_taken_in(sent):
    arrival = Arrival(
        kind=TouchKind.CLICK,
        at=datetime(2026, 11, 21, tzinfo=UTC),
        origin="",
        agent=Agent(AgentKind.BROWSER, Reason.NONE),
        token=sent.token,
    )
    many = [replace(arrival, link=n) for n in range(rush.HITS_A_ROW * (rush.ROWS_AT_ONCE + 1) + 1)]
    rush.put_aside(TOUCHES, many)
    assert rush.ROWS_AT_ONCE + 2 == PutAside.objects.count()
    assert len(many) == take_in()
    assert list(range(len(many))) == [
        link for (link,) in store.rows_sql("SELECT link FROM tracking_touch ORDER BY id")
    ]


def test_a_few_at_a_time_are_taken_in_at_once(collector, sent):
    collector.get(f"/o/{sent.token}.gif")
    assert (1, 0) == (len(touches(sent.org)), PutAside.objects.count())


first, last = datetime(2020, 1, 1), datetime(2030, 1, 1)  # noqa: DTZ001 - the zone is beside
instants = st.datetimes(first, last, timezones=st.just(UTC))
told = st.builds(
    Told,
    place=st.integers(0, 99),
    kind=st.sampled_from(Kind),
    message_id=st.text("0123456789abcdef", min_size=32, max_size=32),
    sent_ms=st.integers(0, 2**47),
    at=instants,
    client_ts=instants,
    signs=st.sampled_from([Sign.NONE, Sign.LATE, Sign.LATE | Sign.CLOCK_AHEAD]),
    action=st.text(max_size=20),
    url=st.text(max_size=20),
    products=st.lists(st.text(max_size=5), max_size=3).map(tuple),
    properties=st.dictionaries(
        st.text(max_size=5),
        st.one_of(
            st.text(max_size=5),
            st.booleans(),
            st.integers(-(2**53), 2**53),
            st.floats(allow_nan=False, allow_infinity=False),
        ),
        max_size=3,
    ),
    order=st.none() | st.builds(Money, st.integers(0, 10**9), st.just("TWD")),
    is_order=st.booleans(),
    deed=st.none(),
    exposure=st.just(0),
)
batches = st.builds(
    Batch,
    cid=st.text(max_size=20),
    member=st.text(max_size=20),
    consent=st.none() | st.booleans(),
    automated=st.booleans(),
    source=st.text(max_size=20),
    marks=st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=2),
    told=st.lists(told, max_size=3).map(tuple),
    refused=st.just(()),
    ignored=st.lists(st.text(max_size=5), max_size=2).map(tuple),
)
letters = st.builds(
    Letter,
    org=st.integers(1, 2**63 - 1),
    orders_close=st.booleans(),
    batch=batches,
    cid=st.text(max_size=20),
    received_at=instants,
    agent=st.text(max_size=10),
    reasons=st.integers(0, 255),
    keeps=st.booleans(),
)


@given(letters)
def test_what_is_read_back_is_what_was_put_aside(letter):
    first, back = LETTERS.read(LETTERS.spell([letter, letter]))
    assert letter == back == first
    kinds = [{name: type(each) for name, each in hit.properties.items()} for hit in back.batch.told]
    assert kinds == [
        {name: type(each) for name, each in hit.properties.items()} for hit in letter.batch.told
    ]
    assert 2 == len(json.loads(LETTERS.spell([letter, letter])))


@given(st.integers(0, 2**15), st.sampled_from(AgentKind), st.sampled_from(TouchKind), instants)
def test_a_touch_is_read_back_as_it_was(reasons, agent, kind, at):
    arrival = Arrival(kind=kind, at=at, origin="x", agent=Agent(agent, Reason(reasons)), link=3)
    for it in (arrival, replace(arrival, token="A" * 22, link=None), replace(arrival, cid="x")):
        assert [it, it] == TOUCHES.read(TOUCHES.spell([it, it]))
        assert json.loads(TOUCHES.spell([it]))


@given(letters, told)
def test_a_letter_that_speaks_of_a_popup_does_not_wait(letter, hit):
    """Its page is told whether the popup may be shown again."""
    spoken = replace(letter.batch, told=(*letter.batch.told, replace(hit, deed=Deed.CLICKED)))
    assert LETTERS.may_wait(letter)
    assert not LETTERS.may_wait(replace(letter, batch=spoken))


def test_a_click_whose_page_may_name_it_does_not_wait():
    at = datetime(2026, 11, 21, tzinfo=UTC)
    click = Arrival(TouchKind.CLICK, at, "x", Agent(AgentKind.BROWSER, Reason.NONE), link=0)
    assert TOUCHES.may_wait(click)
    assert not TOUCHES.may_wait(replace(click, touch=7))
