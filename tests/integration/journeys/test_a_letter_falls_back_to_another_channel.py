"""Push, else a mail, else LINE: one turn reaches a person once, by the first channel that can."""

import contextlib
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import connection

from postlude.attribution.models import Notice
from postlude.channels import api as channels
from postlude.channels import registry as channel_registry
from postlude.channels.types import Verdict
from postlude.journeys import api as journeys
from postlude.journeys.letters import falling_back
from postlude.journeys.models import Run, SendAttempt
from postlude.kernel import boundaries, jobs, work
from postlude.kernel import clock as kernel_clock
from postlude.kernel.models import WorkRow
from postlude.messages import api as messages
from postlude.messages.models import Message, Outbox
from postlude.messages.types import ChannelTraits, Outcome, Receipt, State
from postlude.orgs import api as orgs
from postlude.orgs.types import Cap
from postlude.people import api as people
from postlude.people.types import Actor, SaidAddress
from postlude.reports import api as reports
from postlude.reports.types.notices import FATES, Count, Unit
from postlude.rewards import api as rewards
from postlude.rewards.types.points import Take
from postlude.wiring import registry

from . import notices_house
from .notices_house import SHORT, Restaurants, invite

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ACTOR = Actor("key", "the app")
NOON = datetime(2026, 11, 21, 9, tzinfo=UTC)  # 12:00 in Moscow
BY_LINE = journeys.Letter("chat", "gift")
BY_MAIL = journeys.Letter("mail", "gift", or_else=BY_LINE)
BY_PUSH = journeys.Letter("app", "gift", or_else=BY_MAIL)
GIFT = journeys.Points(100, "invite", timedelta(days=14))
GONE = Verdict("failed", "UNREGISTERED")
LOST = Verdict("unknown", "the connection was lost")


@pytest.fixture
def clock():
    with kernel_clock.use(kernel_clock.FrozenClock(NOON - timedelta(hours=1))) as it:
        yield it


class House(Restaurants):
    """Restaurants with an app and a chat beside the mails."""

    def channel(self, name: str, medium: str) -> None:
        traits = ChannelTraits(medium=medium, address_kind=medium)
        vendor = channels.Memory(f"memory-{name}", traits=traits)
        channel_registry.register(vendor)
        setattr(self, name, vendor)
        messages.ensure_sender(self.org, name, vendor.name, settings={}, rate=10_000)

    def reached_by(self, contact: int, medium: str) -> None:
        people.set_consent(self.org, contact, medium, granted=True, source="test", now=self.now)
        said = SaidAddress(contact, medium, f"{medium}-of-contact-{contact}")
        people.say_addresses(self.org, [said], actor=ACTOR, now=self.now)

    def went(self) -> dict[str, list[int]]:
        """Whom each channel's vendor accepted a text for."""
        found = {"app": self.app, "mail": self.mail, "chat": self.chat}
        return {
            name: sorted(each.contact for each in vendor.sent)
            for name, vendor in found.items()
            if vendor.sent
        }

    def decide(self, letter: journeys.Letter = BY_PUSH) -> None:
        """Serve everybody at noon, and send nothing yet."""
        ways = (journeys.Way("gift", letter, GIFT),)
        self.publish(invite(selections=(journeys.Selection("short", ways, who=SHORT),)))
        self.clock.advance(seconds=(NOON - self.now).total_seconds())
        self.tick()
        self.walk()

    def run(self, letter: journeys.Letter = BY_PUSH) -> None:
        self.decide(letter)
        self.work()


@pytest.fixture
def house(db, clock) -> House:
    made = notices_house.build(clock)
    house = House(made.org, made.mail)
    house.clock = clock
    house.channel("app", "push")
    house.channel("chat", "line")
    return house


def customers(house: House, count: int, *, app: bool = True, chat: bool = True) -> list[int]:
    made = house.people(count)
    house.ordered(made, NOON - timedelta(days=20))
    for each in made:
        if app:
            house.reached_by(each, "push")
        if chat:
            house.reached_by(each, "line")
    return made


def chain(house: House, contact: int) -> list[tuple[str, str, int | None]]:
    """The messages of a person, in order: channel, state, and instead of which they went."""
    rows = Message.objects.filter(org=house.org, contact=contact).order_by("id")
    numbers = {row.id: place for place, row in enumerate(rows)}
    return [
        (row.channel, row.state, numbers[row.fallback_of] if row.fallback_of else None)
        for row in rows
    ]


