"""A sender of events writes to buyers, a sender of campaigns announces; they are not mixed up."""

from types import SimpleNamespace

import pytest

from postlude.messages import api as messages
from postlude.orgs import api as orgs
from postlude.playbooks import api as playbooks

SMTP = "{via: smtp, host: 127.0.0.1, from: PyCon <hello@example.test>}"
BOTH = """{via: smtp, host: 127.0.0.1, from: PyCon <hello@example.test>}
  events:
    via: klaviyo
    from: PyCon <hello@example.test>
    api_key: ${KLAVIYO_API_KEY}
    metric: Ticket invitation
  news:
    via: klaviyo
    path: campaign
    from: PyCon <hello@example.test>
    api_key: ${KLAVIYO_API_KEY}
    lists_a_day: 10
"""


@pytest.fixture
def both(book: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    monkeypatch.setenv("KLAVIYO_API_KEY", "sandbox-klaviyo-key")
    book.edit(SMTP, BOTH)
    return book


def test_each_path_is_a_channel_and_no_secret_is_stored(both: SimpleNamespace) -> None:
    both.edit("by: mail", "by: events")

    both.apply()

    org = orgs.by_slug("pycon").id
    events, news = (messages.sender(org, slug) for slug in ("events", "news"))
    assert ("klaviyo", "klaviyo_campaign") == (events.channel, news.channel)
    assert "Ticket invitation" == events.settings["metric"]
    assert 10 == news.settings["lists_a_day"]
    assert "${KLAVIYO_API_KEY}" == news.settings["api_key"]


def test_a_journey_cannot_send_by_campaign(both: SimpleNamespace) -> None:
    both.edit("by: mail", "by: news")

    (problem,) = playbooks.validate(both.path)

    assert "“news” sends campaigns to many, not mails one by one." in str(problem)
    assert "path: event" in str(problem)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("lists_a_day: 10", "lists_a_day: 151"),
        ("path: campaign", "path: flow"),
        ("path: campaign", "path: campaign\n    revision: '2022-01-01'"),
        ("metric: Ticket invitation", "metric: ''"),
        ("metric: Ticket invitation", "rate: 351"),
    ],
)
def test_what_klaviyo_cannot_is_refused(both: SimpleNamespace, old: str, new: str) -> None:
    both.edit(old, new)

    assert 1 == len(playbooks.validate(both.path))
