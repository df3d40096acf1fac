import concurrent.futures

import pytest

from postlude.kernel import tokens
from postlude.tracking import api as tracking
from postlude.tracking.types import AgentKind, Reason, TouchKind

NOBODY = tokens.seal("message", 123456789)
FORGED = "A" * 22


def touches(mail):
    return tracking.touches_of(mail.org, [mail.message])[mail.message]


def test_the_pixel_is_a_picture_and_an_open_is_kept_before_the_answer(collector, sent):
    answer = collector.get(f"/o/{sent.token}.gif")

    assert (200, "image/gif") == (answer.status_code, answer.headers["content-type"])
    (touch,) = touches(sent)
    assert (TouchKind.OPEN, AgentKind.BROWSER) == (touch.kind, touch.agent)
    assert "set-cookie" not in answer.headers
    assert "no-store" in answer.headers["cache-control"]


@pytest.mark.parametrize("token", [NOBODY, FORGED, "x", "..%2f..%2fetc"])
def test_the_pixel_of_a_guess_is_the_same_picture(collector, sent, token):
    right = collector.get(f"/o/{sent.token}.gif")
    answer = collector.get(f"/o/{token}.gif")

    assert (200, right.content) == (answer.status_code, answer.content)


def test_a_click_leads_on_and_is_kept(collector, sent):
    answer = collector.get(f"/c/{sent.token}/0")

    assert 302 == answer.status_code
    assert "https://example.test/welcome?a=1&b=2" == answer.headers["location"]
    (touch,) = touches(sent)
    assert (TouchKind.CLICK, 0) == (touch.kind, touch.link)


@pytest.mark.parametrize(
    "path",
    [
        f"/c/{NOBODY}/0",
        f"/c/{FORGED}/0",
        "/c/https://evil.test/0",
        "/c//evil.test",
        f"/c/{FORGED}/0?url=https://evil.test",
    ],
)
def test_a_guess_leads_nowhere(collector, sent, path):
    answer = collector.get(path)

    assert 404 == answer.status_code
    assert "location" not in answer.headers


@pytest.mark.parametrize("n", ["1", "99999", "-1", "x"])
def test_a_link_that_the_mail_does_not_have_leads_nowhere(collector, sent, n):
    assert 404 == collector.get(f"/c/{sent.token}/{n}").status_code
    assert [] == touches(sent)


@pytest.mark.parametrize("path", ["/o/{}.gif", "/c/{}/0"])
def test_head_and_prefetch_write_nothing(collector, sent, path):
    url = path.format(sent.token)

    head = collector.head(url)
    collector.get(url, headers={"sec-purpose": "prefetch;prerender"})
    collector.get(url, headers={"purpose": "prefetch"})
    collector.get(url, headers={"x-moz": "prefetch"})

    assert b"" == head.content
    assert head.status_code in (200, 302)
    assert [] == touches(sent)


def test_a_prefetched_click_is_not_answered_with_its_target(collector, sent):
    answer = collector.get(f"/c/{sent.token}/0", headers={"sec-purpose": "prefetch"})

    assert "location" not in answer.headers


def test_a_bot_is_kept_with_its_reason(collector, sent):
    collector.get(f"/c/{sent.token}/0", headers={"user-agent": "Slackbot-LinkExpanding 1.0"})

    (touch,) = touches(sent)
    assert (AgentKind.BOT, Reason.KNOWN_BOT) == (touch.agent, touch.reasons)


def test_a_test_send_counts_nowhere(collector, test_send):
    assert 200 == collector.get(f"/o/{test_send.token}.gif").status_code
    assert 302 == collector.get(f"/c/{test_send.token}/0").status_code

    assert [] == touches(test_send)


def test_another_method_is_refused(collector, sent):
    assert 405 == collector.post(f"/o/{sent.token}.gif").status_code
    assert 405 == collector.put(f"/c/{sent.token}/0").status_code
    assert [] == touches(sent)


def test_many_at_once_are_all_kept(collector, sent):
    def click(number: int) -> int:
        agent = f"Mozilla/5.0 AppleWebKit person/{number}"
        return collector.get(
            f"/c/{sent.token}/0", headers={"user-agent": agent, "x-moz": ""}
        ).status_code

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(click, range(100)))

    # The same program from the same place within one second is one touch.
    assert {302} == set(statuses)
    assert 1 <= len(touches(sent)) <= 100


def test_a_page_speaks_chinese_and_has_tight_headers(collector, org):
    answer = collector.get("/c/nothing/0", headers={"accept-language": "zh-TW"})

    assert "這個連結無法使用" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "nosniff" == answer.headers["x-content-type-options"]
    assert "no-referrer" == answer.headers["referrer-policy"]


def test_a_link_that_no_person_sees_is_kept_and_leads_nowhere(collector, sent):
    answer = collector.get(f"/c/{sent.token}/9999")

    assert (200, b"") == (answer.status_code, answer.content)
    (touch,) = touches(sent)
    assert TouchKind.TRAP is touch.kind
