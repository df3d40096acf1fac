"""An operator's announcement to all holders: one list, one template, one campaign, over real HTTP."""

from datetime import UTC, datetime, timedelta

import pytest

from postlude.channels import announcing, registry
from postlude.channels import api as channels
from postlude.channels.errors import CannotAnnounce, Wait
from postlude.channels.klaviyo.campaign_channel import KlaviyoCampaign
from postlude.channels.types import Announcement
from postlude.kernel import boundaries, clock, jobs
from postlude.messages import api as messages
from postlude.messages.errors import DispatchLost, NotAllowed, NotSplittable
from postlude.messages.types import DispatchState, Klass, LocaleText, NewDispatch
from postlude.people import api as people
from support import ticket_sales

SENDER = "news"


@pytest.fixture
def stand(org, sandbox, klaviyo_settings):
    channels.register_all()
    channel = KlaviyoCampaign()
    registry.register(channel)
    yield Stand(org.id, sandbox, klaviyo_settings)
    channel.close()


class Stand:
    """A conference with buyers, a sender and a template."""

    def __init__(self, org, sandbox, settings, revision="2026-07-15"):
        self.org, self.sandbox, self.client = org, sandbox, sandbox.client
        self.use({**settings, "revision": revision})
        messages.register_provider("contact", self._names, sample={"name": "A"})
        self.template()

    def use(self, settings):
        self.settings = settings
        self.sender = messages.ensure_sender(
            self.org,
            SENDER,
            "klaviyo_campaign",
            settings=settings,
            rate=100,
            from_address="hello@example.test",
            from_name="PyCon",
            reply_to="team@example.test",
        )

    def _names(self, org, leased):
        found = people.names(org, [each.contact for each in leased])
        return {each.message: {"name": found.get(each.contact) or ""} for each in leased}

    def template(
        self, html='<p>Hi {{ contact.name }}</p><a href="https://example.test/map">map</a>'
    ):
        text = LocaleText("zh-Hant", subject="明天見", html=f"<body>{html}</body>")
        messages.publish_template(self.org, "see-you", "email", [text], now=clock.now())

    def sell(self, *emails):
        return ticket_sales.sell(self.org, *emails)

    def announce(self, name="tomorrow", **changes):
        wanted = {
            "name": name,
            "sender": SENDER,
            "template": "see-you",
            "conference": ticket_sales.CONFERENCE,
            "actor": "cli",
            **changes,
        }
        return channels.announce(self.org, Announcement(**wanted), now=clock.now())

    def run(self, *, ahead=timedelta(), rounds=40):
        """Let the job work until nothing is left to do, waiting as it asks to."""
        at = clock.now() + ahead
        for n in range(rounds):
            with clock.use(clock.FrozenClock(at + timedelta(seconds=2 * n))):
                announcing.dispatch(jobs.Budget(20))
            if all(each.finished_at for each in messages.dispatches(self.org)):
                break
            ticket_sales.pause(0.05)
        return messages.dispatches(self.org)[0]

    def state(self, name="tomorrow"):
        return messages.dispatch(self.org, name)

    def counts(self, name="tomorrow"):
        return messages.dispatch_counts(self.state(name))

    def held(self):
        return self.client.received("klaviyo")

    def mailed(self):
        return sorted(each["to"] for each in self.held()["mails"])

    def made(self):
        held = self.held()
        own = [each for each in held["templates"] if not each.get("clone")]
        return len(own), len(held["lists"]), len(held["campaigns"])


ANN, BOB, CAT = "ann@example.test", "bob@example.test", "cat@example.test"


@pytest.mark.parametrize("revision", ["2026-07-15", "2026-10-15"])
def test_everybody_who_holds_a_ticket_gets_it_once(stand, revision):
    stand.use({**stand.settings, "revision": revision})
    stand.sell(ANN, BOB, CAT)

    stand.announce()
    it = stand.run()

    assert DispatchState.SENT is it.state, it.reason
    assert [ANN, BOB, CAT] == stand.mailed()
    assert (1, 1, 1) == stand.made()
    assert {"accepted": 3} == stand.counts()


def test_each_reads_what_the_engine_that_sends_would_have_written(stand):
    stand.sell(ANN, BOB)
    stand.announce()
    stand.run()

    for mail in stand.held()["mails"]:
        name = mail["to"].partition("@")[0].title()
        contact = people.find(stand.org, mail["to"])
        (fact,) = messages.of_contact(stand.org, contact)
        token = messages.token_of(fact.id)
        assert f"<p>Hi {name}</p>" in mail["html"]
        assert f"/c/{token}/0" in mail["html"]
        assert f"/o/{token}.gif" in mail["html"]
        assert "明天見" == mail["subject"]
        assert "postlude_" not in mail["html"]


