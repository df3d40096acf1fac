import pytest

from postlude.tracking.agents import fetches_ahead, look, look_at_name
from postlude.tracking.types import AgentKind, Reason

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)


@pytest.mark.parametrize("name", [CHROME, IPHONE])
def test_a_browser_has_no_reason_against_it(name):
    agent = look({"user-agent": name})

    assert (AgentKind.BROWSER, Reason.NONE) == (agent.kind, agent.reasons)


@pytest.mark.parametrize(
    ("name", "kind", "reason"),
    [
        ("", AgentKind.UNKNOWN, Reason.NO_AGENT),
        ("Mozilla/5.0", AgentKind.MAIL_PROXY, Reason.MAIL_PROXY | Reason.OPENED_AHEAD),
        (
            "Mozilla/5.0 (Windows NT 5.1) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
            AgentKind.MAIL_PROXY,
            Reason.MAIL_PROXY,
        ),
        ("Slackbot-LinkExpanding 1.0", AgentKind.BOT, Reason.KNOWN_BOT),
        ("Mozilla/5.0 (compatible; Googlebot/2.1)", AgentKind.BOT, Reason.KNOWN_BOT),
        ("facebookexternalhit/1.1", AgentKind.BOT, Reason.KNOWN_BOT),
        (CHROME.replace("Chrome", "HeadlessChrome"), AgentKind.BOT, Reason.KNOWN_BOT),
        ("curl/8.5.0", AgentKind.TOOL, Reason.TOOL),
        ("python-requests/2.32", AgentKind.TOOL, Reason.TOOL),
        ("Thing", AgentKind.UNKNOWN, Reason.NONE),
    ],
)
def test_each_name_has_its_kind(name, kind, reason):
    agent = look_at_name(name)

    assert (kind, reason) == (agent.kind, agent.reasons)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-purpose": "prefetch"},
        {"sec-purpose": "prefetch;prerender"},
        {"purpose": "prefetch"},
        {"x-moz": "prefetch"},
        {"x-purpose": "preview"},
    ],
)
def test_a_prefetch_is_known(headers):
    assert fetches_ahead(headers)
    assert Reason.PREFETCH in look({"user-agent": CHROME, **headers}).reasons


def test_a_head_is_known():
    assert Reason.HEAD in look({"user-agent": CHROME}, "HEAD").reasons
