"""The role goes to the user whom the form names, once, and is taken back; over real HTTP."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from postlude.access import api as access
from postlude.access.types import MapRule, Resource
from postlude.kernel import store, work
from postlude.orders import api as orders
from postlude.people import api as people

ROLE = "300000000000000001"
ANN, BOB = "400000000000000001", "400000000000000002"
OTHER_ROLE = "300000000000000002"
QUESTION = "Discord 帳號"


def resource(booth: Any, **changes: str) -> Resource:
    settings = {
        "token": "${DISCORD_BOT_TOKEN}",
        "guild": "200000000000000001",
        "role": ROLE,
        "question": "Discord",
        "base_url": booth.sandbox.url("discord_guild") + "/api/v10",
        **changes,
    }
    return Resource("crew", "discord_role", "Our Discord", settings)


@pytest.fixture
def guild(booth, monkeypatch):
    """A server with two members, and tickets that open it and a video."""
    monkeypatch.setenv("DISCORD_BOT_TOKEN", "sandbox-bot-token")
    booth.sandbox.client.configure("discord_guild", members={ANN: "ann", BOB: "bob"})
    define(booth)
    work.subscribe(people.ANSWERED, "access", access.on_answers)
    return booth


def define(booth: Any, **changes: str) -> None:
    parts = [resource(booth, **changes), booth.resources()[-1]]
    access.define_resources(booth.org, booth.conference, parts, now=booth.now)
    rules = [MapRule("*", "*", ("crew", "youtube"))]
    access.define_map(booth.org, booth.conference, rules, now=booth.now)


def buy(booth: Any, email: str, answer: str | None) -> int:
    """Buy a ticket; the form says `answer`, or has not come yet."""
    contact = booth.buy(email)
    if answer is not None:
        fill_in(booth, contact, str(booth.orders_made), answer)
    booth.ask(contact)
    return int(contact)


def fill_in(booth: Any, contact: int, number: str, answer: str) -> None:
    subject = orders.answers_subject(booth.tickets[number])
    sheet = [("暱稱", "x"), (QUESTION, answer)]
    people.record_answers(booth.org, [(subject, contact, sheet)], now=booth.now)
    work.drain(lambda: False)


def server(booth: Any) -> dict[str, Any]:
    return booth.sandbox.client.received("discord_guild")


def crew(booth: Any, contact: int) -> Any:
    return booth.grants(contact)["crew"]


@pytest.mark.parametrize("answer", ["ann", "@Ann", ANN, f"<@{ANN}>"])
def test_the_named_user_gets_the_role(guild, answer):
    """By user name or by id, asked by a bot that says who it is."""
    ann = buy(guild, "ann@example.test", answer)
    guild.work()

    assert {"crew": "granted", "youtube": "granted"} == guild.states(ann)
    assert {ANN: [ROLE]} == server(guild)["roles"]
    assert all(agent.startswith("DiscordBot (") for agent in server(guild)["agents"])


def test_a_repeated_call_changes_nothing(guild):
    """The answer was lost after Discord had done it: asked again, one role."""
    guild.sandbox.client.fault("discord_guild", "drop_after", count=1, method="PUT")
    ann = buy(guild, "ann@example.test", "ann")
    guild.work()
    assert "pending" == crew(guild, ann).state
    guild.sandbox.client.clear_faults()
    access.regrant(guild.org, guild.conference, actor="x", now=guild.now)
    guild.work()

    assert "granted" == crew(guild, ann).state
    assert ({ANN: [ROLE]}, {ANN: 2}) == (server(guild)["roles"], server(guild)["given"])


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("nobody", "nobody in the server has the user name"),
        ("400000000000000009", "nobody in the server has the id"),
        ("  ", "gives no Discord name"),
    ],
)
def test_who_cannot_be_found_is_for_a_person(guild, answer, words):
    """With the reason, and without the name; the other one and the video go on."""
    ann = buy(guild, "ann@example.test", answer)
    bob = buy(guild, "bob@example.test", "bob")
    guild.work()

    assert ("pending", "unmatched") == (crew(guild, ann).state, crew(guild, ann).by_hand)
    assert words in crew(guild, ann).words
    assert "nobody" != crew(guild, ann).words
    assert {"crew": "granted", "youtube": "granted"} == guild.states(bob)
    assert [] == access.failures(guild.org)


def test_a_corrected_form_is_asked_again(guild):
    """Nobody has to press anything."""
    ann = buy(guild, "ann@example.test", "nobody")
    guild.work()
    fill_in(guild, ann, "1", "ann")
    guild.work()

    assert "granted" == crew(guild, ann).state
    assert [] == access.manual_queue(guild.org)


def test_a_form_that_has_not_come_is_waited_for(guild, clock):
    """A webhook brings no form; the poll brings it, and the role is given then."""
    ann = buy(guild, "ann@example.test", None)
    guild.work()
    assert ("pending", "") == (crew(guild, ann).state, crew(guild, ann).by_hand)
    fill_in(guild, ann, "1", "ann")
    guild.work()
    assert "granted" == crew(guild, ann).state

    bob = buy(guild, "bob@example.test", None)
    guild.work()
    clock.advance(minutes=16)
    guild.work()
    assert ("unmatched", True) == (
        crew(guild, bob).by_hand,
        "gives no Discord name" in crew(guild, bob).words,
    )


def test_the_first_ticket_says_who(guild):
    """A later ticket may be for a friend."""
    buy(guild, "ann@example.test", "ann")
    buy(guild, "ann@example.test", "bob")
    guild.work()

    assert {ANN: [ROLE]} == server(guild)["roles"]


def test_a_display_name_lets_nobody_in(guild):
    """Everybody may call himself Ann."""
    guild.sandbox.client.configure("discord_guild", members={BOB: "bob"}, nicks={BOB: "ann"})
    ann = buy(guild, "ann@example.test", "ann")
    guild.work()

    assert "unmatched" == crew(guild, ann).by_hand
    assert {} == server(guild)["roles"]


def refund(booth: Any, number: str, email: str) -> None:
    booth.refund(number, email)
    contact = booth.contact(email)
    access.revoke_unentitled(booth.org, booth.conference, [contact], now=booth.now)


def test_a_refund_takes_the_role_back_without_a_person(guild):
    """From the user who got it, whatever the form says by then."""
    ann = buy(guild, "ann@example.test", "ann")
    guild.work()
    fill_in(guild, ann, "1", "bob")
    refund(guild, "1", "ann@example.test")
    assert 1 == access.waiting()
    guild.work()

    assert ({}, {ANN: 1}) == (server(guild)["roles"], server(guild)["taken"])
    assert [] == access.to_remove_by_hand(guild.org)
    assert 0 == access.waiting()
    assert "removed" == access.history_of(guild.org, ann)[-1].kind


def test_a_user_whom_two_buyers_name_keeps_the_role_until_the_last_refund(guild):
    """One name in two forms is one user, by name or by id."""
    ann = buy(guild, "ann@example.test", "ann")
    bob = buy(guild, "bob@example.test", ANN)
    guild.work()
    refund(guild, "1", "ann@example.test")
    guild.work()
    assert {ANN: [ROLE]} == server(guild)["roles"]
    assert ("revoked", "granted") == (crew(guild, ann).state, crew(guild, bob).state)
    assert 0 == access.waiting()

    refund(guild, "2", "bob@example.test")
    guild.work()
    assert {} == server(guild)["roles"]


def test_both_refunded_at_once_leave_nobody_in(guild):
    buy(guild, "ann@example.test", "ann")
    buy(guild, "bob@example.test", "ann")
    guild.work()
    refund(guild, "1", "ann@example.test")
    refund(guild, "2", "bob@example.test")
    guild.work()

    assert {} == server(guild)["roles"]


def test_one_role_behind_two_resources_stays_for_the_other(guild):
    """Of two conferences, say; another role of the same user goes."""
    parts = [
        resource(guild),
        replace(resource(guild), key="staff"),
        replace(resource(guild, role=OTHER_ROLE), key="guests"),
    ]
    guild.sandbox.client.configure("discord_guild", roles=[ROLE, OTHER_ROLE])
    access.define_resources(guild.org, guild.conference, parts, now=guild.now)
    rules = [MapRule("*", "Online*", ("crew", "guests")), MapRule("*", "*", ("staff",))]
    access.define_map(guild.org, guild.conference, rules, now=guild.now)
    buy(guild, "ann@example.test", "ann")
    bob = guild.buy("bob@example.test", "Helper")
    fill_in(guild, bob, "2", "ann")
    guild.ask(bob)
    guild.work()
    assert {ANN: {ROLE, OTHER_ROLE}} == {key: set(held) for key, held in roles(guild).items()}

    refund(guild, "1", "ann@example.test")
    guild.work()
    assert {ANN: [ROLE]} == roles(guild)


def test_a_corrected_name_moves_the_role(guild):
    """Taken from the one before it is given to the other; the same name again moves nothing."""
    ann = buy(guild, "ann@example.test", "ann")
    guild.work()
    fill_in(guild, ann, "1", " Ann")
    guild.work()
    assert {} == server(guild)["taken"]

    fill_in(guild, ann, "1", "bob")
    guild.work()
    guild.work()
    assert ({BOB: [ROLE]}, {ANN: 1}) == (roles(guild), server(guild)["taken"])
    assert "granted" == crew(guild, ann).state
    assert "moved" in [each.kind for each in access.history_of(guild.org, ann)]
    refund(guild, "1", "ann@example.test")
    guild.work()
    assert {} == roles(guild)


def test_a_name_that_somebody_else_has_too_is_left_to_him(guild):
    """Ann corrects hers; Bob, who named the same user, keeps the role."""
    ann = buy(guild, "ann@example.test", "ann")
    buy(guild, "bob@example.test", "ann")
    guild.work()
    fill_in(guild, ann, "1", "bob")
    guild.work()
    guild.work()

    assert {ANN: [ROLE], BOB: [ROLE]} == roles(guild)


def test_a_question_that_went_away_moves_nobody(guild):
    """An organiser who takes it out of the form puts nobody out."""
    ann = buy(guild, "ann@example.test", "ann")
    guild.work()
    fill_in(guild, ann, "1", "")
    guild.work()

    assert ({ANN: [ROLE]}, "granted") == (roles(guild), crew(guild, ann).state)


def test_moved_refunded_and_bought_again_at_once_leaves_the_first_user_out(guild):
    """The buyer is wanted again, but as somebody else."""
    ann = buy(guild, "ann@example.test", "ann")
    guild.work()
    fill_in(guild, ann, "1", "bob")
    refund(guild, "1", "ann@example.test")
    buy(guild, "ann@example.test", "bob")
    for _ in range(2):
        guild.work()

    assert {BOB: [ROLE]} == roles(guild)


def test_nobody_is_put_out_while_somebody_is_let_in(guild):
    """Of two calls about one user nobody could tell which came last."""
    from postlude.access.models import Grant

    buy(guild, "ann@example.test", "ann")
    guild.work()
    bob = buy(guild, "bob@example.test", "ann")
    on_the_way = Grant.objects.filter(contact=bob, resource__key="crew")
    on_the_way.update(owner="another", lease_until=store.db_now() + timedelta(seconds=30))
    refund(guild, "1", "ann@example.test")
    guild.work()
    assert {} == server(guild)["taken"]

    on_the_way.update(owner="", lease_until=None)
    for _ in range(2):
        guild.work()
    assert {ANN: [ROLE]} == roles(guild)
    assert 0 == access.waiting()


def roles(booth: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = server(booth)["roles"]
    return found


def test_an_erased_person_loses_the_role(guild):
    """The form is gone by then; the sealed id is not, and goes with the role."""
    ann = buy(guild, "ann@example.test", "ann")
    guild.work()
    access.shred(guild.org, ann, guild.now)
    guild.work()

    assert {} == server(guild)["roles"]


def test_buying_again_before_the_role_was_taken_keeps_it(guild):
    """The removal is withdrawn, and the role given once more."""
    ann = buy(guild, "ann@example.test", "ann")
    guild.work()
    refund(guild, "1", "ann@example.test")
    buy(guild, "ann@example.test", "ann")
    guild.work()

    assert "granted" == crew(guild, ann).state
    assert ({ANN: [ROLE]}, {}) == (server(guild)["roles"], server(guild)["taken"])


def test_a_tired_server_delays_the_taking(guild, clock):
    """5xx and a lost connection: asked again; the refund stands meanwhile."""
    buy(guild, "ann@example.test", "ann")
    guild.work()
    guild.sandbox.client.fault("discord_guild", "server_error")
    refund(guild, "1", "ann@example.test")
    guild.work()
    assert {ANN: [ROLE]} == server(guild)["roles"]

    guild.sandbox.client.clear_faults()
    clock.advance(seconds=120)
    guild.work()
    assert {} == server(guild)["roles"]


def test_who_has_left_the_server_needs_no_taking(guild):
    """10007 on DELETE is what we wanted."""
    buy(guild, "ann@example.test", "ann")
    guild.work()
    guild.sandbox.client.configure("discord_guild", members={BOB: "bob"})
    refund(guild, "1", "ann@example.test")
    guild.work()

    assert 0 == access.waiting()
    assert [] == access.to_remove_by_hand(guild.org)


@pytest.mark.parametrize(
    "kind",
    ["rate_limited", "server_error", "drop_before", "html", "truncated_json", "refuse_connection"],
)
def test_a_passing_failure_is_repeated(guild, clock, kind):
    """Nobody goes to a person for it, and the video is not held up."""
    guild.sandbox.client.fault("discord_guild", kind)
    ann = buy(guild, "ann@example.test", "ann")
    guild.work()
    assert {"crew": "pending", "youtube": "granted"} == guild.states(ann)
    assert "" == crew(guild, ann).by_hand
    guild.sandbox.client.clear_faults()
    clock.advance(seconds=120)
    guild.work()

    assert "granted" == crew(guild, ann).state
    assert [] == access.failures(guild.org)


def test_a_rest_is_given_to_the_fraction(guild, clock):
    """`retry_after` of the body counts, and no attempt is burnt."""
    guild.sandbox.client.fault("discord_guild", "rate_limited", count=1, retry_after=30.5)
    ann = buy(guild, "ann@example.test", "ann")
    guild.work()
    clock.advance(seconds=30)
    assert 0 == guild.work()
    clock.advance(seconds=1)
    guild.work()

    assert ("granted", 0) == (crew(guild, ann).state, crew(guild, ann).attempts)


@pytest.mark.parametrize(
    ("settings", "changes", "words"),
    [
        ({"bot_token": "another"}, {}, "401"),
        ({"may_manage_roles": False}, {}, "403 Missing Permissions"),
        ({}, {"role": "300000000000000009"}, "404 Unknown Role"),
        ({}, {"guild": "200000000000000009"}, "404 Unknown Guild"),
    ],
)
def test_a_refusal_sends_everybody_to_a_person(guild, settings, changes, words):
    """One reason for all; the other resource goes on; a mended one takes them back."""
    guild.sandbox.client.configure("discord_guild", **settings)
    define(guild, **changes)
    ann = buy(guild, "ann@example.test", "ann")
    bob = buy(guild, "bob@example.test", "bob")
    guild.work()

    assert {"crew": "pending", "youtube": "granted"} == guild.states(ann)
    assert "refused" == crew(guild, ann).by_hand == crew(guild, bob).by_hand
    (failure,) = access.failures(guild.org)
    assert (True, 2, True) == (failure.refused, failure.grants, words in failure.words)

    guild.sandbox.client.configure(
        "discord_guild", bot_token="sandbox-bot-token", may_manage_roles=True
    )
    define(guild)
    access.regrant(guild.org, guild.conference, actor="x", now=guild.now)
    guild.work()
    assert {ANN: [ROLE], BOB: [ROLE]} == server(guild)["roles"]
    assert [] == access.failures(guild.org)


def test_a_refused_taking_is_for_a_person_until_it_works(guild):
    """And we take it over again, since we know from whom."""
    ann = buy(guild, "ann@example.test", "ann")
    guild.work()
    guild.sandbox.client.configure("discord_guild", may_manage_roles=False)
    refund(guild, "1", "ann@example.test")
    guild.work()
    assert [ann] == [each.contact for each in access.to_remove_by_hand(guild.org)]

    guild.sandbox.client.configure("discord_guild", may_manage_roles=True)
    access.regrant(guild.org, guild.conference, actor="x", now=guild.now)
    guild.work()
    assert [] == access.to_remove_by_hand(guild.org)
    assert {} == server(guild)["roles"]


def test_done_by_hand_is_removed_by_hand(guild):
    """We do not know which user the person gave the role to."""
    ann = buy(guild, "ann@example.test", "nobody")
    guild.work()
    (queue,) = access.manual_queue(guild.org)
    access.mark_done(guild.org, [queue.entries[0].grant], actor="staff:1", now=guild.now)
    refund(guild, "1", "ann@example.test")
    guild.work()

    assert [ann] == [each.contact for each in access.to_remove_by_hand(guild.org)]


@pytest.mark.parametrize("how", ["refund", "readdress"])
def test_done_of_a_list_that_was_overtaken_is_removed_by_hand(guild, how):
    """Discord does not know whom the person let in, so it is not left to it, asked or not."""
    ann = buy(guild, "ann@example.test", "nobody")
    guild.work()
    ((entry,),) = (queue.entries for queue in access.manual_queue(guild.org))
    if how == "refund":
        refund(guild, "1", "ann@example.test")
    else:
        access.readdress(guild.org, [ann], now=guild.now)
    listed = {entry.grant: entry.edition}
    for _ in range(2):
        access.mark_done(guild.org, listed, actor="staff:1", now=guild.now, editions=listed)
        guild.work()
    access.regrant(guild.org, guild.conference, actor="x", now=guild.now)
    guild.work()

    assert [ann] == [each.contact for each in access.to_remove_by_hand(guild.org)]
    assert 1 == access.count_overtaken(guild.org, listed)


def test_many_buyers_of_whom_one_is_refused_midway(guild):
    """Those who were served before the refusal are in."""
    ann = buy(guild, "ann@example.test", "ann")
    bob = buy(guild, "bob@example.test", "bob")
    guild.sandbox.client.fault("discord_guild", "server_error", skip=1, count=1, method="PUT")
    guild.work()

    assert ["granted", "pending"] == sorted([crew(guild, ann).state, crew(guild, bob).state])


@pytest.mark.parametrize("lacking", ["token", "guild", "role", "question"])
def test_an_incomplete_resource_is_said(guild, lacking):
    """In words, before anything is applied."""
    assert [] == access.check_resource(resource(guild))
    assert 1 == len(access.check_resource(resource(guild, **{lacking: ""})))


def test_the_id_is_kept_sealed_and_not_for_ever(guild):
    """No column shows it, and a removed role leaves none."""
    from postlude.access.models import Grant, Removal

    buy(guild, "ann@example.test", "ann")
    guild.work()
    (sealed,) = [row.outside for row in Grant.objects.all() if row.outside]
    assert ANN.encode() not in bytes(sealed)
    refund(guild, "1", "ann@example.test")
    guild.work()
    assert [] == [row for row in [*Grant.objects.all(), *Removal.objects.all()] if row.outside]
