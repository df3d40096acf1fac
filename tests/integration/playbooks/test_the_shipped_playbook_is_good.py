import re
from pathlib import Path

import pytest

from postlude.kernel import clock
from postlude.messages import api as messages
from postlude.orgs import api as orgs
from postlude.people.types import Actor
from postlude.playbooks import api as playbooks

TICKETS = Path(__file__).resolve().parents[3] / "playbooks" / "tickets.yaml"


def test_it_has_no_problems_and_applies_with_the_environment_of_a_laptop() -> None:
    assert playbooks.validate(TICKETS) == []

    report = playbooks.apply(TICKETS, org=None, actor=Actor(kind="cli", id="t"), now=clock.now())
    assert report.outcome == "applied"
    assert "NAME" not in report.unset  # a comment is not a setting


@pytest.mark.parametrize("slug", ["invitation", "another-ticket", "pre-event"])
@pytest.mark.parametrize("locale", ["zh-Hant", "en"])
def test_its_mails_render_and_lead_somewhere(slug: str, locale: str) -> None:
    playbooks.apply(TICKETS, org=None, actor=Actor(kind="cli", id="t"), now=clock.now())
    org = orgs.by_slug("pycontw").id

    mail = messages.preview(org, messages.template(org, slug).id, locale)
    assert 'href="http' in mail.html
    assert "{{" not in mail.subject + mail.html + mail.text
    assert len(mail.html) < 60_000  # Gmail clips at 102 kB


@pytest.mark.parametrize("slug", ["invitation", "another-ticket", "pre-event"])
@pytest.mark.parametrize(
    ("locale", "words"), [("zh-Hant", "在瀏覽器中檢視"), ("en", "View in browser")]
)
def test_its_mails_lead_to_themselves_in_the_browser(slug: str, locale: str, words: str) -> None:
    """For who cannot read them where they came; the text has nothing to be seen otherwise."""
    playbooks.apply(TICKETS, org=None, actor=Actor(kind="cli", id="t"), now=clock.now())
    org = orgs.by_slug("pycontw").id

    mail = messages.preview(org, messages.template(org, slug).id, locale)
    [href] = re.findall(rf'<a href="([^"]*)"[^>]*>{words}</a>', mail.html)
    assert "/v/" in href
    assert "/v/" not in mail.text


@pytest.mark.parametrize(
    ("locale", "words"), [("zh-Hant", "現在就可以入場"), ("en", "you can enter now")]
)
def test_the_invitation_says_that_one_can_enter_now(locale: str, words: str) -> None:
    playbooks.apply(TICKETS, org=None, actor=Actor(kind="cli", id="t"), now=clock.now())
    org = orgs.by_slug("pycontw").id

    mail = messages.preview(org, messages.template(org, "invitation").id, locale)
    assert words in mail.subject


def test_no_secret_stands_in_it() -> None:
    org = playbooks.apply(TICKETS, org=None, actor=Actor(kind="cli", id="t"), now=clock.now())
    stored = playbooks.text(org.version.org, org.version.id)

    for line in stored.text.splitlines():
        name, _, value = line.strip().partition(":")
        if name in {"token", "api_key", "signing_key", "webhook_secret", "discord"}:
            if name == "discord" and not value:
                continue  # the part of that name
            assert value.strip().startswith("${"), line
