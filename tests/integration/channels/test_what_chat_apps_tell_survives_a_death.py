"""We die at each boundary of what is told about chat apps and devices; told again, all is as it was to be."""

import json
from datetime import timedelta

import pytest

from postlude.channels import api as channels
from postlude.kernel import boundaries
from postlude.kernel import clock as kernel_clock
from postlude.kernel.inbox import Delivery
from postlude.people import api as people
from postlude.people.models import Address, Identity, Suppression, ViewAudit
from postlude.people.types import Actor, SaidAddress

ANN = "U" + "a1" * 16
SHOP = Actor("key", "shop")
NAMES = (
    "channels.following_recorded",
    "people.addresses_ended",
    "people.addresses_forgotten",
    "people.addresses_said",
    "people.blocked_us",
    "people.came_back",
    "people.link_begun",
    "people.link_finished",
    "people.seen_there",
)


class Died(BaseException):
    """As a kill would: nothing of ours catches it."""


def steps(desk, contact):
    """What a day tells, in order; each may be told again."""
    org, now = desk.org, kernel_clock.now()

    def say():
        said = [("line", ANN), ("push", "phone"), ("push", "tablet"), ("messenger", "12345678")]
        given = [SaidAddress(contact, kind, value) for kind, value in said]
        people.say_addresses(org, given, actor=SHOP, now=now)

    def follow(kind, minutes):
        at = int((now + timedelta(minutes=minutes)).timestamp() * 1000)
        raw = json.dumps({"type": kind, "timestamp": at, "source": {"userId": ANN}}).encode()
        headers = {"sender": "chat"}
        delivery = Delivery(1, "line:chat", org, f"{kind}{minutes}", raw, headers, now, 1)
        channels.INBOX_HANDLERS["line"]([delivery])

    def link():
        word = people.begin_link(org, contact, "line", now=now)
        assert people.finish_link(org, "line", word, ANN, at=now, now=now) is None

    return (
        say,
        link,
        lambda: people.seen_there(org, "line", ANN, at=now),
        lambda: follow("unfollow", 1),
        lambda: follow("follow", 2),
        lambda: follow("unfollow", 3),
        lambda: people.end_addresses(org, "push", ["phone"]),
        lambda: people.forget_addresses(org, contact, "messenger", actor=SHOP, now=now),
    )


def outcome(org):
    held = Address.objects.filter(org=org).exclude(kind="email").order_by("kind", "value")
    found_by = Identity.objects.filter(org=org).exclude(kind__in=("email", "reference"))
    return (
        list(held.values_list("kind", "value")),
        sorted(found_by.values_list("kind", "key")),
        list(Suppression.objects.filter(org=org).values_list("kind", "reason")),
        sorted(ViewAudit.objects.filter(org=org).values_list("purpose", flat=True)),
    )


@pytest.mark.parametrize("name", NAMES)
def test_told_again_after_a_death_it_is_as_it_was_to_be(line_desk, monkeypatch, name, clock):
    (contact,) = line_desk.contacts(None)
    died = []

    def crossing(here):
        if here == name and not died:
            died.append(here)
            raise Died

    monkeypatch.setattr(boundaries, "crossing", crossing)
    for step in steps(line_desk, contact):
        try:
            step()
        except Died:
            step()

    assert [name] == died
    assert (
        [("line", ANN), ("push", "tablet")],
        [("line", ANN), ("push", "tablet")],
        [("line", "blocked")],
        ["forget it", *["say it"] * 4],
    ) == outcome(line_desk.org)
