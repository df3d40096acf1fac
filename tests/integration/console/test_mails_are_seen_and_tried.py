"""A mail is seen as it will look before it is sent, and a test goes to whoever asks, uncounted."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from postlude.channels import api as channels
from postlude.console.readings import sales as reading
from postlude.console.readings import schedules
from postlude.journeys import api as journeys
from postlude.journeys.types import JourneyDefinition, NoticeNode, Schedule
from postlude.kernel import clock, tokens
from postlude.kernel.jobs import Budget
from postlude.messages import api as messages
from postlude.messages.models import Message
from postlude.messages.types import LocaleText
from postlude.orders import api as orders
from postlude.orgs import api as orgs
from postlude.orgs.types import Fee
from postlude.people import api as people

ME = "me@example.test"


def log_in(role: str, staff: dict[str, str]) -> Client:
    client = Client()
    assert client.login(username=role, password=staff["password"])
    return client


@pytest.fixture
def mails(sale):
    """A second template in two languages, that a journey sends a day before."""
    html = "<h1>Soon</h1><p>{{ conference.name }}</p><script>alert(1)</script>"
    for name, fill, sample in journeys.providers():
        messages.register_provider(name, fill, sample=sample)
    messages.publish_template(
        sale.org.id,
        "pre-event",
        "email",
        [
            LocaleText("zh-Hant", subject="快到了", html=html, text="快到了"),
            LocaleText("en", subject="Soon", html=html, text="Soon in plain words"),
        ],
        now=clock.now(),
    )
    conference = orders.conferences(sale.org.id)[0]
    definition = JourneyDefinition(
        "eve",
        (NoticeNode("send", "mail", {"*": "pre-event"}),),
        title="Before the event",
        trigger="schedule",
        conferences=(conference.slug,),
        schedule=Schedule(before_start=timedelta(days=1)),
    )
    journeys.publish(sale.org.id, definition, now=clock.now())
    return sale


def page(name: str = "templates", **query: str) -> str:
    asked = "&".join(f"{key}={value}" for key, value in query.items())
    return f"{reverse(f'console:{name}', args=['pycon'])}?{asked}"


def test_every_mail_in_every_language(mails, staff) -> None:
    """Subject, frame and plain text of what was chosen; the others a click away."""
    client = log_in("viewer", staff)
    answer = client.get(page(template="pre-event", locale="en"))
    shown = answer.content.decode()
    assert "<h2>Soon</h2>" in shown
    assert "Soon in plain words" in shown
    assert "Before the event" in shown
    assert 'href="?template=pre-event&amp;locale=zh-Hant"' in shown
    assert 'href="?template=invite"' in shown
    assert "sandbox src=" in shown
    assert "<script>alert(1)" not in shown


def test_the_frame_may_do_nothing(mails, staff) -> None:
    """The HTML is the organiser's: no script runs, nothing is fetched, nobody else frames it."""
    answer = log_in("viewer", staff).get(page("template", template="pre-event", locale="en"))
    assert "<h1>Soon</h1>" in answer.content.decode()
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "frame-ancestors 'self'" in policy
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("query", [{"template": "gone"}, {"template": "pre-event", "locale": "ru"}])
def test_what_is_not_there_is_not_found(mails, staff, query: dict[str, str]) -> None:
    client = log_in("owner", staff)
    assert 404 == client.get(page(**query)).status_code
    assert 404 == client.get(page("template", **query)).status_code
    posted = client.post(page("test-send"), {**query, "to": ME, "sender": "mail"})
    assert 404 == posted.status_code


@pytest.mark.parametrize(
    ("role", "status"),
    [("owner", 302), ("organiser", 302), ("marketer", 302), ("engineer", 403), ("viewer", 403)],
)
def test_a_test_goes_to_whoever_may_send_one(mails, staff, role: str, status: int) -> None:
    """One message, marked as a test; the pages count what they counted before."""
    before = _counted(mails)
    client = log_in(role, staff)
    form = client.get(page(template="pre-event")).content.decode()
    assert ('type="email"' in form) == (status == 302)
    asked = {"template": "pre-event", "locale": "en", "to": ME, "sender": "mail"}
    assert status == client.post(page("test-send"), asked).status_code

    written = Message.objects.filter(testing=True)
    assert (1 if status == 302 else 0) == written.count()
    assert {"zh-Hant", "en"} >= {each.locale for each in written}
    assert [["calendar"]] * written.count() == [each.context["attach"] for each in written]
    assert _counted(mails) == before
    if status == 302:
        assert "no report counts it" in client.get(page()).content.decode()


