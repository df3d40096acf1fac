"""Templates are immutable versions; links and pixels carry one token and never an address."""

import pytest

from postlude.kernel import tokens
from postlude.messages import api as messages
from postlude.messages.models import Link, ShownText, TemplateVersion
from postlude.messages.types import ChannelTraits, LocaleText, Outcome
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import PersonSeen


def render_one(desk, **changes):
    (it,) = desk.enqueue(desk.new("one", **changes))
    leased = messages.lease(desk.sender, owner="w", limit=1, now=desk.now)
    (rendered,), failures = messages.render(leased, now=desk.now)
    assert failures == []
    assert rendered.message == it
    return rendered


def publish(desk, *texts, **more):
    return messages.publish_template(
        desk.org,
        "other",
        "invitation",
        texts,
        now=desk.now,
        context_sample={"conference": "X"},
        **more,
    )


def test_what_goes_to_the_wire(desk):
    it = render_one(desk)
    assert it.subject == "Welcome to PyCon"
    assert (it.to_address, it.to_name) == ("ann0@example.test", "Ann 0")
    assert f'href="http://testserver/c/{it.token}/0"' in it.html
    assert f'src="http://testserver/o/{it.token}.gif"' in it.html
    assert "https://" not in it.html  # every address is ours
    assert f"http://testserver/c/{it.token}/1" in it.text
    own = dict(it.headers)["Message-ID"]
    assert own.endswith("@pycon.test>")
    assert it.token not in own  # replies quote it, so it must open nothing
    assert it.metadata == {"outbox_id": str(it.message)}


def test_a_link_that_no_person_sees_is_there_from_the_day_the_organisation_wants_it(desk):
    assert "/9999" not in render_one(desk).html
    today = desk.now.date()
    orgs.set_measuring(desk.org, from_day=today, actor="ann", now=desk.now, trap=True)
    (number,) = desk.enqueue(desk.new("two", contact=desk.contact(2)))
    leased = messages.lease(desk.sender, owner="w", limit=5, now=desk.now)
    (it,), _ = messages.render([each for each in leased if each.message == number], now=desk.now)

    assert (
        f'<a href="http://testserver/c/{it.token}/{messages.TRAP}" style="display:none"' in it.html
    )
    assert f"/{messages.TRAP}" not in it.text


def test_a_token_leads_back_to_its_message(desk):
    it = render_one(desk)
    owner = messages.message_of_token(it.token)
    assert (owner.org, owner.message, owner.contact) == (desk.org, it.message, it.contact)
    assert messages.message_of_token(it.token[:-1] + "x") is None
    assert messages.message_of_token(tokens.seal("message", 12345)) is None
    assert messages.token_of(it.message) == it.token


def test_a_link_leads_where_the_decided_version_led(desk):
    it = render_one(desk)
    assert messages.resolve_link(it.message, 0).url == f"https://gather.test/{it.contact}"
    changed = LocaleText("en", "S", html='<a href="https://elsewhere.test/">x</a>')
    messages.publish_template(desk.org, "invitation", "invitation", [changed], now=desk.now)
    assert messages.resolve_link(it.message, 1).url == "https://pycon.test/faq"
    assert messages.resolve_link(it.message, 2) is None
    assert messages.resolve_link(it.message, -1) is None
    assert messages.resolve_link(99, 0) is None


@pytest.mark.parametrize(
    "bad", ["javascript:alert(1)", "//evil.test", "ftp://a.test", "", "https://"]
)
def test_a_link_that_is_no_web_address_leads_nowhere(desk, bad):
    messages.register_provider(
        "access",
        lambda org, leased: {it.message: {"gather": bad} for it in leased},
        sample={"*": "https://x.test"},
    )
    (it,) = desk.enqueue(desk.new("k"))
    leased = messages.lease(desk.sender, owner="w", limit=1, now=desk.now)
    rendered, failures = messages.render(leased, now=desk.now)
    assert (rendered, failures[0].kind) == ([], "failed")  # told before the wire
    assert messages.resolve_link(it, 0) is None


def test_a_link_nobody_sees_may_lead_nowhere(desk):
    """`{% if access.youtube %}`: who has no such access gets the mail without that link."""
    html = '{% if access.youtube %}<a href="{{ access.youtube }}">y</a>{% endif %}Hi'
    it = render_one(desk, template_version=publish(desk, LocaleText("en", "S", html=html)))
    assert "/c/" not in it.html


def test_the_same_content_is_the_same_version(desk):
    text = LocaleText("en", "S", text="hello")
    first = publish(desk, text)
    assert publish(desk, text) == first
    second = publish(desk, LocaleText("en", "S", text="hello you"))
    ref = messages.template(desk.org, "other")
    assert (ref.id, ref.number, ref.locales) == (second, 2, ("en",))
    assert TemplateVersion.objects.filter(id=first).exists()


