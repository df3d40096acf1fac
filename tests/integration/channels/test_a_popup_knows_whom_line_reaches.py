"""How an address gets in: follow, link, and the popup sees it, and the push arrives."""

from postlude.kernel import store
from postlude.kernel.clock import now
from postlude.people import api as people
from postlude.people.types import Actor, SaidAddress, Visit
from postlude.popups import api as popups
from postlude.popups.types import Target
from support.popping import ANN as BROWSER
from support.popping import welcome

from .test_line_tells_who_follows_and_who_left import ANN, happen


def sees(org: int, contact: int) -> list[str]:
    offered, who = popups.offers(
        popups.in_force(org),
        ["on-line", "not-yet"],
        cid=BROWSER,
        contact=contact,
        locale="en",
        now=now(),
    )
    assert who.has_line is ("on-line" in [each.slug for each in offered])
    return [each.slug for each in offered]


def test_follow_link_popup_push(line_desk, sandbox, web):
    org = line_desk.org
    sandbox.client.configure("line", webhook_url=f"{web}/hooks/line/pycon/chat")
    for slug, reached in (("on-line", True), ("not-yet", False)):
        popups.publish(org, welcome(slug, target=Target(has_line=reached)), now=now())
    with store.write():
        (member,) = people.visit_many(org, [Visit(BROWSER, now(), "M1")], now=now())

    assert "delivered" == happen(sandbox, "follow")["state"]
    assert ["not-yet"] == sees(org, member.contact)  # nobody knows yet whose LINE that is
    linked = SaidAddress(member.contact, "line", ANN)
    assert [None] == people.say_addresses(org, [linked], actor=Actor("key", "shop"), now=now())
    assert ["on-line"] == sees(org, member.contact)
    message = line_desk.new(member.contact)
    line_desk.deliver()
    assert ["accepted"] == line_desk.states([message])

    happen(sandbox, "unfollow")
    assert ["not-yet"] == sees(org, member.contact)
