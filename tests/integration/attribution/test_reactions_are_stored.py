"""What is stored of a notice is what its facts say, whenever and however they came."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import permutations

import pytest

from postlude.attribution import api as attribution
from postlude.attribution.models import Notice, Replaced
from postlude.attribution.types import Fate, ReactionState, ReactionType
from postlude.kernel import clock as kernel_clock
from postlude.kernel import jobs, store, work
from postlude.messages import api as messages
from postlude.messages.models import Message
from postlude.messages.types import Outcome
from postlude.orders import api as orders
from postlude.rewards import api as rewards
from support.noticing import Restaurant

REACTED, NONE, WAITING = ReactionState.REACTED, ReactionState.NONE, ReactionState.WAITING
DAY = timedelta(days=1)


def now() -> datetime:
    return kernel_clock.now()


def states(org: int, sent: list[int]) -> list[ReactionState | None]:
    found = attribution.notices(org, sent)
    return [found[each].state for each in sent]


def test_an_order_after_an_invitation_is_found_by_its_news(place, clock) -> None:
    start = now()
    sent = place.send("invite", place.person())
    assert states(place.org, sent) == [WAITING]
    clock.advance(days=3)
    place.order(place.person(), start + 2 * DAY, start + 2 * DAY + timedelta(hours=1))
    place.work()
    found = attribution.notices(place.org, sent)[sent[0]]
    assert (found.state, found.type, found.effect) == (REACTED, ReactionType.ORDER, "o1")
    assert (found.reacted_at, str(found.amount)) == (start + 2 * DAY, "1000.00 RUB")
    assert (found.kind, found.action, found.version, found.credited) == ("invite", "gift", 1, True)


def test_points_are_found_by_looking(place, clock) -> None:
    """The bonus server does not call: the job asks."""
    who, start = place.person(), now()
    sent = place.send("feedback", who)
    place.give(who, "order", start + timedelta(minutes=10))
    place.give(who, "feedback", start + timedelta(minutes=20))
    clock.advance(minutes=61)
    assert place.look() == 1
    found = attribution.notices(place.org, sent)[sent[0]]
    assert (found.state, found.type) == (REACTED, ReactionType.ACT)
    given = {str(each.id): each.reason for each in rewards.history(place.org, who)}
    assert given[found.effect] == "feedback"
    assert place.look() == 0, "what is answered is not looked at again"


def test_points_that_name_their_order_answer_the_message_about_it(place, clock) -> None:
    who, start = place.person(), now()
    for uid in ("o1", "o2"):
        place.order(who, start - DAY, start - timedelta(hours=1), uid=uid)
    named = orders.shop_orders_named(place.org, ["o1", "o2"])
    sent = [place.send("feedback", who, order=named[uid].id)[0] for uid in ("o1", "o2")]
    place.give(who, "feedback", start + timedelta(minutes=10), campaign="order:o1")
    clock.advance(hours=2)
    place.look()
    assert states(place.org, sent) == [REACTED, WAITING]
    assert [attribution.notices(place.org, sent)[each].about for each in sent] == ["o1", "o2"]


def test_after_fourteen_days_and_not_before_the_answer_is_no(place, clock) -> None:
    sent = place.send("invite", place.person())
    clock.advance(days=14)
    place.look()
    assert states(place.org, sent) == [WAITING]
    clock.advance(seconds=1)
    place.look()
    assert states(place.org, sent) == [NONE]


def test_an_open_order_holds_the_no_up(place, clock) -> None:
    start, who = now(), place.person()
    sent = place.send("invite", who)
    clock.advance(days=13)
    place.order(who, start + 13 * DAY)
    clock.advance(days=1, seconds=1)
    place.look()
    assert states(place.org, sent) == [WAITING]
    clock.advance(days=14)
    place.look()
    assert states(place.org, sent) == [NONE]


def test_a_late_or_cancelled_order_changes_a_final_answer_and_the_old_one_is_kept(
    place, clock
) -> None:
    start, who = now(), place.person()
    sent = place.send("invite", who)
    clock.advance(days=20)
    place.look()
    assert states(place.org, sent) == [NONE]
    place.order(who, start + DAY, start + DAY)
    place.work()
    assert states(place.org, sent) == [REACTED]
    clock.advance(days=1)
    place.order(None, cancelled=now())
    place.work()
    assert states(place.org, sent) == [NONE]
    found = attribution.reaction_of(place.org, sent[0], now=now())
    assert found is not None
    assert [(each.state, each.effect) for each in found[1]] == [(NONE, ""), (REACTED, "o1")]


def test_unknown_messages_await_reactions_and_are_told_apart(place, clock) -> None:
    who, start = place.person(), now()
    sent = place.send("invite", who, outcome="unknown")
    assert attribution.notices(place.org, sent)[sent[0]].fate is Fate.UNKNOWN
    clock.advance(days=2)
    place.order(who, start + DAY, start + DAY)
    place.work()
    assert states(place.org, sent) == [REACTED]
    # An operator finds out that it went: the sending is still when it may first have been read.
    outcome = Outcome(sent[0], "accepted", provider_id="<x>")
    messages.resolve_unknown(place.org, sent[0], outcome, now=now())
    place.work()
    found = attribution.notices(place.org, sent)[sent[0]]
    assert (found.fate, found.state, found.sent_at) == (Fate.SENT, REACTED, start)


def test_an_unknown_message_that_never_went_is_answered_by_nothing(place, clock) -> None:
    who, start = place.person(), now()
    sent = place.send("invite", who, outcome="unknown")
    clock.advance(days=2)
    place.order(who, start + DAY, start + DAY)
    place.work()
    messages.resolve_unknown(place.org, sent[0], Outcome(sent[0], "failed"), now=now())
    place.work()
    found = attribution.notices(place.org, sent)[sent[0]]
    assert (found.fate, found.state, found.effect) == (Fate.FAILED, None, "")
    assert Replaced.objects.filter(message=sent[0]).count() == 1


@pytest.mark.parametrize(("outcome", "fate"), [("failed", Fate.FAILED), ("accepted", Fate.SENT)])
def test_what_did_not_go_awaits_nothing(place, outcome: str, fate: Fate) -> None:
    sent = place.send("invite", place.person(), outcome=outcome)
    found = attribution.notices(place.org, sent)[sent[0]]
    assert found.fate is fate
    assert (found.state is None) == (fate is Fate.FAILED)


def test_what_no_notice_sent_is_not_listed(place) -> None:
    sent = place.send("weather", place.person())
    assert states(place.org, sent) == [ReactionState.UNMEASURED]
    Notice.objects.all().delete()
    made = place.queue("invite", place.person())
    Message.objects.filter(id__in=made).update(context={"conference": 1})
    place.settle()
    place.work()
    assert attribution.notices(place.org, made) == {}


def test_two_contacts_that_are_one_person_react_together(place, clock) -> None:
    start, one, other = now(), place.person(1), place.person(2)
    sent = place.send("invite", one)
    clock.advance(days=2)
    place.order(other, start + DAY, start + DAY)
    place.work()
    assert states(place.org, sent) == [WAITING]
    place.join(one, other)
    place.work()
    assert states(place.org, sent) == [REACTED]


STORY = {
    "opened": lambda place, who, start: place.order(who, start + 13 * DAY, uid="a"),
    "closed": lambda place, who, start: place.order(None, closed=start + 20 * DAY, uid="a"),
    "late": lambda place, who, start: place.order(who, start + 8 * DAY, start + 9 * DAY, uid="b"),
    "gone": lambda place, who, start: place.order(who, cancelled=start + 10 * DAY, uid="b"),
}


def test_whatever_the_order_of_arrival_the_end_is_the_same(place, clock) -> None:
    """Facts of one story come in every order, with the jobs running in between.

    Orders are told of late; points are not, for the ledger is our own.
    """
    start = now()
    ends = set()
    people_ = [place.person(number) for number in range(24)]
    sent = {who: [*place.send("invite", who), *place.send("feedback", who)] for who in people_}
    clock.advance(days=7)
    for who in people_:
        place.give(who, "feedback", start + 2 * DAY)
        sent[who] += place.send("birthday", who)
    clock.advance(days=60)
    for who, told in zip(people_, permutations(STORY), strict=True):
        for name in told:
            STORY[name](RenamedOrders(place, who), who, start)
            place.work()
            place.look()
        rows = Notice.objects.filter(id__in=sent[who]).order_by("sent_at", "kind")
        effects = [(row.kind, row.reaction, row.effect.partition("-")[0] if row.type == "order" else row.type, row.reacted_at, row.credited) for row in rows]  # fmt: skip
        ends.add(tuple(effects))
    assert len(ends) == 1, ends
    ((feedback, invite, birthday),) = ends
    assert (feedback[1], invite[1], birthday[1]) == ("reacted", "reacted", "reacted")
    assert (invite[2], birthday[2]) == ("a", "a")
    assert (invite[4], birthday[4]) == (False, True)


@dataclass
class RenamedOrders:
    """The same story for many people: each has orders of its own."""

    place: Restaurant
    who: int

    def order(self, contact, *times, uid: str, **more) -> None:
        self.place.order(contact, *times, uid=f"{uid}-{self.who}", **more)


def test_a_run_that_is_cut_off_goes_on_where_it_was(place, clock) -> None:
    sent = place.send("invite", *(place.person(number) for number in range(30)))
    clock.advance(days=15)
    jobs.run_once("attribution.look_again", seconds=0)
    assert states(place.org, sent) == [WAITING] * 30
    assert place.look() == 30
    assert states(place.org, sent) == [NONE] * 30
    assert place.look() == 0


def test_the_same_news_again_changes_nothing(place, clock) -> None:
    start, who = now(), place.person()
    sent = place.send("invite", who)
    place.order(who, start + DAY, start + DAY)
    place.work()
    before = list(Notice.objects.values())
    with store.write():
        work.publish("message.settled", place.org, sent)
    place.work()
    assert list(Notice.objects.values()) == before
    assert not Replaced.objects.exists()
