"""Whatever the order and number of its views: one end, one day of sale, and nobody paid after it."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from postlude.orders import lifecycle
from postlude.orders.lifecycle import Description, Ending, Evidence, Known, Payment
from postlude.orders.types import Change, State, Via

START = datetime(2023, 9, 1, tzinfo=UTC)
OVER = (State.CANCELLED, State.REFUNDED)
hours = st.integers(0, 30)


def at(hour: int) -> datetime:
    return START + timedelta(hours=hour)


def poll(hour: int, *, paid: bool, gone: bool = False) -> Known:
    """One attendee may change hands with time; the view of one that is gone names nobody."""
    holder = None if gone else 100 + hour // 10
    return Known(
        Description(holder, 1, 1290, "TWD", Via.POLL, at(hour), 7),
        Payment(True, at(hour), Evidence.UPDATED_AT) if paid else Payment(),
        Ending(refunded=True, at=at(hour)) if gone else Ending(),
        external_id="A1",
    )


def webhook(hour: int, believed: bool) -> Known:
    return Known(
        Description(50, 1, 1290, "TWD", Via.WEBHOOK, at(hour)),
        Payment(True, at(hour), Evidence.WEBHOOK),
        external_id="W1" if believed else None,
        webhook_id="W1",
    )


def csv(day: int) -> Known:
    return Known(
        Description(60, 1, 1290, "TWD", Via.CSV, None, 7),
        Payment(True, at(day), Evidence.DAY),
        external_id="A1",
    )


views = st.one_of(
    st.builds(poll, hours, paid=st.booleans()),
    st.builds(poll, hours, paid=st.just(False), gone=st.just(True)),
    st.builds(webhook, hours, st.booleans()),
    st.builds(csv, hours),
)
orders = st.builds(
    lambda hour, refunded: Ending(cancelled=True, refunded=refunded, at=at(hour)),
    hours,
    st.booleans(),
)
histories = st.lists(st.one_of(views, orders), min_size=1, max_size=8).filter(
    lambda history: any(isinstance(each, Known) for each in history)
)


def steps(history: list[Known | Ending]) -> list[Known]:
    """Return what is known after each view. News of the order waits for its first ticket."""
    known, heard, after = None, Ending(), []
    for number, each in enumerate(history):
        now = at(1_000 + number)
        if isinstance(each, Ending):
            heard = heard.join(each)
        else:
            known = lifecycle.see(known, each, now=now)
        if known is not None:
            known = lifecycle.hear(known, Payment(), heard, now=now)
            after.append(known)
    return after


def facts(known: Known) -> tuple[object, ...]:
    """All but `sold_at`, which remembers what came first and is tested by itself."""
    names = (known.external_id, known.webhook_id)
    return (known.state, known.description, known.payment, known.ending, *names)


def with_shuffled(history: list[Known | Ending]):
    twice = history + history[: len(history) // 2]
    return st.tuples(st.just(history), st.permutations(twice))


@settings(deadline=None)
@given(histories.flatmap(with_shuffled))
def test_permuted_and_repeated_views_end_the_same(pair) -> None:
    one, other = pair
    assert facts(steps(one)[-1]) == facts(steps(other)[-1])


@settings(deadline=None)
@given(histories)
def test_the_time_of_sale_never_moves(history) -> None:
    sold = [known.sold_at for known in steps(history) if known.sold_at is not None]
    assert len(set(sold)) <= 1
    assert (steps(history)[-1].sold_at is not None) == steps(history)[-1].payment.paid


@settings(deadline=None)
@given(histories)
def test_nobody_is_paid_after_the_end(history) -> None:
    over, before = False, None
    for known in steps(history):
        told = lifecycle.topics(before, known)
        assert not (over and known.state not in OVER)
        assert "ticket.paid" not in told or known.state == State.PAID
        over, before = known.state in OVER, known


@settings(deadline=None)
@given(histories)
def test_a_view_that_is_known_tells_nothing(history) -> None:
    last = steps(history)[-1]
    for each in history:
        if isinstance(each, Known):
            again = lifecycle.see(last, each, now=at(5_000))
            assert lifecycle.topics(last, again) == ()
            assert lifecycle.change(last, again, ended_before=False) == Change.SAME


def test_a_ticket_of_a_cancelled_order_is_a_tombstone() -> None:
    ended = lifecycle.hear(webhook(1, False), Payment(), Ending(cancelled=True), now=at(2))
    assert lifecycle.change(None, ended, ended_before=True) == Change.TOMBSTONE
    assert lifecycle.topics(None, ended) == ("ticket.changed",)


def test_a_free_ticket_is_cancelled_and_a_paid_one_refunded() -> None:
    end = Ending(cancelled=True, at=at(3))
    dear = lifecycle.hear(poll(1, paid=True), Payment(), end, now=at(4))
    unpaid = lifecycle.hear(poll(1, paid=False), Payment(), end, now=at(4))
    free = Known(Description(1, 1, 0, "TWD", Via.POLL, at(1)), Payment(True, at(1)), end)
    states = [dear.state, unpaid.state, free.state]
    assert states == [State.REFUNDED, State.CANCELLED, State.CANCELLED]


def test_the_best_evidence_says_when_it_was_paid() -> None:
    views = [csv(0), poll(1, paid=True), webhook(9, False)]
    assert steps(views)[-1].payment.at == at(9)
    assert steps(views)[-1].sold_at == at(0)


def test_a_new_holder_is_paid_news() -> None:
    old = steps([poll(1, paid=True)])[-1]
    new = lifecycle.see(old, poll(11, paid=True), now=at(12))
    assert lifecycle.topics(old, new) == ("ticket.changed", "ticket.paid")


def test_a_paid_line_that_gets_its_number_is_paid_news() -> None:
    unnamed = Known(Description(1, 1, 0, "TWD", Via.CSV), Payment(True, at(1)), sold_at=at(1))
    assert lifecycle.topics(None, unnamed) == ()
    named = lifecycle.see(unnamed, csv(1), now=at(2))
    assert "ticket.paid" in lifecycle.topics(unnamed, named)