def test_conditions_are_kept_for_each_person(stand):
    stand.template(
        "{% if contact.name == 'Ann' %}<b>you, {{ contact.name }}</b>{% else %}no{% endif %}"
    )
    stand.sell(ANN, BOB)
    stand.announce()
    stand.run()

    shown = {each["to"]: each["html"] for each in stand.held()["mails"]}
    assert "<b>you, Ann</b>" in shown[ANN]
    assert "<body>no" in shown[BOB]


def test_a_text_that_cannot_be_taken_apart_is_refused_before_anything_is_written(stand):
    stand.template("{% set a = 1 %}{{ a }}")
    stand.sell(ANN)

    with pytest.raises(NotSplittable):
        stand.announce()
    assert [] == messages.dispatches(stand.org)


def test_suppressed_and_unsubscribed_people_are_never_told_to_klaviyo(stand):
    _, bob, _ = stand.sell(ANN, BOB, CAT)
    people.suppress(stand.org, "email", ANN, "hard_bounce", now=clock.now())
    people.set_consent(stand.org, bob, "email", granted=False, source="test", now=clock.now())

    stand.announce()
    stand.run()

    assert [CAT] == stand.mailed()
    assert [CAT] == [each["attributes"]["email"] for each in stand.held()["profiles"]]
    assert {"accepted": 1, "blocked": 2} == stand.counts()


def test_marketing_needs_a_yes(stand):
    ann, _ = stand.sell(ANN, BOB)
    people.set_consent(stand.org, ann, "email", granted=True, source="test", now=clock.now())

    stand.announce(klass="marketing")
    stand.run()

    assert [ANN] == stand.mailed()


def test_who_says_no_after_the_import_is_taken_off_the_list(stand):
    ann, _ = stand.sell(ANN, BOB)
    stand.announce()
    stand.client.configure("klaviyo", import_s=0.0)
    reach(stand, "campaign")
    people.set_consent(stand.org, ann, "email", granted=False, source="test", now=clock.now())

    stand.run()

    assert [BOB] == stand.mailed()
    assert {"accepted": 1, "blocked": 1} == stand.counts()


def test_who_says_no_after_an_import_whose_answer_was_lost_is_taken_off_the_list(stand):
    """Klaviyo has them all, we count only those of the second try."""
    ann, _ = stand.sell(ANN, BOB)
    stand.client.fault("klaviyo", "drop_after", path="*import-jobs", method="POST", count=1)
    stand.announce()
    stand.run(rounds=1)
    people.set_consent(stand.org, ann, "email", granted=False, source="test", now=clock.now())

    stand.run()

    assert [BOB] == stand.mailed()
    assert {"accepted": 1, "blocked": 1} == stand.counts()


def test_a_refused_send_is_looked_at_again_before_the_next(stand):
    """The key is revoked at the last moment; who opts out meanwhile hears nothing."""
    ann, _ = stand.sell(ANN, BOB)
    stand.announce()
    reach(stand, "send")
    stand.client.configure("klaviyo", api_key="another")
    stand.run(rounds=1)
    people.set_consent(stand.org, ann, "email", granted=False, source="test", now=clock.now())
    stand.client.configure("klaviyo", api_key="sandbox-klaviyo-key")

    assert DispatchState.SENT is stand.run(ahead=timedelta(minutes=6)).state
    assert [BOB] == stand.mailed()
    assert {"accepted": 1, "blocked": 1} == stand.counts()


def test_the_new_shape_is_given_its_time_after_the_last_look(stand):
    """Who opts out while it is made is not on the list that Klaviyo will send to."""
    stand.use({**stand.settings, "revision": "2026-10-15"})
    ann, _ = stand.sell(ANN, BOB)
    at = clock.now() + timedelta(minutes=20)
    stand.announce(send_at=at)
    reach(stand, "check")
    (campaign,) = stand.held()["campaigns"]
    assert campaign["scheduled_at"] is None
    people.set_consent(stand.org, ann, "email", granted=False, source="test", now=clock.now())

    stand.run(rounds=15)

    (campaign,) = stand.held()["campaigns"]
    assert at.replace(microsecond=0) == datetime.fromisoformat(campaign["scheduled_at"])
    assert {"sending": 1, "blocked": 1} == stand.counts()
    assert [BOB] == on_the_list(stand)


