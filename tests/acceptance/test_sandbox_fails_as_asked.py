"""Each fault, seen from the client's side of a real connection."""

import contextlib
import hashlib
import hmac
import smtplib
import time
from collections.abc import Iterator

import httpx
import pytest

from postlude.sandbox.server import Sandbox

KKTIX = {"authorization": "bearer sandbox-kktix-token"}
MAILGUN = ("api", "sandbox-mailgun-key")

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.client.reset()
    running.client.add_event("X", "x")
    return running


def _events(sandbox: Sandbox, **more: float) -> httpx.Response:
    return httpx.get(sandbox.url("kktix") + "/api/v2/hosting_events", headers=KKTIX, **more)


def _mail(sandbox: Sandbox) -> httpx.Response:
    data = {"from": "t@example.test", "to": "a@example.test", "subject": "s", "text": "t"}
    url = sandbox.url("mailgun") + "/v3/mg.example.test/messages"
    return httpx.post(url, auth=MAILGUN, data=data)


def _smtp(sandbox: Sandbox, to: str = "b@example.test") -> None:
    with smtplib.SMTP(*sandbox.smtp_address, timeout=5) as smtp:
        smtp.sendmail("a@example.test", [to], "Subject: hi\r\n\r\nbody\r\n")


def _hooks(sandbox: Sandbox, *faults: dict, count: int) -> list[dict]:
    """Deliver mail to the sandbox's own heartbeat, which answers 200 to anything."""
    url = sandbox.url("heartbeat") + "/hook"
    sandbox.client.configure("mailgun", webhook_url=url, receipts={"enabled": False})
    sandbox.client.set_faults("mailgun", *faults)
    _mail(sandbox)
    sandbox.client.emit("delivered", "a@example.test")
    sandbox.client.emit("opened", "a@example.test")
    pings = lambda: sandbox.client.received("heartbeat")["pings"]  # noqa: E731
    sandbox.client.wait_for(lambda: len(pings()) == count)
    return [httpx.Response(200, text=ping["body"]).json() for ping in pings()]


def test_refused_means_refused_and_the_others_go_on(sandbox):
    sandbox.client.set_faults("kktix", {"kind": "refuse_connection"})

    with pytest.raises(httpx.ConnectError):
        _events(sandbox)
    assert _mail(sandbox).status_code == 200
    sandbox.client.clear_faults("kktix")
    assert _events(sandbox).status_code == 200


def test_a_refusal_ends_by_itself_and_cuts_idle_connections(sandbox):
    with httpx.Client(headers=KKTIX) as http:
        url = sandbox.url("kktix") + "/api/v2/hosting_events"
        http.get(url)
        sandbox.client.set_faults("kktix", {"kind": "refuse_connection", "for_s": 5.0})
        # The idle connection was cut: whether that shows while writing or as a refused new one is
        # a matter of moments.
        with pytest.raises(httpx.TransportError):
            http.get(url)
        with pytest.raises(httpx.ConnectError):
            httpx.get(url, headers=KKTIX)
        sandbox.client.wait_for(lambda: _answers(url), within_s=120)


def _answers(url):
    try:
        return httpx.get(url, headers=KKTIX).status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.parametrize(("kind", "kept"), [("drop_before", 0), ("drop_after", 1)])
@pytest.mark.parametrize("reset", [False, True])
def test_a_drop_is_no_answer_and_only_after_has_it_been_processed(sandbox, kind, kept, reset):
    sandbox.client.set_faults("mailgun", {"kind": kind, "reset": reset})

    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        _mail(sandbox)

    assert kept == len(sandbox.client.mails())
    assert sandbox.client.calls("mailgun")["by_status"] == {"cut": 1}


def test_drops_reach_who_uses_the_shared_port(sandbox):
    sandbox.client.set_faults("kktix", {"kind": "drop_before"})

    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(sandbox.base_url + "/kktix/api/v2/hosting_events", headers=KKTIX)


def test_latency_before_and_after(sandbox):
    sandbox.client.set_faults("kktix", {"kind": "latency", "latency_ms": 100})
    began = time.monotonic()
    assert _events(sandbox).status_code == 200
    assert time.monotonic() - began >= 0.1

    sandbox.client.set_faults("mailgun", {"kind": "latency", "latency_ms": 300, "after": True})
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(
            sandbox.url("mailgun") + "/v3/mg.example.test/messages",
            auth=MAILGUN,
            data={"from": "t@example.test", "to": "a@example.test", "text": "t"},
            timeout=0.1,
        )
    assert len(sandbox.client.mails()) == 1


@pytest.mark.parametrize("retry_after", [None, 3])
def test_too_many_requests_with_and_without_a_time(sandbox, retry_after):
    sandbox.client.set_faults("kktix", {"kind": "rate_limited", "retry_after": retry_after})

    answer = _events(sandbox)

    expected = None if retry_after is None else "3"
    assert (429, expected) == (answer.status_code, answer.headers.get("retry-after"))