def passed(house: House, contact: int) -> list[tuple[str, str]]:
    """What was said of the steps before the newest message of a person."""
    newest = Message.objects.filter(org=house.org, contact=contact).order_by("-id")[0]
    course = journeys.course_of(newest.context)
    return [(each.sender, each.why) for each in course.passed] if course else []


def test_at_the_decision_the_first_channel_that_reaches_is_taken(house):
    """No device, and no consent for the app: the mail goes in the same commit, counted once."""
    (able,) = customers(house, 1)
    (bare,) = customers(house, 1, app=False)
    (refuses,) = customers(house, 1)
    people.set_consent(house.org, refuses, "push", granted=False, source="t", now=house.now)
    house.run()

    assert {"app": [able], "mail": sorted([bare, refuses])} == house.went()
    assert [[], [("app", "no_address")], [("app", "unsubscribed")]] == [
        passed(house, each) for each in (able, bare, refuses)
    ]
    assert [("email", "accepted", None)] == chain(house, bare)
    assert {"entered": 3, "passed_over": 0, "sent": 3} == house.books()
    assert [100, 100, 100] == [house.points(each) for each in (able, bare, refuses)]


def test_a_cap_of_one_channel_leads_to_the_next(house):
    (person,) = customers(house, 1)
    orgs.configure(house.org, caps=[Cap("push", 0, 7)])
    house.run()
    assert ({"mail": [person]}, [("app", "frequency_cap")]) == (house.went(), passed(house, person))


def test_a_cap_of_all_channels_stops_every_step(house):
    (person,) = customers(house, 1)
    orgs.configure(house.org, caps=[Cap(None, 0, 7)])
    house.run()
    assert ({}, 0, 0) == (house.went(), house.marks(), house.points(person))
    assert {"frequency_cap": 1} == house.reasons()


def test_quiet_hours_are_quiet_by_whatever_it_comes(house):
    """What is to be blocked by them is not sent by another channel instead."""
    customers(house, 1)
    orgs.configure(house.org, quiet_from=time(11), quiet_to=time(13))
    house.run(journeys.Letter("app", "gift", on_quiet="block", or_else=BY_MAIL))
    assert ({}, {"quiet_hours": 1}) == (house.went(), house.reasons())


def test_a_device_that_is_gone_leads_to_the_next_message(house):
    """A new message, of the same turn: same mark, same points, counted once."""
    (person,) = customers(house, 1)
    house.app.answer = lambda _: GONE
    house.run()

    assert [("push", "failed", None), ("email", "accepted", 0)] == chain(house, person)
    assert ({"mail": [person]}, [("app", "failed")]) == (house.went(), passed(house, person))
    assert {"entered": 1, "passed_over": 0, "sent": 1} == house.books()
    assert (100, 1) == (house.points(person), house.marks())


def test_steps_that_do_not_reach_are_passed_over_afterwards_too(house):
    """The device is gone, and mail was refused meanwhile: LINE is asked, mail is not written."""
    (person,) = customers(house, 1)
    people.set_consent(house.org, person, "email", granted=False, source="t", now=house.now)
    house.app.answer = lambda _: GONE
    house.run()
    assert [("push", "failed", None), ("line", "accepted", 0)] == chain(house, person)
    assert [("app", "failed"), ("mail", "unsubscribed")] == passed(house, person)


def test_when_the_last_fails_the_mark_and_the_unspent_points_go_back(house, clock):
    person, spender = customers(house, 2)
    house.decide()
    rewards.take_many(house.org, [Take("till", spender, 60, "order")], now=clock.now())
    for vendor in (house.app, house.mail, house.chat):
        vendor.answer = lambda _: GONE
    house.work()

    assert ["failed"] * 3 == [state for _, state, _ in chain(house, person)]
    assert ({}, 0, [0, 0]) == (
        house.went(),
        house.marks(),
        [house.points(each) for each in (person, spender)],
    )
    assert {"entered": 2, "passed_over": 0, "failed": 2} == house.books()


def test_while_another_is_under_way_the_points_stay(house, clock):
    (person,) = customers(house, 1)
    house.app.answer = lambda _: GONE
    house.mail.answer = lambda _: Verdict("refused", "busy", retry_after=60)
    house.run()
    assert [("push", "failed", None), ("email", "queued", 0)] == chain(house, person)
    assert (100, 1) == (house.points(person), house.marks())
    assert {"entered": 1, "passed_over": 0, "waiting": 1} == house.books()
    house.mail.answer = None
    clock.advance(minutes=5)
    house.work()
    assert ({"mail": [person]}, 100) == (house.went(), house.points(person))