def test_each_locale_has_its_text_and_others_fall_back(desk):
    version = publish(
        desk,
        LocaleText("zh-Hant", "歡迎", text="您好 {{ contact.name }}"),
        LocaleText("en", "Welcome", text="Hello {{ contact.name }}"),
    )
    subjects = {}
    for wanted in ("en-GB", "zh-Hant", "ru"):
        desk.enqueue(desk.new(wanted, template_version=version, locale=wanted))
        leased = messages.lease(desk.sender, owner="w", limit=1, now=desk.now)
        subjects[wanted] = messages.render(leased, now=desk.now)[0][0].subject
    assert subjects == {"en-GB": "Welcome", "zh-Hant": "歡迎", "ru": "歡迎"}


def test_one_person_that_cannot_be_rendered_stops_nobody_else(desk):
    messages.register_provider(
        "access",
        lambda org, leased: {it.message: {"gather": "https://g.test"} for it in leased[1:]},
        sample={"*": "https://x.test"},
    )
    version = publish(desk, LocaleText("en", "S", text="{{ access.gather }} {{ contact.name }}"))
    one, two = desk.queue(2, template_version=version)
    leased = messages.lease(desk.sender, owner="w", limit=2, now=desk.now)
    rendered, failures = messages.render(leased, now=desk.now)
    assert [it.message for it in rendered] == [two]
    assert [it.message for it in failures] == [one]
    assert "Ann" not in failures[0].words
    done = messages.settle_many(desk.sender, failures, owner="w", now=desk.now)
    assert done.failed == 1


def test_a_name_cannot_add_a_header(desk):
    seen = PersonSeen("eve@example.test", None, "Eve\r\nBcc: all@example.test", None, "test")
    contact = people.recognise_many(desk.org, [seen], now=desk.now)[0].contact
    it = render_one(desk, contact=contact)
    assert not set(it.to_name) & set("\r\n")


def test_a_subject_with_a_line_break_is_refused(desk):
    version = publish(desk, LocaleText("en", "Hi {{ context.conference }}", text="x"))
    desk.enqueue(desk.new("k", template_version=version, context={"conference": "a\r\nBcc: b"}))
    leased = messages.lease(desk.sender, owner="w", limit=1, now=desk.now)
    rendered, failures = messages.render(leased, now=desk.now)
    assert rendered == []
    assert "line break" in failures[0].words


def test_a_value_cannot_become_markup(desk):
    messages.register_provider(
        "contact",
        lambda org, leased: {it.message: {"name": "<script>x</script>"} for it in leased},
        sample={"name": "Ann"},
    )
    it = render_one(desk)
    assert "<script>" not in it.html
    assert "<script>" in it.text


def test_providers_are_asked_once_a_window_and_only_when_named(desk):
    asked = []
    messages.register_provider(
        "points", lambda org, leased: asked.append("points") or {}, sample={"balance": 1}
    )
    messages.register_provider(
        "access",
        lambda org, leased: (
            asked.append(len(leased)) or {it.message: {"gather": "https://g.test"} for it in leased}
        ),
        sample={"*": "https://x.test"},
    )
    desk.queue(20)
    desk.to_wire()
    assert asked == [20]


def test_html_is_not_kept_and_what_was_shown_is_kept_encrypted_for_a_time(desk, clock):
    messages.register_channel_traits("memory", ChannelTraits(has_html=False, keeps_shown_text=True))
    it = render_one(desk)
    assert it.html == ""
    assert "Ann" in messages.shown_text(desk.org, it.message, now=desk.now)
    assert b"Ann" not in bytes(ShownText.objects.get().sealed)
    clock.advance(days=91)
    assert messages.shown_text(desk.org, it.message, now=desk.now) is None
    assert messages.purge(desk.now) == 1


def test_preview_and_links_are_stored_with_the_version(desk):
    shown = messages.preview(desk.org, desk.version, "en")
    assert shown.subject == "Welcome to PyCon"
    assert shown.links == ("https://example.test/go/s", "https://pycon.test/faq")
    assert list(Link.objects.order_by("n").values_list("n", flat=True)) == [0, 1]


def test_an_unsubscribe_link_is_not_a_click(desk):
    version = publish(desk, LocaleText("en", "S", html='<a href="{{ unsubscribe_url }}">stop</a>'))
    it = render_one(desk, template_version=version)
    assert f'href="http://testserver/u/{it.token}"' in it.html
    assert messages.resolve_link(it.message, 0) is None


def test_outcome_words_are_cut(desk):
    (it,) = desk.queue(1)
    outcome = Outcome(it, "failed", words="550 ann0@example.test +886912345678 unknown")
    desk.to_wire()
    messages.settle_many(desk.sender, [outcome], owner="worker-1", now=desk.now)
    words = messages.attempts_of(desk.org, [it])[it][0].words
    assert "ann0@" not in words
    assert "912345678" not in words
