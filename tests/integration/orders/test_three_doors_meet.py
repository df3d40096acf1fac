"""Poll, webhook and CSV name one event differently; they meet in one happening, one ticket each."""

from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postlude.kernel import ids
from postlude.orders import api as orders
from postlude.orders.models import Happening, TicketType
from postlude.orders.types import EventSeen, Join, Kind

FACTS = (
    "external_id state contact price paid_at cancelled_at refunded_at refunded ticket_type_name "
    "reg_no happening_name kind"
).split()
VIEWS = ("poll", "webhook", "csv", "cancel", "refund", "gone", "unpaid")


def view(doors, name):
    return doors.poll(0, paid=False) if name == "unpaid" else getattr(doors, name)()


def facts(held):
    """All that must not depend on the order of arrival; ids and first times do."""
    return [[getattr(each, field) for field in FACTS] for each in held]


@pytest.mark.parametrize("join", list(Join))
@pytest.mark.parametrize("equal", [True, False], ids=["same ids", "other ids"])
def test_whatever_the_order_of_the_doors(take, held, doors, equal, join) -> None:
    for number, names in enumerate(permutations(["poll", "webhook", "csv", "unpaid"])):
        sale = doors(f"{number:03}", seats=2, equal=equal, join=join)
        take(*(view(sale, name) for name in names))
        tickets = held(sale.order)
        assert [each.external_id for each in tickets] == sale.attendees, names
        assert [each.contact for each in tickets] == [100, 101], names
        assert {(each.happening_external_id, each.happening_slug) for each in tickets} == {
            (sale.number, sale.slug)
        }, names
        assert {each.happening_name for each in tickets} == {sale.name}
        assert {each.kind for each in tickets} == {Kind.INDIVIDUAL}
        assert Happening.objects.filter(slug=sale.slug).count() == 1
        assert Happening.objects.filter(external_id=sale.number).count() == 1
    assert Happening.objects.count() == TicketType.objects.count() == 24


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.sampled_from(VIEWS), min_size=2, max_size=7).flatmap(
        lambda names: st.tuples(st.just(names), st.permutations(names + names[:2]))
    ),
    st.tuples(st.booleans(), st.sampled_from(list(Join))),
)
def test_permuted_and_repeated_views_end_the_same(take, held, doors, pair, world) -> None:
    ends, (equal, join) = [], world
    for names in pair:
        # A fresh order and event each time; the digits that tell them apart are left out.
        tail = str(ids.new_id())
        sale = doors(tail, seats=2, equal=equal, join=join)
        take(*(view(sale, name) for name in names))
        ends.append(
            [[str(part).replace(tail, "") for part in each] for each in facts(held(sale.order))]
        )
    one, other = ends
    if "poll" in pair[0] or "csv" in pair[0] or "webhook" in pair[0]:
        assert len(one) == 2
    if not {"poll", "webhook"} & set(pair[0]):  # nobody ever said the event's name
        one, other = ([row[:-2] for row in each] for each in ends)
    assert one == other


def test_a_slug_alone_meets_the_number_through_an_order(org, take, held, doors, told) -> None:
    """No view ever says that this slug is that number, but an order belongs to one event."""
    sale = doors("7")
    take(sale.csv())
    told()
    take(sale.poll())
    (ticket,) = held(sale.order)
    assert (ticket.happening_external_id, ticket.happening_slug) == (sale.number, sale.slug)
    assert ("ticket.changed", str(ticket.id)) in told()
    assert Happening.objects.count() == 1


def test_a_name_typed_by_hand_meets_the_real_one(take, held, doors) -> None:
    for tail, order in (("1", ["csv", "poll", "webhook"]), ("2", ["webhook", "csv", "poll"])):
        sale = doors(tail)
        views = {"poll": sale.poll(), "webhook": sale.webhook(), "csv": sale.csv(name="Individual")}
        take(*(views[name] for name in order))
        (ticket,) = held(sale.order)
        assert ticket.happening_name == sale.name
    assert Happening.objects.count() == 2


def test_two_happenings_that_were_one_bring_all_their_sales(org, take, held, doors) -> None:
    by_file, by_poll = doors("1"), doors("2")
    by_poll.number, by_poll.slug = by_file.number, by_file.slug
    by_poll.by_poll = EventSeen(by_file.number, None, by_file.name)
    take(by_file.csv(), by_poll.poll())
    assert Happening.objects.count() == 2
    take(by_file.webhook())
    row = Happening.objects.get()
    assert (row.external_id, row.slug, row.name) == (by_file.number, by_file.slug, by_file.name)
    assert {ticket.happening for ticket in (*held(by_file.order), *held(by_poll.order))} == {row.id}
    assert TicketType.objects.count() == 1


def test_two_events_of_one_name_stay_two(org, take, doors) -> None:
    one, other = doors("1"), doors("2")
    other.by_poll = EventSeen(other.number, None, one.name)
    other.by_hook = EventSeen(None, other.slug, one.name)
    take(one.poll(), other.poll(), one.webhook(), other.webhook())
    seen = set(Happening.objects.values_list("external_id", "slug"))
    assert seen == {(one.number, one.slug), (other.number, other.slug)}


def test_a_renamed_event_stays_itself(org, take, held, doors) -> None:
    sale = doors("1")
    take(sale.poll(), sale.webhook())
    sale.by_poll = EventSeen(sale.number, None, "PyCon TW 2023 Registration: Corporate")
    take(sale.poll(9))
    (ticket,) = held(sale.order)
    assert (ticket.happening_name, ticket.kind) == (sale.by_poll.name, Kind.CORPORATE)
    assert Happening.objects.count() == 1


def test_an_event_that_gets_its_name_finds_its_conference(org, take, held, doors, told) -> None:
    named = orders.ensure_conference(
        org.id, "pycon-2023", name="PyCon TW 2023", pattern="PyCon TW 2023*"
    )
    sale = doors("1", equal=True)
    take(sale.csv())
    assert {each.code for each in orders.warnings(org.id)} == {"unknown_kind", "happening_alone"}
    told()
    take(sale.webhook())
    (ticket,) = held(sale.order)
    assert (ticket.conference, ticket.kind) == (named.id, Kind.INDIVIDUAL)
    assert ("ticket.paid", str(ticket.id)) in told()
    assert orders.warnings(org.id) == []


def test_a_given_kind_beats_the_rules(org, take, held, doors) -> None:
    sale = doors("1")
    given = EventSeen(None, sale.slug, None, Kind.RESERVED)
    take(sale.sale(given, "csv", [sale.ticket(sale.attendees[0], contact=1)]), sale.webhook())
    take(sale.poll())
    assert [each.kind for each in held(sale.order)] == [Kind.RESERVED]


def test_an_unknown_kind_is_loaded_and_warned_of_once(org, take, held, doors) -> None:
    sale = doors("1")
    sale.by_poll = EventSeen(sale.number, None, "Sprint day")
    take(sale.poll(), sale.poll(), sale.poll(3))
    assert [each.kind for each in held(sale.order)] == [Kind.OTHER]
    (warning,) = orders.warnings(org.id)
    assert (warning.code, warning.count) == ("unknown_kind", 1)
    orders.configure_kinds(org.id, [("sprint", Kind.RESERVED)])
    assert orders.warnings(org.id) == []
    assert [each.kind for each in held(sale.order)] == [Kind.RESERVED]