def test_what_nobody_knows_is_never_sent_again(house, clock):
    """The person may have it. Only once somebody says that it never came, the next one goes."""
    (person,) = customers(house, 1)
    house.app.answer = lambda _: LOST
    house.run()
    clock.advance(hours=2)
    house.work()
    assert [("push", "unknown", None)] == chain(house, person)
    assert ({}, 100, 1) == (house.went(), house.points(person), house.marks())

    (lost,) = Message.objects.values_list("id", flat=True)
    said = Outcome(lost, "failed", words="it never came")
    messages.resolve_unknown(house.org, lost, said, now=clock.now())
    house.work()
    assert [("push", "failed", None), ("email", "accepted", 0)] == chain(house, person)
    assert (100, 1) == (house.points(person), house.marks())


def test_what_is_known_long_after_is_of_no_use(house, clock):
    """Told three days later that it never came: the turn is over, and all is taken back."""
    (person,) = customers(house, 1)
    house.app.answer = lambda _: LOST
    house.run()
    (lost,) = Message.objects.values_list("id", flat=True)
    clock.advance(days=3)
    said = Outcome(lost, "failed", words="it never came")
    messages.resolve_unknown(house.org, lost, said, now=clock.now())
    jobs.run_until_idle(groups=("pipeline", "deliver"))
    assert [("push", "failed", None)] == chain(house, person)
    assert (0, 0) == (house.points(person), house.marks())


def test_what_waited_past_its_deadline_goes_by_the_next(house, clock):
    (person,) = customers(house, 1)
    house.app.answer = lambda _: Verdict("refused", "busy", retry_after=60)
    house.run(journeys.Letter("app", "gift", deadline=timedelta(hours=2), or_else=BY_MAIL))
    clock.advance(hours=3)
    messages.recover(clock.now())
    jobs.run_until_idle(groups=("pipeline", "deliver"))
    assert [("push", "expired", None), ("email", "accepted", 0)] == chain(house, person)


def test_what_the_provider_took_and_gave_back_later_is_not_sent_again(house, clock):
    (person,) = customers(house, 1)
    house.run()
    (sent,) = Message.objects.values_list("id", flat=True)
    bounced = Receipt(kind="bounced", at=clock.now(), message=sent)
    messages.record_receipts(house.org, [bounced], now=clock.now())
    house.work()
    assert [("push", "bounced", None)] == chain(house, person)


def test_caps_are_asked_again_by_the_next_step(house, clock):
    """Another text was accepted meanwhile: the cap of all channels holds for what follows, too."""
    (person,) = customers(house, 1)
    orgs.configure(house.org, caps=[Cap(None, 1, 7)])

    def fails(_mail):
        Message.objects.create(
            org_id=house.org, klass="marketing", channel="sms", contact=person, key="other",
            sender_id=messages.sender(house.org, "chat").id, state="accepted",
            template_version_id=messages.template(house.org, "gift").id,
            created_at=clock.now(), deadline=clock.now(), day=clock.now().date(),
            accepted_at=clock.now(), settled_at=clock.now(),
        )  # fmt: skip
        return GONE

    house.app.answer = fails
    house.run()
    assert ({}, 0, 0) == (house.went(), house.marks(), house.points(person))


def test_news_that_comes_again_changes_nothing(house):
    """Also to two workers: the turn waits for another message by then, or for none."""
    (reached,) = customers(house, 1)
    (lost,) = customers(house, 1, chat=False)
    house.app.answer = lambda _: GONE
    house.mail.answer = lambda mail: GONE if mail.contact == lost else Verdict("accepted")
    house.run()
    before = (chain(house, reached), chain(house, lost), house.books(), house.points(reached))
    house.reached_by(lost, "line")
    for _ in range(2):
        work.publish("message.settled", house.org, Message.objects.values_list("id", flat=True))
        house.work()
    assert before == (
        chain(house, reached), chain(house, lost), house.books(), house.points(reached)
    )  # fmt: skip


def test_without_the_lock_on_the_turn_the_key_alone_stops_the_second(house):
    """One key for each step of a turn: deciding it twice writes one message."""
    (person,) = customers(house, 1)
    house.app.answer = lambda _: GONE
    house.run()
    fact = next(iter(messages.of_contact(house.org, person)[-1:]))
    assert State.FAILED == fact.state
    again = falling_back.fall_back(house.org, [fact], now=house.now)
    assert {fact.id: messages.of_contact(house.org, person)[0].id} == again
    assert 2 == Message.objects.count()


