"""The worked example of reactions, its edges to the second, and independence of arrival."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postlude.attribution.choosing import Why
from postlude.attribution.reactions import REACTIONS, react, to_order
from postlude.attribution.types import (
    Accrual,
    Known,
    OrderFact,
    OrderState,
    Reaction,
    ReactionState,
    ReactionType,
    Sent,
)

OPEN, CLOSED, CANCELLED = OrderState.OPEN, OrderState.CLOSED, OrderState.CANCELLED
REACTED, NONE, WAITING = ReactionState.REACTED, ReactionState.NONE, ReactionState.WAITING


def at(text: str) -> datetime:
    """`03-15 12:00:01` of 2026."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=UTC)


SENT = at("03-01 12:00:00")
INVITE = Sent(1, 7, "invite", SENT)


def order(opened: str, closed: str | None = None, *, uid: str = "o1", state: str = "") -> OrderFact:
    end = at(closed) if closed else None
    return OrderFact(uid, 7, OrderState(state or ("closed" if end else "opened")), at(opened), end)


def judged(orders: list[OrderFact], now: str, preset=REACTIONS) -> Reaction:
    known = Known(at(now), at(now))
    return react([INVITE], orders, [], known=known, rule_of=lambda kind, _: preset.get(kind))[
        INVITE.id
    ]


@pytest.mark.parametrize(
    ("opened", "state"),
    [
        ("03-01 12:00:00", NONE),  # not after
        ("03-01 12:00:01", REACTED),
        ("03-15 12:00:00", REACTED),  # the edge
        ("03-15 12:00:01", NONE),
    ],
)
def test_the_window_is_exact(opened: str, state: ReactionState) -> None:
    closed = order(opened, (at(opened) + timedelta(minutes=30)).strftime("%m-%d %H:%M:%S"))
    found = judged([closed], "04-30 12:00:00")
    assert found.state is state
    assert (found.effect, found.type) == (
        ("o1", ReactionType.ORDER) if state is REACTED else ("", None)
    )


def test_fourteen_days_are_not_over_at_their_last_instant() -> None:
    assert judged([], "03-15 12:00:00").state is WAITING
    assert judged([], "03-15 12:00:01").state is NONE
    assert judged([], "03-15 12:00:00").final_after == at("03-15 12:00:00")


def test_an_order_from_before_is_not_caused_by_the_message() -> None:
    earlier = order("02-28 19:00:00", "03-02 10:00:00")
    assert judged([earlier], "03-20 12:00:00").state is NONE
    literal = {"invite": to_order(by_closing=True)}
    assert judged([earlier], "03-20 12:00:00", literal).state is REACTED


def test_it_does_not_matter_when_the_job_ran() -> None:
    """It was dead from 03-10 to 03-25; an order of 03-20 is none of it."""
    assert judged([order("03-20 12:00:00", "03-20 13:00:00")], "03-25 12:00:00").state is NONE


def test_an_open_order_is_waited_for() -> None:
    waiting = judged([order("03-14 12:00:00")], "03-15 12:00:01")
    assert (waiting.state, waiting.final_after) == (WAITING, at("03-29 12:00:00"))
    closed = judged([order("03-14 12:00:00", "03-20 12:00:00")], "03-20 12:00:01")
    assert (closed.state, closed.effect, closed.at) == (REACTED, "o1", at("03-14 12:00:00"))
    cancelled = order("03-14 12:00:00", state="cancelled")
    assert judged([cancelled], "03-20 12:00:01").state is NONE
    assert judged([order("03-14 12:00:00")], "03-29 12:00:00").state is WAITING
    assert judged([order("03-14 12:00:00")], "03-29 12:00:01").state is NONE


def test_whoever_closes_later_than_that_is_too_late_for_ever() -> None:
    edge = order("03-14 12:00:00", "03-29 12:00:00")
    late = order("03-14 12:00:00", "03-29 12:00:01")
    assert judged([edge], "05-01 12:00:00").state is REACTED
    found = judged([late], "05-01 12:00:00")
    assert found.state is NONE
    assert found.receipt is not None
    assert [each.why for each in found.receipt.weighed] == [Why.TOO_LATE]