def test_a_text_message_tells_its_segments_and_cost_and_goes_to_a_phone(mails, staff) -> None:
    """Segments and cost stand beside the text, on the page of the message, and a phone is asked."""
    org = mails.org.id
    orgs.configure(org, fees={"sms": Fee(80)})
    channels.register_all()
    messages.ensure_sender(org, "sms", "every8d", settings={}, rate=10)
    text = LocaleText("zh-Hant", text="再來一杯！" * 20)
    messages.publish_template(org, "again", "sms", [text], now=clock.now())
    client = log_in("owner", staff)

    shown = client.get(page(template="again")).content.decode()
    asked = {"template": "again", "sender": "sms"}
    refused = client.post(page("test-send"), {**asked, "to": "110"}, follow=True)
    client.post(page("test-send"), {**asked, "to": "0912 345 678"})

    assert 'type="tel"' in shown
    assert "ucs2, 100 / 134" in shown
    assert "1.60 TWD" in shown
    assert "A test needs a phone" in refused.content.decode()
    (written,) = Message.objects.filter(testing=True)
    written.segments, written.cost = 2, 160
    written.save()
    url = reverse("console:message", args=["pycon", tokens.seal("message", written.id)])
    assert "1.60 TWD" in client.get(url).content.decode()


def _counted(mails) -> dict[str, int]:
    conference = orders.conferences(mails.org.id)[0]
    cards = reading.page(mails.org, conference, now=clock.now()).cards
    return {card.key: card.value for card in cards}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"to": "nobody", "sender": "mail"}, "A test needs an address"),
        ({"to": "", "sender": "mail"}, "A test needs an address"),
        ({"to": ME, "sender": "gone"}, "gone"),
    ],
)
def test_a_test_that_cannot_go_says_why(mails, staff, asked: dict[str, str], said: str) -> None:
    client = log_in("owner", staff)
    answer = client.post(page("test-send"), {"template": "pre-event", **asked}, follow=True)
    assert said in answer.content.decode()
    assert not Message.objects.filter(testing=True).exists()
    assert people.find(mails.org.id, ME) is None


def test_without_a_template_the_page_says_what_to_do(org, clock, staff) -> None:
    client = log_in("owner", staff)
    assert "No mail yet" in client.get(page()).content.decode()
    assert 404 == client.get(page("template")).status_code
    assert "Nothing goes out at a set time" in client.get(page("journeys")).content.decode()


def test_a_scheduled_journey_is_shown_with_why_it_rests(mails, staff) -> None:
    conference = orders.conferences(mails.org.id)[0]
    facts = {"name": conference.name, "pattern": conference.pattern}
    orders.ensure_conference(mails.org.id, conference.slug, **facts)
    (row,) = schedules.rows(mails.org, now=clock.now())
    assert ("Before the event", "rests") == (row.title, row.state)
    shown = log_in("viewer", staff).get(page("journeys")).content.decode()
    assert "The conference has no end." in shown
    assert "template=pre-event" in shown


def test_its_numbers_add_up_on_the_page(mails, staff) -> None:
    """Before: how many it would reach. After: entered is the sum of the rest."""
    now = clock.now()
    conference = orders.conferences(mails.org.id)[0]
    orders.ensure_conference(
        mails.org.id,
        conference.slug,
        name=conference.name,
        pattern=conference.pattern,
        starts_at=now + timedelta(days=2),
        ends_at=now + timedelta(days=3),
    )
    (row,) = schedules.rows(mails.org, now=clock.now())
    assert "ahead" == row.state
    holders = orders.count_holders(mails.org.id, conference.id)
    assert f"{holders} people hold a ticket now" == row.audience
    assert now + timedelta(days=1) == row.due_at

    orders.ensure_conference(
        mails.org.id,
        conference.slug,
        name=conference.name,
        pattern=conference.pattern,
        starts_at=now + timedelta(hours=20),
        ends_at=now + timedelta(days=3),
    )
    assert 1 == journeys.schedule(Budget(5))
    journeys.freeze(Budget(5))
    (row,) = schedules.rows(mails.org, now=clock.now())
    counts = {each.key: each.value for each in row.counts}
    assert holders == counts["entered"] == counts["waiting"]
    assert counts["entered"] == sum(value for key, value in counts.items() if key != "entered")
    shown = log_in("viewer", staff).get(page("journeys")).content.decode()
    assert f"{holders} people held a ticket then" in shown