def on_the_list(stand):
    held = stand.held()
    (found,) = held["lists"]
    members = [each for each in held["profiles"] if each["id"] in found["members"]]
    return [each["attributes"]["email"] for each in members]


def test_refused_after_it_was_given_its_time_it_is_looked_at_again(stand):
    """Klaviyo may send it yet: it is not called stoppable, and who opts out is taken off."""
    stand.use({**stand.settings, "revision": "2026-10-15"})
    ann, _ = stand.sell(ANN, BOB)
    stand.announce(send_at=clock.now() + timedelta(minutes=20))
    reach(stand, "send")
    stand.client.fault("klaviyo", "server_error", status=403, path="*send-jobs", method="POST")
    stand.run(rounds=1)
    with pytest.raises(NotAllowed):
        messages.cancel_dispatch(stand.org, "tomorrow", actor="cli", now=clock.now())
    people.set_consent(stand.org, ann, "email", granted=False, source="test", now=clock.now())
    stand.client.clear_faults()
    stand.run(ahead=timedelta(minutes=6), rounds=10)

    assert [BOB] == on_the_list(stand)
    assert {"sending": 1, "blocked": 1} == stand.counts()


def test_a_refunded_person_is_taken_off_the_list(stand):
    stand.sell(ANN, BOB)
    stand.announce()
    reach(stand, "campaign")
    ticket_sales.refund(stand.org, ANN)

    stand.run()

    assert [BOB] == stand.mailed()


def reach(stand, step):
    """Work until a step is next, and stop there."""
    for n in range(60):
        it = stand.state()
        if it.step == step:
            messages.let_go_of_dispatch(it, due=clock.now())
            return
        with clock.use(clock.FrozenClock(clock.now() + timedelta(seconds=2 * n))):
            taken = messages.take_dispatch({stand.sender}, owner="test", now=clock.now())
            if taken is not None:
                channel = registry.get("klaviyo_campaign")
                try:
                    after = channel.advance(
                        messages.sender_by_id(stand.sender), taken, now=clock.now()
                    )
                    messages.let_go_of_dispatch(after, due=clock.now() - timedelta(hours=1))
                except Wait:
                    messages.let_go_of_dispatch(taken, due=clock.now() - timedelta(hours=1))
                    ticket_sales.pause(0.1)
    raise AssertionError(f"not reached: {stand.state()}")


@pytest.mark.parametrize(
    "path", ["*templates", "*lists", "*campaigns", "*send-jobs", "*import-jobs"]
)
def test_a_lost_answer_makes_nothing_twice(stand, path):
    stand.sell(ANN, BOB)
    stand.client.fault("klaviyo", "drop_after", path=path, method="POST", count=1)
    stand.announce()

    it = stand.run()

    assert DispatchState.SENT is it.state, it
    assert (1, 1, 1) == stand.made()
    assert [ANN, BOB] == stand.mailed()


def test_what_was_made_and_is_not_found_at_once_is_waited_for(stand):
    stand.sell(ANN)
    stand.client.configure("klaviyo", lookup_lag_s=0.3)
    stand.client.fault("klaviyo", "drop_after", path="*lists", method="POST", count=1)
    stand.announce()

    it = stand.run()

    assert DispatchState.SENT is it.state, it
    assert (1, 1, 1) == stand.made()


@pytest.mark.parametrize("kind", ["rate_limited", "server_error", "html", "drop_before"])
def test_trouble_is_waited_out(stand, kind):
    stand.sell(ANN)
    more = (
        {"retry_after": 1}
        if kind == "rate_limited"
        else {"status": 503}
        if kind != "drop_before"
        else {}
    )
    stand.client.fault("klaviyo", kind, skip=1, count=6, **more)
    stand.announce()

    it = stand.run(rounds=400)

    assert DispatchState.SENT is it.state, it
    assert [ANN] == stand.mailed()
    assert (1, 1, 1) == stand.made()