def test_a_no_waits_until_the_source_is_complete() -> None:
    """Orders are known to the 10th only: it is the 20th, and nobody can say no yet."""
    known = Known(orders=at("03-10 12:00:00"), points=at("03-20 12:00:00"))
    asked = Sent(2, 7, "feedback", SENT)
    found = react([INVITE, asked], [], [], known=known)
    assert (found[1].state, found[2].state) == (WAITING, NONE)


def test_one_order_after_two_messages_is_a_reaction_to_both_and_credited_to_the_newer() -> None:
    later = Sent(2, 7, "invite", at("03-08 12:00:00"))
    once = [order("03-09 12:00:00", "03-09 13:00:00")]
    known = Known(at("03-10 12:00:00"), at("03-10 12:00:00"))
    found = react([INVITE, later], once, [], known=known)
    assert [(found[n].state, found[n].credited) for n in (1, 2)] == [
        (REACTED, False),
        (REACTED, True),
    ]


def test_of_two_orders_the_first_to_close_is_the_reaction() -> None:
    slow = order("03-02 12:00:00", "03-05 12:00:00", uid="slow")
    quick = order("03-03 12:00:00", "03-03 13:00:00", uid="quick")
    found = judged([slow, quick], "03-06 12:00:00")
    assert (found.effect, found.at) == ("quick", at("03-03 12:00:00"))
    twins = [order("03-03 12:00:00", "03-03 13:00:00", uid=uid) for uid in ("10", "9")]
    assert judged(twins, "03-06 12:00:00").effect == "9"


def test_feedback_looks_for_points_of_this_very_reason() -> None:
    asked = Sent(1, 7, "feedback", SENT)
    known = Known(at("03-20 12:00:00"), at("03-20 12:00:00"))

    def after(*accruals: Accrual) -> Reaction:
        return react([asked], [], accruals, known=known)[1]

    for reason in ("Feedback", "feedback ", "order", "invite"):
        assert after(Accrual("1", 7, reason, at("03-02 12:00:00"))).state is NONE
    assert after(Accrual("1", 8, "feedback", at("03-02 12:00:00"))).state is NONE
    assert after(Accrual("1", 7, "feedback", SENT)).state is NONE
    two = [Accrual(str(n), 7, "feedback", at(f"03-0{n} 12:00:00")) for n in (5, 4)]
    found = after(*two)
    assert (found.state, found.type, found.effect) == (REACTED, ReactionType.ACT, "4")


def test_points_that_name_their_order_answer_the_message_about_it() -> None:
    """B-7: literally all, unless the accrual says which order it is for."""
    sent = [Sent(n, 7, "feedback", SENT + timedelta(hours=n), about=f"o{n}") for n in (1, 2, 3)]
    known = Known(at("03-02 12:00:00"), at("03-02 12:00:00"))
    plain = react(sent, [], [Accrual("5", 7, "feedback", at("03-02 09:00:00"))], known=known)
    assert [plain[n].state for n in (1, 2, 3)] == [REACTED] * 3
    assert [plain[n].credited for n in (1, 2, 3)] == [False, False, True]
    named = [Accrual("5", 7, "feedback", at("03-02 09:00:00"), about="o2")]
    found = react(sent, [], named, known=known)
    assert [found[n].state for n in (1, 2, 3)] == [WAITING, REACTED, WAITING]


def test_the_gift_of_an_invitation_is_no_reaction_to_it() -> None:
    gift = Accrual("1", 7, "invite", SENT + timedelta(seconds=1))
    known = Known(at("03-20 12:00:00"), at("03-20 12:00:00"))
    assert react([INVITE], [], [gift], known=known)[1].state is NONE


