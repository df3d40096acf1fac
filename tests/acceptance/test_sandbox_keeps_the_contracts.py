"""Each vendor's wire contract, over real HTTP."""

import base64
import hashlib
import hmac
import json
import smtplib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from postlude.sandbox.server import Sandbox

KKTIX = {"authorization": "bearer sandbox-kktix-token"}
MAILGUN = ("api", "sandbox-mailgun-key")
SPACE = "sandbox0space\\Conference"
HOOK = "/discord/api/webhooks/100000000000000001/sandbox-discord-token"

pytestmark = pytest.mark.once


class Listener:
    """A receiver of webhooks, which answers as told."""

    def __init__(self) -> None:
        self.bodies: list[dict] = []
        self.headers: list[dict] = []
        self.answers: list[int] = []
        outer = self

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers["content-length"])
                outer.headers.append({k.lower(): v for k, v in self.headers.items()})
                outer.bodies.append(json.loads(self.rfile.read(size)))
                self.send_response(outer.answers.pop(0) if outer.answers else 200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.client.reset()
    return running


@pytest.fixture
def listener() -> Iterator[Listener]:
    found = Listener()
    yield found
    found.close()


def _mail(sandbox: Sandbox, to: str = "ann@example.test", **more: str) -> httpx.Response:
    data = {"from": "Team <team@example.test>", "to": to, "subject": "Hi", "text": "hello", **more}
    url = sandbox.url("mailgun") + "/v3/mg.example.test/messages"
    return httpx.post(url, auth=MAILGUN, data=data)


def test_kktix_gives_what_a_poller_walks_through(sandbox):
    event = sandbox.client.add_event("X Registration: Individual", "x-ind")
    sandbox.client.add_event("Old", "old", ended=True)
    sold = sandbox.client.sell("x-ind", "ann@example.test", name="安", tickets=[{"price": 1290}])
    number = sold["attendee_ids"][0]
    with httpx.Client(base_url=sandbox.url("kktix") + "/api/v2", headers=KKTIX) as http:
        live = http.get("/hosting_events", params={"only_not_ended_event": "true"}).json()
        books = http.get(f"/hosting_events/{event['id']}/attendance_books").json()
        book = f"/hosting_events/{event['id']}/attendance_books/{books[0]['id']}"
        signed_in = http.get(book).json()
        record = http.get(f"/hosting_events/{event['id']}/attendees/{number}").json()
        sandbox.client.refund(sold["order_no"])
        gone = http.get(book).json()
        missing = http.get(f"/hosting_events/{event['id']}/attendees/{number}")
        sandbox.client.configure("kktix", cancelled_attendee="record")
        cancelled = http.get(f"/hosting_events/{event['id']}/attendees/{number}").json()

    assert {"id": event["id"], "name": "X Registration: Individual", "slug": "x-ind"} in live[
        "data"
    ]
    assert len(live["data"]) == 1
    assert number == signed_in["signin_status"][0][0]
    assert ["聯絡人 Email", "ann@example.test"] in record["data"]
    assert isinstance(record["updated_at"], float)
    assert (record["is_paid"], record["price"], record["state"]) == (True, 1290, "activated")
    assert {"id", "ticket_id", "reg_no", "search_string", "kyc", "slot", "order_no"} <= set(record)
    assert (gone["signin_status"], missing.status_code, cancelled["state"]) == (
        [],
        404,
        "cancelled",
    )
    assert httpx.get(sandbox.url("kktix") + "/api/v2/hosting_events").status_code == 401


def test_a_form_gateway_counts_what_it_sent(sandbox):
    url = sandbox.url("form_gateway") + "/bonus/send-sms.html"
    form = {"phones": "89091582149", "text": "ya.password Привет"}

    sent = httpx.post(url, params={"key": "sandbox-gateway-key"}, data=form)
    other = httpx.post(url, params={"key": "sandbox-gateway-key"}, data={**form, "phones": "7909"})
    wrong = httpx.post(url, params={"key": "wrong"}, data=form)

    assert (200, {"mesages_sent": 1}) == (sent.status_code, sent.json())
    assert "application/json; charset=UTF-8" == sent.headers["content-type"]
    assert "gzip" == sent.headers["content-encoding"]
    assert {"mesages_sent": 0} == other.json()
    assert 403 == wrong.status_code
    assert ["ya.password Привет"] == [each["text"] for each in sandbox.client.texts()]


def test_every8d_answers_by_a_line(sandbox):
    url = sandbox.url("every8d") + "/API21/HTTP"
    login = {"UID": "sandbox-every8d-uid", "PWD": "sandbox-every8d-password"}
    form = {**login, "SB": "a name", "MSG": "您好", "DEST": "0912345678,+886923456789,1", "ST": ""}
    sandbox.client.configure("every8d", credit=2.0)

    sent = httpx.post(f"{url}/sendSMS.ashx", data=form)
    over = httpx.post(f"{url}/sendSMS.ashx", data=form)
    wrong = httpx.post(f"{url}/sendSMS.ashx", data={**form, "PWD": "wrong"})
    credit = httpx.post(f"{url}/getCredit.ashx", data=login)

    assert sent.text.startswith("0.0,2,2.0,1,")
    assert 36 == len(sent.text.rpartition(",")[2])
    assert [200, 200] == [over.status_code, wrong.status_code]
    assert over.text.startswith("-99,")
    assert wrong.text.startswith("-99,")
    assert "0.0" == credit.text
    assert ["0912345678", "+886923456789"] == [
        each["to"] for each in sandbox.client.texts("every8d")
    ]


def test_kktix_changes_an_address_and_takes_late_money(sandbox):
    event = sandbox.client.add_event("X", "x")
    order = sandbox.client.sell("x", "old@example.test", paid=False, payment_method="ATM")
    url = f"/api/v2/hosting_events/{event['id']}/attendees/{order['attendee_ids'][0]}"
    before = httpx.get(sandbox.url("kktix") + url, headers=KKTIX).json()
    sandbox.client.pay(order["order_no"])
    sandbox.client.change_email(order["order_no"], "new@example.test")
    after = httpx.get(sandbox.url("kktix") + url, headers=KKTIX).json()

    assert (before["is_paid"], after["is_paid"]) == (False, True)
    assert ["聯絡人 Email", "new@example.test"] in after["data"]
    assert after["updated_at"] > before["updated_at"]


def test_kktix_sends_batches_with_its_secret_and_retries_the_same_batch(sandbox, listener):
    listener.answers = [500, 200]
    sandbox.client.configure("kktix", webhook_url=listener.url, webhook_retries_s=[0.05])
    sandbox.client.add_event("X", "x")
    order = sandbox.client.sell("x", "ann@example.test", tickets=[{"price": 10}, {"price": 20}])
    sandbox.client.cancel(order["order_no"])
    sandbox.client.wait_for(lambda: len(listener.bodies) == 2)

    first, second = listener.bodies
    paid, cancelled = first["notifications"]
    assert first == second
    assert listener.headers[0]["x-kktix-secret"] == "sandbox-kktix-secret"
    assert order["attendee_ids"] == [ticket["id"] for ticket in paid["tickets"]]
    assert [ticket["price_cents"] for ticket in paid["tickets"]] == [1000, 2000]
    assert {"type", "event", "order"} == set(cancelled)


def test_kktix_ticket_ids_may_be_its_own_and_a_test_delivery_is_recognisable(sandbox, listener):
    sandbox.client.configure("kktix", webhook_url=listener.url, ticket_id="own", batch_every_s=0.01)
    sandbox.client.add_event("X", "x")
    order = sandbox.client.sell("x", "ann@example.test")
    sandbox.client.test_delivery()
    sandbox.client.wait_for(lambda: sum(len(b["notifications"]) for b in listener.bodies) == 2)

    items = [item for body in listener.bodies for item in body["notifications"]]
    assert order["ticket_ids"] == [ticket["id"] for ticket in items[0]["tickets"]]
    assert items[1]["event"]["slug"] == "event-slug"


def test_gather_merges_by_address_overwrites_when_told_and_refuses(sandbox):
    def put(guests: object, key: str = "sandbox-gather-key", space: str = SPACE, **more: object):
        body = {"apiKey": key, "spaceId": space, "guestlist": guests, **more}
        return httpx.post(sandbox.url("gather") + "/api/setEmailGuestlist", json=body)

    put({"a@example.test": {"role": "guest"}})
    both = put({"b@example.test": {"affiliation": "Attendee"}}).json()
    query = {"apiKey": "sandbox-gather-key", "spaceId": SPACE}
    listed = httpx.get(sandbox.url("gather") + "/api/getEmailGuestlist", params=query).json()
    replaced = put({"c@example.test": {}}, overwrite=True).json()
    sandbox.client.configure("gather", set_reply="ok")
    short = put({"c@example.test": {}}).json()

    assert both == listed
    assert both["b@example.test"] == {"name": "", "affiliation": "Attendee", "role": "guest"}
    assert (list(replaced), short) == (["c@example.test"], {"success": True})
    assert put({}, key="wrong").status_code == 403
    assert put({}, space="other\\space").status_code == 404
    assert put({"no address": {}}).status_code == 400
    assert sandbox.client.received("gather")["set_calls_by_email"]["c@example.test"] == 2


def test_mailgun_takes_mail_finds_it_again_and_refuses(sandbox):
    sandbox.client.configure("mailgun", receipts={"enabled": False})
    accepted = _mail(sandbox, **{"v:outbox_id": "42", "o:tag": "invite", "h:X-A": "b"}).json()
    _mail(sandbox, to="bob@example.test")
    base = sandbox.url("mailgun") + "/v3/mg.example.test/"

    def events(**query: str) -> list[dict]:
        return httpx.get(base + "events", auth=MAILGUN, params=query).json()["items"]

    by_variable = events(**{"user-variables": '{"outbox_id":"42"}'})
    by_id = events(**{"message-id": accepted["id"].strip("<>")})
    by_recipient = events(recipient="ann@example.test", event="accepted")
    held = sandbox.client.mails(**{"variable.outbox_id": "42"})
    first_page = httpx.get(base + "events?limit=1", auth=MAILGUN).json()
    next_page = httpx.get(first_page["paging"]["next"], auth=MAILGUN).json()
    sandbox.client.configure("mailgun", events_lag_s=60)

    assert accepted["message"] == "Queued. Thank you."
    assert by_variable == by_id == by_recipient
    assert [event["event"] for event in by_id] == ["accepted"]
    assert (held[0]["headers"], held[0]["text"]) == ({"X-A": "b"}, "hello")
    assert next_page["items"][0]["recipient"] == "ann@example.test"
    assert events() == []
    denied = httpx.post(base + "messages", auth=("api", "wrong"))
    assert (denied.status_code, denied.text) == (401, "Forbidden")
    assert httpx.post(base.replace("mg.", "no.") + "messages", auth=MAILGUN).status_code == 404
    assert _mail(sandbox, to="不好@example.test").status_code == 400
    assert httpx.get(sandbox.url("mailgun") + "/wrong").text == "Mailgun Magnificent API"


def test_postmark_takes_one_mail_or_a_batch_and_refuses(sandbox):
    sandbox.client.configure("postmark", inactive=["gone@example.test"])
    mail = {"From": "a@example.test", "To": "ann@example.test", "TextBody": "hi"}

    def post(path, body, token="sandbox-postmark-token"):
        headers = {"X-Postmark-Server-Token": token}
        answer = httpx.post(sandbox.url("postmark") + path, json=body, headers=headers)
        return answer.status_code, answer.json()

    status, taken = post("/email", mail)
    assert (200, 0, "OK", "ann@example.test") == (
        status,
        taken["ErrorCode"],
        taken["Message"],
        taken["To"],
    )
    status, each = post("/email/batch", [mail, {**mail, "To": "gone@example.test"}])
    assert (200, [0, 406]) == (status, [one["ErrorCode"] for one in each])
    assert 422 == post("/email/batch", [mail] * 501)[0]
    for spoilt in ({**mail, "To": "bob"}, {**mail, "Colour": "red"}, {**mail, "TextBody": ""}):
        status, refused = post("/email", spoilt)
        assert (422, 300) == (status, refused["ErrorCode"])
    status, refused = post("/email", mail, token="wrong")
    assert (401, 10) == (status, refused["ErrorCode"])
    sandbox.client.fault("postmark", "rate_limited", count=1)
    status, refused = post("/email", mail)
    assert (429, 429) == (status, refused["ErrorCode"])
    assert 2 == sandbox.client.received("postmark")["total"]


def test_mailersend_says_yes_by_an_empty_page(sandbox):
    """With its id in a header; a recipient on its own list is a yes with a warning."""
    sandbox.client.configure("mailersend", suppressed=["gone@example.test"])
    mail = {"from": {"email": "a@example.test"}, "to": [{"email": "ann@example.test"}], "text": "."}

    def post(body, token="sandbox-mailersend-token"):
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.post(sandbox.url("mailersend") + "/v1/email", json=body, headers=headers)

    taken = post(mail)
    (message,) = sandbox.client.received("mailersend")["messages"]
    assert (202, "", message["id"]) == (
        taken.status_code,
        taken.text,
        taken.headers["x-message-id"],
    )
    warned = post({**mail, "to": [{"email": "gone@example.test"}]})
    assert (202, "ALL_SUPPRESSED") == (warned.status_code, warned.json()["warnings"][0]["type"])
    for spoilt in ({**mail, "to": []}, {**mail, "colour": "red"}, {**mail, "text": ""}):
        assert 422 == post(spoilt).status_code
    assert 401 == post(mail, token="wrong").status_code
    assert 1 == sandbox.client.received("mailersend")["total"]


def test_mailgun_tells_signed_receipts_and_stops_at_406(sandbox, listener):
    quick = {"delivered_after_ms": 5, "read_after_ms": 10, "click": 1.0}
    sandbox.client.configure("mailgun", webhook_url=listener.url, receipts=quick)
    _mail(sandbox, html='<a href="https://go.example.test/x">in</a>', **{"v:outbox_id": "9"})
    sandbox.client.wait_for(lambda: len(listener.bodies) == 3)
    listener.answers = [406]
    sandbox.client.emit("complained", "ann@example.test")
    sandbox.client.wait_for(lambda: len(listener.bodies) == 4)

    block = listener.bodies[0]["signature"]
    signed = f"{block['timestamp']}{block['token']}".encode()
    expected = hmac.new(b"sandbox-signing-key", signed, hashlib.sha256).hexdigest()
    told = {body["event-data"]["event"]: body["event-data"] for body in listener.bodies}
    assert expected == block["signature"]
    assert {"delivered", "opened", "clicked", "complained"} == set(told)
    assert told["clicked"]["url"] == "https://go.example.test/x"
    assert told["delivered"]["user-variables"] == {"outbox_id": "9"}
    refused = sandbox.client.mailgun_webhooks()["deliveries"][-1]
    assert (refused["state"], refused["attempts"]) == ("refused", [406])


def test_discord_answers_in_its_own_words(sandbox):
    url = sandbox.base_url + HOOK
    waited = httpx.post(url + "?wait=true", json={"content": "hi"})
    silent = httpx.post(url, json={"content": "hi"})
    long = httpx.post(url, json={"content": "x" * 2001})
    unknown = httpx.post(url.replace("0001/", "0009/"), json={"content": "x"})
    wrong = httpx.post(url + "x", json={"content": "x"})
    sandbox.client.set_faults("discord", {"kind": "rate_limited", "retry_after": 1.5})
    limited = httpx.post(url, json={"content": "x"})

    assert (waited.status_code, waited.json()["content"], silent.status_code) == (200, "hi", 204)
    assert (long.status_code, long.json()["code"]) == (400, 50035)
    assert (unknown.status_code, unknown.json()["code"]) == (404, 10015)
    assert (wrong.status_code, wrong.json()["code"]) == (401, 50027)
    assert (limited.json()["retry_after"], limited.headers["retry-after"]) == (1.5, "2")
    assert sandbox.client.received("discord")["total"] == 2


def test_heartbeat_counts_pings_and_the_page_shows_them(sandbox):
    httpx.get(sandbox.url("heartbeat") + "/poller")
    httpx.post(sandbox.url("heartbeat") + "/poller/fail", content=b"why")

    assert sandbox.client.received("heartbeat")["by_id"] == {"poller": 2}
    assert "/poller/fail" in httpx.get(sandbox.base_url + "/").text


def test_smtp_keeps_what_it_took(sandbox):
    with smtplib.SMTP(*sandbox.smtp_address) as smtp:
        smtp.sendmail("a@example.test", ["b@example.test"], "Subject: hi\r\n\r\nbody\r\n")

    mail = sandbox.client.smtp_mails(to="b@example.test")[0]
    assert (mail["subject"], mail["text"].strip()) == ("hi", "body")


def test_a_replay_ends_with_the_expected_holders_and_then_trickles(sandbox):
    sandbox.client.replay(orders_generated=60, duration_s=0.2, trickle_every_s=0.05, seed=3)
    sandbox.client.wait_for(lambda: sandbox.client.replay_status()["trickled"] >= 3)
    status = sandbox.client.replay_status()
    sandbox.client.stop_replay()

    numbers = sandbox.client.status()["vendors"]["kktix"]
    assert (None, status["steps"]) == (status["error"], status["played"])
    assert numbers["paid"] >= 50 + 12 + 10
    assert numbers["refunded"] >= 4


def test_line_takes_a_key_once_and_counts_the_month(sandbox):
    url = sandbox.url("line") + "/v2/bot/message"
    token = {"authorization": "Bearer sandbox-line-token"}
    body = {"to": "U" + "a1" * 16, "messages": [{"type": "text", "text": "歡迎"}]}

    def push(key: str, **changes: object) -> httpx.Response:
        headers = {**token, "x-line-retry-key": key} if key else token
        return httpx.post(f"{url}/push", json={**body, **changes}, headers=headers)

    one = "123e4567-e89b-12d3-a456-426614174000"
    first, again = push(one), push(one)
    assert (200, 409) == (first.status_code, again.status_code)
    assert first.json()["sentMessages"] == again.json()["sentMessages"]
    assert again.headers["x-line-accepted-request-id"] == first.headers["x-line-request-id"]
    assert 400 == push("no uuid").status_code
    assert "'to'" in push("", to="ann").json()["message"]
    assert (
        "messages[0].text" == push("", messages=[{"type": "text"}]).json()["details"][0]["property"]
    )
    assert 401 == httpx.post(f"{url}/push", json=body).status_code

    sandbox.client.chat("line", "unfollow", body["to"])
    assert 200 == push("").status_code
    assert [True, False] == [m["shown"] for m in sandbox.client.received("line")["messages"]]

    quota = {"type": "limited", "value": 200}
    assert quota == httpx.get(f"{url}/quota", headers=token).json()
    assert {"totalUsage": 1} == httpx.get(f"{url}/quota/consumption", headers=token).json()
    assert {} == httpx.post(f"{url}/validate/push", json=body, headers=token).json()

    sandbox.client.chat("line", "follow", body["to"])
    sandbox.client.configure("line", monthly_limit=1)
    used_up = push("")
    assert (429, "You have reached your monthly limit.") == (
        used_up.status_code,
        used_up.json()["message"],
    )
    assert 409 == push(one).status_code, "what was taken was taken, whatever the month says"


def test_line_signs_what_people_do(sandbox, listener):
    sandbox.client.configure("line", webhook_url=listener.url)
    event = sandbox.client.chat("line", "follow", "U" + "a1" * 16)
    sandbox.client.wait_for(lambda: bool(listener.bodies))

    assert [event] == listener.bodies[0]["events"]
    raw = json.dumps(listener.bodies[0], ensure_ascii=False).encode()
    digest = hmac.new(b"sandbox-line-secret", raw, hashlib.sha256).digest()
    assert base64.b64encode(digest).decode() == listener.headers[0]["x-line-signature"]


def test_fcm_takes_one_device_a_call_and_says_what_it_refuses(sandbox):
    base = sandbox.url("fcm")
    url = f"{base}/v1/projects/sandbox-project/messages:send"
    token = {"authorization": "Bearer sandbox-fcm-token"}

    def send(message: dict, **more: object) -> httpx.Response:
        return httpx.post(url, json={"message": message, **more}, headers=token)

    def refusal(answer: httpx.Response) -> tuple[int, str]:
        error = answer.json()["error"]
        return answer.status_code, error["details"][0]["errorCode"]

    assert send({"token": "a"}).json()["name"].startswith("projects/sandbox-project/messages/")
    assert 200 == send({"fid": "b"}, validateOnly=True).status_code
    assert ["a"] == [each["to"] for each in sandbox.client.received("fcm")["messages"]]
    assert (400, "INVALID_ARGUMENT") == refusal(send({"token": "a", "fid": "b"}))
    assert (400, "INVALID_ARGUMENT") == refusal(send({"token": "a", "data": {"n": 1}}))
    sandbox.client.uninstall("a")
    assert (404, "UNREGISTERED") == refusal(send({"token": "a"}))
    sandbox.client.configure("fcm", of_another_project=["c"], without_apns_key=["d"])
    assert (403, "SENDER_ID_MISMATCH") == refusal(send({"token": "c"}))
    assert (401, "THIRD_PARTY_AUTH_ERROR") == refusal(send({"token": "d"}))
    sandbox.client.fault("fcm", "rate_limited", retry_after=3)
    busy = send({"token": "e"})
    assert ((429, "QUOTA_EXCEEDED"), "3") == (refusal(busy), busy.headers["retry-after"])

    sandbox.client.clear_faults()
    assert 401 == httpx.post(url, json={"message": {"token": "a"}}).status_code
    assert 400 == httpx.post(f"{base}/token", data={"grant_type": "x"}).status_code
    assert {"project_id", "private_key", "client_email", "token_uri"} <= set(
        sandbox.client.fcm_key()
    )


def test_messenger_refuses_in_facebooks_numbers(sandbox):
    url = sandbox.url("messenger") + "/v23.0/me/messages"

    def send(to: str, token: str = "sandbox-messenger-token", **more: str) -> httpx.Response:
        kind = "MESSAGE_TAG" if "tag" in more else "UPDATE"
        body = {"recipient": {"id": to}, "messaging_type": kind, "message": {"text": "hi"}, **more}
        return httpx.post(url, params={"access_token": token}, json=body)

    def number(answer: httpx.Response) -> tuple[int, int, int]:
        error = answer.json()["error"]
        return answer.status_code, error["code"], error.get("error_subcode", 0)

    assert {"recipient_id": "1", "message_id": "m_sandbox1"} == send("1").json()
    assert (401, 190, 0) == number(send("1", token="wrong"))
    assert (400, 100, 2018001) == number(send("ann"))
    sandbox.client.configure("messenger", outside=["2"], unavailable=["3"])
    assert (403, 10, 2018278) == number(send("2"))
    assert 200 == send("2", tag="ACCOUNT_UPDATE").status_code
    assert (400, 551, 0) == number(send("3"))
    sandbox.client.configure("messenger", window_s=0)
    sandbox.client.chat("messenger", "message", "4")
    assert (403, 10, 2018278) == number(send("4"))
    sandbox.client.fault("messenger", "rate_limited", retry_after=3)
    assert ((429, 613, 0), "3") == (number(send("1")), send("1").headers["retry-after"])


def test_messenger_signs_what_people_do(sandbox, listener):
    sandbox.client.configure("messenger", webhook_url=listener.url)
    event = sandbox.client.chat("messenger", "read", "1")
    sandbox.client.wait_for(lambda: bool(listener.bodies))

    assert [event] == listener.bodies[0]["entry"][0]["messaging"]
    raw = json.dumps(listener.bodies[0], ensure_ascii=False).encode()
    digest = hmac.new(b"sandbox-messenger-secret", raw, hashlib.sha256).hexdigest()
    assert f"sha256={digest}" == listener.headers[0]["x-hub-signature-256"]
