"""We die at each boundary between a till's word and what a notice brought back; then we go on."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from postlude.attribution import noting
from postlude.attribution.models import Notice, Replaced
from postlude.journeys.recurring.figures import HeldOut
from postlude.kernel import boundaries
from postlude.kernel import clock as kernel_clock
from postlude.kernel.models import WorkRow
from postlude.messages import api as messages
from postlude.messages.types import Outcome
from postlude.orders import api as orders
from postlude.orders.models import Buyer
from postlude.people import api as people
from postlude.people.models import Contact
from postlude.people.types import Actor, CustomerSeen
from support.noticing import Restaurant

NAMES = (
    "attribution.held_out_noted",
    "attribution.judged",
    "attribution.noted",
    "attribution.withdrawn",
    "orders.buyers.recounted",
    "orders.shop.committed",
    "people.customers_kept",
)
HOUR = timedelta(hours=1)


class Died(BaseException):
    """As a kill would: nothing of ours catches it."""


def steps(place: Restaurant, clock: kernel_clock.FrozenClock) -> tuple[Callable[[], object], ...]:
    """A day in order; each step may be begun again."""
    start = kernel_clock.now()
    one, two, three = (place.person(n) for n in range(3))
    sent: dict[str, int] = {}
    seen = [CustomerSeen("till-7", phone="+79091582149", name="Anna")]

    def send(name: str, contact: int, outcome: str) -> None:
        sent[name] = place.queue("invite", contact)[0]
        place.settle(outcome)

    def lost() -> None:
        if messages.state_of(place.org, [sent["lost"]])[sent["lost"]].state == "unknown":
            failed = Outcome(sent["lost"], "failed")
            messages.resolve_unknown(place.org, sent["lost"], failed, now=kernel_clock.now())

    def order(contact: int, uid: str) -> Callable[[], None]:
        return lambda: place.order(contact, start + HOUR, start + 2 * HOUR, uid=uid)

    return (
        lambda: people.upsert_customers(place.org, seen, actor=Actor("key", "till"), now=start),
        lambda: send("kept", one, "accepted"),
        lambda: send("lost", two, "unknown"),
        place.work,
        lambda: clock.advance(hours=3),
        order(one, "o1"),
        order(two, "o2"),
        place.work,
        lost,
        place.work,
        lambda: noting.note_held_out(place.org, place.cycle("invite"), [HeldOut(99, three, start)]),
        lambda: orders.recount_all(place.org),
    )


def outcome(org: int) -> object:
    said = Notice.objects.filter(org=org).order_by("contact")
    return (
        list(said.values_list("fate", "reaction", "effect", "credited")),
        Replaced.objects.filter(org=org).count(),
        sorted(Buyer.objects.filter(org=org).values_list("orders", "spent_minor")),
        Contact.objects.filter(org=org).count(),
    )


@pytest.mark.parametrize("name", NAMES)
def test_begun_again_after_a_death_it_is_as_it_was_to_be(place, clock, monkeypatch, name) -> None:
    died: list[str] = []

    def crossing(here: str) -> None:
        if here == name and not died:
            died.append(here)
            raise Died

    todo = steps(place, clock)
    monkeypatch.setattr(boundaries, "crossing", crossing)
    for step in todo:
        try:
            step()
        except Died:
            WorkRow.objects.update(lease_until=None)  # what the dead one held is free in time
            step()

    assert [name] == died
    assert (
        [
            ("sent", "reacted", "o1", True),
            ("failed", "", "", False),
            ("held_out", "", "", False),
        ],
        1,
        [(1, 100000), (1, 100000)],
        4,
    ) == outcome(place.org)