def test_a_kind_without_a_rule_is_not_measured() -> None:
    other = Sent(1, 7, "weather", SENT)
    known = Known(at("05-20 12:00:00"), at("05-20 12:00:00"))
    found = react([other], [order("03-02 12:00:00", "03-02 13:00:00")], [], known=known)[1]
    assert found == Reaction(1, ReactionState.UNMEASURED)


def test_a_receipt_says_why_of_every_fact() -> None:
    facts = [
        order("02-28 12:00:00", "02-28 13:00:00", uid="before"),
        order("03-02 12:00:00", "03-04 12:00:00", uid="outrun"),
        order("03-03 12:00:00", "03-03 13:00:00", uid="chosen"),
        order("03-04 12:00:00", uid="open"),
        order("03-05 12:00:00", uid="gone", state="cancelled"),
        order("03-16 12:00:00", "03-16 13:00:00", uid="after"),
    ]
    receipt = judged(facts, "03-20 12:00:00").receipt
    assert receipt is not None
    assert {each.candidate.id: each.why for each in receipt.weighed} == {
        "before": Why.BEFORE,
        "outrun": Why.OUTRUN,
        "chosen": Why.CHOSEN,
        "open": Why.PENDING,
        "gone": Why.VOID,
        "after": Why.AFTER,
    }


hours = st.integers(-48, 24 * 30).map(lambda hour: SENT + timedelta(hours=hour))
contacts = st.sampled_from([7, 8])
messages = st.lists(
    st.builds(
        Sent,
        st.integers(1, 6),
        contacts,
        st.sampled_from(["feedback", "invite", "birthday", "weather"]),
        hours,
        about=st.sampled_from(["", "a", "b"]),
    ),
    max_size=5,
    unique_by=lambda each: each.id,
)


@st.composite
def some_orders(draw: st.DrawFn) -> list[OrderFact]:
    found = []
    for uid in draw(st.lists(st.sampled_from("abcdef"), max_size=5, unique=True)):
        opened, state = draw(hours), draw(st.sampled_from([OPEN, CLOSED, CANCELLED]))
        closed = opened + timedelta(hours=draw(st.integers(0, 500)))
        found.append(
            OrderFact(uid, draw(contacts), state, opened, closed if state is CLOSED else None)
        )
    return found


points = st.lists(
    st.builds(
        Accrual,
        st.integers(1, 30).map(str),
        contacts,
        st.sampled_from(["feedback", "order"]),
        hours,
        st.sampled_from(["", "a", "b"]),
    ),
    max_size=5,
    unique_by=lambda each: each.id,
)


@given(messages, some_orders(), points, hours, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(sent, orders, given_points, now, dice) -> None:
    known = Known(now, now)
    whole = react(sent, orders, given_points, known=known)
    for _ in range(3):
        for facts in (sent, orders, given_points):
            dice.shuffle(facts)
        # A fact that comes twice is one fact.
        assert whole == react(sent, [*orders, *orders], given_points, known=known)


@given(messages, some_orders(), points, hours)
def test_each_effect_is_credited_once(sent, orders, given_points, now) -> None:
    found = react(sent, orders, given_points, known=Known(now, now))
    contact = {each.id: each.contact for each in sent}
    reacted = [each for each in found.values() if each.state is REACTED]
    effects = [(contact[each.message], each.type, each.effect) for each in reacted]
    credited = [
        (contact[each.message], each.type, each.effect) for each in reacted if each.credited
    ]
    assert sorted(credited) == sorted(set(effects))
    assert not [each for each in found.values() if each.credited and each.state is not REACTED]


@given(messages, some_orders(), points, hours, st.integers(1, 2000))
def test_a_no_stays_a_no_while_nothing_new_is_known(sent, orders, given_points, now, more) -> None:
    """Only news changes a settled answer, never the hour at which somebody looks."""
    first = react(sent, orders, given_points, known=Known(now, now))
    later = now + timedelta(hours=more)
    then = react(sent, orders, given_points, known=Known(later, later))
    for number, each in first.items():
        if each.state is not WAITING:
            assert then[number] == each
        elif each.final_after is not None and later <= each.final_after:
            assert then[number].state is WAITING