def test_reports_count_a_turn_once_under_what_was_sent(house, settings, tmp_path):
    settings.POSTLUDE_STAMP_FILE = tmp_path / "epoch.stamp"
    registry._done.clear()
    registry.register_all()
    house.channel("app", "push")
    house.channel("chat", "line")
    channel_registry.register(house.mail)
    both = customers(house, 2)
    house.app.answer = lambda _: GONE
    house.mail.answer = lambda mail: GONE if mail.contact == both[1] else Verdict("accepted")
    house.run()
    jobs.run_until_idle(groups=("pipeline", "deliver"))
    jobs.run_once("attribution.news")

    fates = list(Notice.objects.order_by("id").values_list("fate", flat=True))
    assert 5 == len(fates)
    assert (3, 2) == (fates.count("replaced"), fates.count("sent"))
    assert 2 == Notice.objects.filter(reaction="waiting").count()
    total = reports.notices(house.org, reports.notices_asked(house.org)).total
    assert (2, 2, 0) == tuple(
        total.count(each) for each in (Count.ENTERED, Count.SENT, Count.FAILED)
    )
    assert total.count(Count.ENTERED) == sum(total.count(each) for each in FATES)
    assert 200 == total.points[Unit.GIVEN]


def test_a_preview_says_by_which_step_and_why(house):
    (person,) = customers(house, 1, app=False)
    house.publish(
        invite(selections=(journeys.Selection("s", (journeys.Way("gift", BY_PUSH),), who=SHORT),))
    )
    (found,) = journeys.foresee(house.org, person, now=house.now)
    assert ("", "gift", "gift") == (found.why_not, found.way, found.template)
    assert [("app", "no_address")] == [(each.sender, each.why) for each in found.passed]


class Killed(BaseException):
    """Nothing catches it, as nothing catches SIGKILL."""


def _world(house: House) -> None:
    """Of twelve people four devices are gone, two of whose mails fail, and two answers are lost."""
    made = customers(house, 12)
    house.app.answer = lambda mail: (
        GONE if mail.contact in made[:4] else LOST if mail.contact in made[4:6] else OK
    )
    house.mail.answer = lambda mail: GONE if mail.contact in made[:2] else OK
    house.decide()


OK = Verdict("accepted")


def _lives(house: House, clock) -> None:
    for _ in range(6):
        for model in (Outbox, Run, WorkRow):
            model.objects.filter(lease_until__isnull=False).update(lease_until=LONG_AGO)
        messages.recover(clock.now())
        house.work()
        clock.advance(minutes=1)


def _everybody_once(house: House) -> None:
    states = ("accepted", "unknown")
    rows = Message.objects.filter(org=house.org, state__in=states)
    per_person = sorted(rows.values_list("contact", flat=True))
    assert len(set(per_person)) == len(per_person) == 12
    assert 12 == house.marks() == house.books()["entered"]


@pytest.mark.parametrize("statement", range(0, 28, 2))
def test_a_death_inside_the_settling_commit_undoes_all_of_it(house, clock, statement):
    """At any statement: the next message and the end of the one before it commit together."""
    _world(house)
    jobs.run_until_idle(groups=("deliver",))
    assert 12 == Message.objects.count()
    left = [statement]

    def dies(execute, sql, params, many, context):
        if connection.in_atomic_block:
            left[0] -= 1
            if left[0] < 0:
                raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(dies), pytest.raises(Killed):
        jobs.run_until_idle(groups=("pipeline",))
    _lives(house, clock)
    _everybody_once(house)


@pytest.mark.parametrize(
    "name", ["journeys.settled", "messages.settled", "messages.sending_committed"]
)
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_death_at_each_boundary_sends_nobody_two(house, clock, monkeypatch, name, nth):
    left = [nth]

    def crossing(where: str) -> None:
        if where == name:
            left[0] -= 1
            if left[0] == 0:
                raise Killed

    monkeypatch.setattr(boundaries, "crossing", crossing)
    _world(house)
    with contextlib.suppress(Killed):
        house.work()
    monkeypatch.setattr(boundaries, "crossing", lambda _: None)
    assert left[0] <= 0
    _lives(house, clock)
    _everybody_once(house)
    for each in SendAttempt.objects.all():
        assert each.outcome in {"sent", "waiting"}