def test_server_error_html_truncated_and_empty(sandbox):
    def faulty(**rule: object) -> httpx.Response:
        sandbox.client.set_faults("kktix", rule)
        return _events(sandbox)

    assert faulty(kind="server_error", status=503).status_code == 503
    page = faulty(kind="html")
    assert (page.status_code, page.headers["content-type"].split(";")[0]) == (403, "text/html")
    broken = faulty(kind="truncated_json")
    assert broken.status_code == 200
    with pytest.raises(ValueError, match=r".*"):
        broken.json()
    assert faulty(kind="empty_list").json() == {"data": []}


def test_a_webhook_twice_is_the_same_webhook(sandbox):
    bodies = _hooks(sandbox, {"kind": "duplicate_webhook", "path": "delivered"}, count=3)

    tokens = [body["signature"]["token"] for body in bodies]
    assert len(set(tokens)) == 2


def test_a_webhook_out_of_order_is_overtaken(sandbox):
    rule = {"kind": "out_of_order_webhook", "path": "delivered"}

    bodies = _hooks(sandbox, rule, count=2)

    assert [body["event-data"]["event"] for body in bodies] == ["opened", "delivered"]


def test_skewed_clocks_and_wrong_signatures(sandbox):
    rules = ({"kind": "clock_skew", "skew_s": -3600}, {"kind": "wrong_signature"})

    body = _hooks(sandbox, *rules, count=2)[0]

    block = body["signature"]
    signed = f"{block['timestamp']}{block['token']}".encode()
    right = hmac.new(b"sandbox-signing-key", signed, hashlib.sha256).hexdigest()
    assert time.time() - float(block["timestamp"]) > 3500
    assert right != block["signature"]


def test_kktix_sends_a_wrong_secret_and_cancels_before_paid(sandbox):
    url = sandbox.url("heartbeat") + "/hook"
    sandbox.client.configure("kktix", webhook_url=url)
    sandbox.client.set_faults(
        "kktix", {"kind": "out_of_order_webhook"}, {"kind": "wrong_signature"}
    )
    order = sandbox.client.sell("x", "a@example.test")
    sandbox.client.cancel(order["order_no"])
    pings = lambda: sandbox.client.received("heartbeat")["pings"]  # noqa: E731
    sandbox.client.wait_for(lambda: len(pings()) == 1)

    batch = httpx.Response(200, text=pings()[0]["body"]).json()
    assert pings()[0]["headers"]["x-kktix-secret"] == "not-sandbox-kktix-secret"
    kinds = [item["type"] for item in batch["notifications"]]
    assert kinds == ["order_cancelled", "order_activated_paid"]


@pytest.mark.parametrize(
    ("kind", "error", "kept"),
    [
        ("refuse_recipient", smtplib.SMTPRecipientsRefused, 0),
        ("temporary_failure", smtplib.SMTPRecipientsRefused, 0),
        ("drop_before", smtplib.SMTPServerDisconnected, 0),
        ("drop_after", smtplib.SMTPServerDisconnected, 1),
        ("refuse_connection", ConnectionRefusedError, 0),
    ],
)
def test_smtp_refuses_and_drops(sandbox, kind, error, kept):
    sandbox.client.set_faults("smtp", {"kind": kind})

    with pytest.raises(error):
        _smtp(sandbox)

    assert kept == len(sandbox.client.smtp_mails())


def test_bad_control_calls_say_what_to_correct(sandbox):
    for vendor, rule, word in [
        ("kktix", {"kind": "clock_skew"}, "it has"),
        ("kktix", {"kind": "gremlins"}, "gremlins"),
        ("nobody", {"kind": "latency"}, "there are"),
    ]:
        with pytest.raises(RuntimeError, match=word):
            sandbox.client.set_faults(vendor, rule)
    with pytest.raises(RuntimeError, match="extra"):
        sandbox.client.configure("gather", no_such_setting=1)
    with pytest.raises(RuntimeError, match="404"):
        sandbox.client.sell("no-such-event", "a@example.test")


def test_a_form_gateway_logs_how_each_call_ended(sandbox):
    """What a phone got and what the caller was told are two things."""
    url = sandbox.url("form_gateway") + "/bonus/send-sms.html?key=sandbox-gateway-key"
    form = {"phones": "89091582149", "text": "Привет"}

    httpx.post(url, data=form)
    for kind in ("not_sent", "server_error", "drop_after"):
        sandbox.client.set_faults("form_gateway", {"kind": kind})
        with contextlib.suppress(httpx.TransportError):
            httpx.post(url, data=form)

    calls = sandbox.client.gateway_calls()
    assert [(True, 200), (False, 200), (False, 500), (True, None)] == [
        (each["arrived"], each["answer"]) for each in calls
    ]
    assert {("89091582149", "Привет")} == {(each["to"], each["text"]) for each in calls}
    assert calls[2:] == sandbox.client.gateway_calls(after=calls[1]["number"])