@pytest.fixture
def noon():
    """The middle of this day, so that a test of days never runs over midnight."""
    at = clock.now().astimezone(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    with clock.use(clock.FrozenClock(at)):
        yield at


def test_the_lists_of_a_day_are_used_up_and_it_goes_on_tomorrow(noon, stand):
    stand.use({**stand.settings, "lists_a_day": "1"})
    stand.sell(ANN)
    stand.announce("first")
    stand.announce("second")

    stand.run(rounds=15)

    second = stand.state("second")
    assert DispatchState.SENT is stand.state("first").state
    assert "1 new lists of today are used up" in second.reason
    assert noon.date() + timedelta(days=1) == second.due.astimezone(UTC).date()
    stand.run(ahead=timedelta(days=1))
    assert DispatchState.SENT is stand.state("second").state


def test_klaviyos_own_word_on_lists_is_heeded(stand):
    stand.client.configure("klaviyo", lists_a_day=1)
    stand.sell(ANN)
    stand.announce("first")
    stand.run(rounds=15)
    stand.announce("second")

    stand.run(rounds=3)

    second = stand.state("second")
    assert "429" in second.reason
    assert second.due > clock.now()
    assert (2, 1, 1) == stand.made()


def test_an_address_that_somebody_else_has_is_told_through_the_profile_that_is_there(stand):
    """409: the address belongs to one profile and our id to another."""
    ann, _ = stand.sell(ANN, BOB)
    from postlude.channels.klaviyo.events import external_id

    stand.client._call("POST", "/klaviyo/profiles", {"email": ANN, "external_id": "theirs"})
    stand.client._call(
        "POST", "/klaviyo/profiles", {"email": "old@example.test", "external_id": external_id(ann)}
    )
    stand.announce()

    it = stand.run()

    assert DispatchState.SENT is it.state, it
    assert [ANN, BOB] == stand.mailed()
    assert {"accepted": 2} == stand.counts()
    (mail,) = [each for each in stand.held()["mails"] if each["to"] == ANN]
    assert "<p>Hi Ann</p>" in mail["html"]


def test_a_wrong_key_waits_and_says_what_to_check(stand):
    stand.sell(ANN)
    stand.client.configure("klaviyo", api_key="another")
    stand.announce()
    stand.run(rounds=1)

    assert "api_key" in stand.state().reason
    stand.client.configure("klaviyo", api_key="sandbox-klaviyo-key")
    assert DispatchState.SENT is stand.run(ahead=timedelta(minutes=6)).state


def test_what_klaviyo_will_never_take_fails_with_its_words(stand):
    stand.sell(ANN)
    stand.client.fault("klaviyo", "server_error", path="*campaigns", method="POST", status=400)
    stand.announce()

    it = stand.run()

    assert DispatchState.FAILED is it.state
    assert "400" in it.reason
    assert {"failed": 1} == stand.counts()


def test_a_time_to_come_is_klaviyos_to_keep(stand):
    stand.sell(ANN)
    at = clock.now() + timedelta(hours=2)
    stand.announce(send_at=at)

    stand.run(rounds=3)
    assert (0, 0, 0) == stand.made(), "it is prepared half an hour before"

    stand.run(ahead=timedelta(minutes=91), rounds=15)
    (campaign,) = stand.held()["campaigns"]
    assert "Scheduled" == campaign["status"]
    assert at.replace(microsecond=0) == datetime.fromisoformat(campaign["scheduled_at"])
    assert DispatchState.SENDING is stand.state().state
    with pytest.raises(NotAllowed):
        messages.cancel_dispatch(stand.org, "tomorrow", actor="cli", now=clock.now())


def test_it_can_be_cancelled_until_it_is_handed_over(stand):
    stand.sell(ANN)
    stand.announce(send_at=clock.now() + timedelta(hours=2))

    messages.cancel_dispatch(stand.org, "tomorrow", actor="cli", now=clock.now())
    it = stand.run(ahead=timedelta(hours=3))

    assert DispatchState.CANCELLED is it.state
    assert {"cancelled": 1} == stand.counts()
    assert [] == stand.mailed()


def test_cancelled_after_the_last_look_and_before_the_sending_nobody_is_left_behind(stand):
    stand.sell(ANN)
    stand.announce()
    reach(stand, "check")
    assert messages.mark_dispatch_sending(stand.state())  # and the process dies here

    messages.cancel_dispatch(stand.org, "tomorrow", actor="cli", now=clock.now())

    assert {"cancelled": 1} == stand.counts()
    assert [] == stand.mailed()


def test_a_cancel_that_died_halfway_is_ended_by_recovery(stand, monkeypatch):
    """Nobody has to give the same command again."""
    stand.sell(ANN, BOB)
    stand.announce()
    reach(stand, "check")
    with monkeypatch.context() as dying:
        dying.setattr(boundaries, "crossing", die_at("messages.dispatch_cancelled"))
        with pytest.raises(Died):
            messages.cancel_dispatch(stand.org, "tomorrow", actor="cli", now=clock.now())
    assert {"leased": 2} == stand.counts()

    assert 2 == messages.recover(clock.now()).cancelled
    assert {"cancelled": 2} == stand.counts()
    assert 0 == messages.recover(clock.now()).cancelled


class Died(Exception):
    """The process is gone."""


def die_at(place):
    def crossing(name):
        if name == place:
            raise Died

    return crossing


def test_nobody_is_added_to_what_was_cancelled_meanwhile(stand):
    """Another's cancel came between two pages of holders."""
    ann, bob = stand.sell(ANN, BOB)
    new = NewDispatch(
        key="halfway",
        sender=stand.sender,
        klass=Klass.MARKETING,
        template_version=messages.template(stand.org, "see-you").id,
        locale="zh-Hant",
        actor="cli",
        context={"conference": 1, "tickets": []},
    )
    it = messages.start_dispatch(stand.org, new, now=clock.now())
    messages.add_to_dispatch(it, [ann], now=clock.now())
    messages.cancel_dispatch(stand.org, "halfway", actor="cli", now=clock.now())

    with pytest.raises(DispatchLost):
        messages.add_to_dispatch(it, [bob], now=clock.now())
    assert {"cancelled": 1} == stand.counts("halfway")


def test_the_same_name_again_changes_nothing(stand):
    stand.sell(ANN)
    first = stand.announce()
    stand.run()
    stand.sell(BOB)

    assert first.id == stand.announce().id
    stand.run()
    assert [ANN] == stand.mailed()
    stand.template("another")
    with pytest.raises(CannotAnnounce):
        stand.announce()


def test_nobody_holds_a_ticket(stand):
    with pytest.raises(CannotAnnounce):
        stand.announce(conference="nowhere")


def test_a_sender_of_single_messages_cannot_announce(stand):
    stand.sell(ANN)
    messages.ensure_sender(stand.org, "single", "memory", settings={}, rate=1)

    with pytest.raises(CannotAnnounce, match="message by message"):
        stand.announce(sender="single")


def test_the_delivery_loop_leaves_an_announcement_alone(stand):
    stand.sell(ANN)
    stand.announce()

    assert 0 == channels.deliver(jobs.Budget(5))
    assert {"queued": 1} == stand.counts()


def test_thousands_come_in_several_imports_and_the_last_no_is_heeded(stand):
    everybody = ticket_sales.emails(2_300)
    contacts = stand.sell(*everybody)
    stand.announce()
    reach(stand, "campaign")
    people.set_consent(
        stand.org, contacts[-1], "email", granted=False, source="test", now=clock.now()
    )

    it = stand.run()

    assert DispatchState.SENT is it.state, it
    assert 2_300 == it.count
    mails = stand.client.received("klaviyo", limit=10_000)["mails"]
    assert sorted(everybody)[:-1] == sorted(each["to"] for each in mails)
    assert {"accepted": 2_299, "blocked": 1} == stand.counts()


def test_two_workers_send_one_campaign(stand):
    """Both take what is due; the lease lets one of them work."""
    stand.sell(ANN, BOB)
    stand.announce()
    ahead = timedelta()
    for _ in range(30):
        with clock.use(clock.FrozenClock(clock.now() + ahead)):
            first = messages.take_dispatch({stand.sender}, owner="one", now=clock.now())
            assert None is messages.take_dispatch({stand.sender}, owner="two", now=clock.now())
            if first is not None:
                messages.let_go_of_dispatch(first, due=clock.now())
            announcing.dispatch(jobs.Budget(20))
        ahead += timedelta(seconds=2)
        if stand.state().finished_at:
            break
        ticket_sales.pause(0.05)

    assert (1, 1, 1) == stand.made()
    assert [ANN, BOB] == stand.mailed()


def test_a_worker_that_lost_its_lease_changes_nothing_any_more(stand):
    stand.sell(ANN)
    stand.announce()
    stale = messages.take_dispatch({stand.sender}, owner="one", now=clock.now())
    messages.let_go_of_dispatch(stale, due=clock.now())
    stand.run()

    with pytest.raises(DispatchLost):
        messages.note_dispatch(stale, step="list")
    assert DispatchState.SENT is stand.state().state
