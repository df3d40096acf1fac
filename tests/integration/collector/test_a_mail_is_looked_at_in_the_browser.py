"""The page of a mail: the mail as it was sent, for its reader, and a touch of its own kind."""

import pytest

from postlude.kernel import store, tokens
from postlude.kernel.clock import now
from postlude.messages import api as messages
from postlude.messages.types import LocaleText, NewMessage
from postlude.people import api as people
from postlude.people.types import Actor
from postlude.tracking import api as tracking
from postlude.tracking.types import TouchKind

VIEWED = '<p>Hat {{ context.hat }} <a href="https://example.test/go">Go</a>'
LETTER = LocaleText(
    "en",
    subject="Hi",
    html=f'{VIEWED} <a href="{{{{ view_in_browser_url }}}}">View in browser</a></p>',
)


@pytest.fixture
def letter(sent):
    """A mail with a link to its own page."""
    return send(sent, LETTER)


def send(mail, text, *, testing=False, key="v"):
    version = messages.publish_template(
        mail.org, "view", "news", [text], now=now(), context_sample={"hat": "red"}
    )
    sender = messages.sender(mail.org, "mail").id
    new = NewMessage(
        key=key,
        klass="transactional",
        sender=sender,
        contact=mail.contact,
        template_version=version,
        locale="en",
        context={"hat": "<blue>"},
        testing=testing,
    )
    with store.write():
        (enqueued,) = messages.enqueue_many(mail.org, [new], now=now())
    return enqueued.message


def path(message):
    return f"/v/{messages.view_token(message)}"


def kinds(org, message):
    return [touch.kind for touch in tracking.touches_of(org, [message]).get(message, ())]


def test_the_mail_names_its_page_and_the_page_is_the_mail(collector, sent, letter):
    leased = messages.lease(
        messages.sender(sent.org, "mail").id, owner="w", limit=9, now=now(), windows=9
    )
    rendered, _ = messages.render([it for it in leased if it.message == letter], now=now())
    # The text in force changes: who looks sees what was sent.
    messages.publish_template(
        sent.org, "view", "news", [LocaleText("en", "S", html="<p>new</p>")], now=now()
    )
    answer = collector.get(path(letter))

    assert f'href="http://testserver{path(letter)}"' in rendered[0].html
    assert 200 == answer.status_code
    picture = f"http://testserver/o/{rendered[0].token}.gif"
    before, after = rendered[0].html.split(picture)
    assert answer.text.startswith(before)
    assert answer.text.endswith(after)
    assert "&lt;blue&gt;" in answer.text
    assert f"/c/{messages.token_of(letter)}/0" in answer.text


def test_to_look_is_neither_an_open_nor_a_click(collector, sent, letter):
    collector.get(path(letter))

    assert [TouchKind.VIEW] == kinds(sent.org, letter)
    assert messages.resolve_link(letter, 1) is None


def test_head_and_what_is_fetched_ahead_write_nothing(collector, sent, letter):
    head = collector.head(path(letter))
    ahead = collector.get(path(letter), headers={"sec-purpose": "prefetch"})

    assert (200, 503) == (head.status_code, ahead.status_code)
    assert "" == ahead.text
    assert [] == kinds(sent.org, letter)
    assert 405 == collector.post(path(letter)).status_code


@pytest.mark.parametrize(
    "token", ["A" * 22, "x", tokens.seal("message-view", 5), tokens.seal("message", 5)]
)
def test_a_guess_is_nobodys(collector, sent, token):
    answer = collector.get(f"/v/{token}", headers={"accept-language": "zh-TW"})

    assert 404 == answer.status_code
    assert "這個連結無法使用" in answer.text


def test_what_opens_a_link_does_not_open_the_mail(collector, sent, letter):
    """A link that is passed on in a chat shows its reader nothing of the mail."""
    assert 404 == collector.get(f"/v/{messages.token_of(letter)}").status_code


def test_a_forgotten_person_has_no_page(collector, sent, letter):
    collector.get(path(letter))
    people.erase(sent.org, sent.contact, actor=Actor("user", "ann"), now=now())

    assert 404 == collector.get(path(letter)).status_code


def test_a_page_ends_half_a_year_after_its_mail(collector, clock, sent, letter):
    clock.advance(days=179)
    assert 200 == collector.get(path(letter)).status_code
    clock.advance(days=1)
    answer = collector.get(path(letter))

    assert 410 == answer.status_code
    assert "Hat" not in answer.text


def test_a_test_mail_has_a_page_and_counts_nowhere(collector, sent):
    letter = send(sent, LETTER, testing=True)

    assert "Hat" in collector.get(path(letter)).text
    assert [] == kinds(sent.org, letter)


def test_a_text_alone_is_shown_as_text(collector, sent):
    letter = send(sent, LocaleText("en", "S", text="<b> & {{ view_in_browser_url }}\nBye"))
    answer = collector.get(path(letter))

    assert f"&lt;b&gt; &amp; http://testserver{path(letter)}\nBye" in answer.text


def test_the_page_runs_nothing_and_is_nobodys(collector, sent, letter):
    headers = collector.get(path(letter)).headers

    rules = headers["content-security-policy"]
    assert "default-src 'none'" in rules
    assert "sandbox " in rules
    assert "allow-scripts" not in rules
    assert "allow-same-origin" not in rules
    assert "no-store, private" == headers["cache-control"]
    assert "noindex, nofollow" == headers["x-robots-tag"]


def test_who_lets_nothing_be_kept_may_look(collector, sent):
    letter = send(sent, LETTER)
    people.set_consent(sent.org, sent.contact, "tracking", granted=False, source="test", now=now())

    assert 200 == collector.get(path(letter)).status_code
    assert [] == kinds(sent.org, letter)


def test_a_preview_shows_where_the_page_would_be(sent):
    shown = messages.preview_text(LETTER, {"hat": "red"})

    assert 'href="https://example.test/v/sample"' in shown.html
    assert ("https://example.test/go",) == shown.links
