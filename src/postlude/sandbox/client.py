"""A small client of the control API, for tests and the demo."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import httpx

from postlude.kernel import http

Json = dict[str, Any]
_OPTIONS = ("slug", "from", "to", "email")


class SandboxClient:
    """Plays organiser, buyers, readers and bad luck. Every call raises on an error answer."""

    def __init__(self, base_url: str, *, timeout: float = 30) -> None:
        self.base_url = base_url.rstrip("/")
        # The sandbox hangs up after 5 seconds of rest: let go before, or a question meets that.
        self._http = httpx.Client(
            base_url=self.base_url + "/_sandbox",
            timeout=timeout,
            trust_env=False,
            verify=http.trust(),
            limits=httpx.Limits(keepalive_expiry=2),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def status(self) -> Json:
        """Addresses, and a summary by vendor."""
        return self._json("GET", "/")

    def reset(self) -> None:
        """Forget everything, first settings, no faults, no replay."""
        self._json("POST", "/reset")

    # Faults

    def set_faults(self, vendor: str, *rules: Mapping[str, object]) -> list[Json]:
        """Replace a vendor's faults; none given means none."""
        return self._list("PUT", f"/faults/{vendor}", [dict(rule) for rule in rules])

    def fault(self, vendor: str, kind: str, **rule: object) -> None:
        """Add one fault to those already on. Faults already on start counting afresh."""
        keys = ("seen", "fired")
        present = [
            {name: value for name, value in listed.items() if name not in keys}
            for listed in self.faults(vendor)
        ]
        self.set_faults(vendor, *present, {"kind": kind, **rule})

    def faults(self, vendor: str) -> list[Json]:
        """A vendor's faults with `seen` and `fired`."""
        return self._list("GET", f"/faults/{vendor}")

    def clear_faults(self, vendor: str | None = None) -> None:
        """Switch off one vendor's faults, or all."""
        self._call("DELETE", f"/faults/{vendor}" if vendor else "/faults")

    # Any vendor

    def received(self, vendor: str, **query: object) -> Json:
        """What arrived, in the vendor's terms."""
        return self._json("GET", f"/{vendor}/received", params=_text(query))

    def calls(self, vendor: str, limit: int = 100) -> Json:
        """Raw calls with status and fault, and counts."""
        return self._json("GET", f"/{vendor}/calls", params={"limit": str(limit)})

    def configure(self, vendor: str, **settings: object) -> Json:
        """Change settings of a simulator."""
        return self._json("PUT", f"/{vendor}/config", settings)

    # KKTIX

    def add_event(self, name: str, slug: str, *, ended: bool = False) -> Json:
        """Put an event on sale: `{"id", "slug", "name", "book_id", "ended", "attendees"}`."""
        return self._json("POST", "/kktix/events", {"name": name, "slug": slug, "ended": ended})

    def sell(
        self,
        event: int | str,
        email: str,
        *,
        name: str = "",
        mobile: str = "",
        tickets: Sequence[Mapping[str, object]] = ({},),
        **more: object,
    ) -> Json:
        """Sell: `{"order_no", "attendee_ids", "ticket_ids", "state", "is_paid", ...}`."""
        contact = {"name": name, "email": email, "mobile": mobile}
        body = {"event": event, "contact": contact, "tickets": [dict(t) for t in tickets], **more}
        return self._json("POST", "/kktix/sell", body)

    def sell_many(self, sales: Sequence[Mapping[str, object]]) -> list[Json]:
        """Sell a list of raw sell bodies in one call."""
        return self._list("POST", "/kktix/sell", [dict(sale) for sale in sales])

    def pay(self, order_no: int, *, webhook: bool = True) -> Json:
        """The money of an unpaid order arrives."""
        return self._order("pay", order_no, webhook=webhook)

    def cancel(self, order_no: int, *, webhook: bool = True) -> Json:
        """Cancel an order."""
        return self._order("cancel", order_no, webhook=webhook)

    def refund(self, order_no: int, *, webhook: bool = True) -> Json:
        """Cancel a paid order and give the money back."""
        return self._order("refund", order_no, webhook=webhook)

    def change_email(self, order_no: int, email: str) -> Json:
        """Correct the buyer's address."""
        body = {"order_no": order_no, "email": email}
        return self._json("POST", "/kktix/change_email", body)

    def notify(self, order_no: int, kind: str = "order_activated_paid") -> Json:
        """Send an order's webhook again."""
        return self._json("POST", "/kktix/notify", {"order_no": order_no, "type": kind})

    def test_delivery(self) -> Json:
        """Press *test* in the organiser's console."""
        return self._json("POST", "/kktix/test_delivery")

    # Shopify

    def shop(self, verb: str, **said: object) -> Json:
        """Let a buyer `buy`, or `pay`, `cancel`, `refund`, `edit` or `tell` of an order again."""
        return self._json("POST", f"/shopify/{verb}", said)

    # Mailgun, Gather, SMTP

    def mails(self, **query: object) -> list[Json]:
        """Messages Mailgun accepted; filters `to`, `subject`, `limit`, `{"variable.x": ...}`."""
        found: list[Json] = self.received("mailgun", **{"limit": 100_000, **query})["messages"]
        return found

    def emit(self, event: str, recipient: str, **more: object) -> Json:
        """Make a reader do something: delivered, failed, opened, clicked, complained, ..."""
        return self._json("POST", "/mailgun/emit", {"event": event, "recipient": recipient, **more})

    def mailgun_webhooks(self, limit: int = 100) -> Json:
        """Webhook deliveries of Mailgun with their attempts."""
        return self._json("GET", "/mailgun/webhooks", params={"limit": str(limit)})

    def emit_esp(self, esp: str, event: str, recipient: str) -> Json:
        """Make a reader of a mail do something, in the ESP's own name for it: Open, opened, ..."""
        return self._json("POST", f"/{esp}/emit", {"event": event, "recipient": recipient})

    def esp_webhooks(self, esp: str, limit: int = 100) -> Json:
        """Webhook deliveries of Postmark or MailerSend with their attempts."""
        return self._json("GET", f"/{esp}/webhooks", params={"limit": str(limit)})

    def emit_klaviyo(self, metric: str, recipient: str, **more: object) -> Json:
        """Make a reader of a Klaviyo mail do something: Opened Email, Bounced Email, ..."""
        call = {"metric": metric, "recipient": recipient, **more}
        return self._json("POST", "/klaviyo/emit", call)

    def chat(self, app: str, event: str, user: str, **more: object) -> Json:
        """Let a person do something: follow, unfollow or message, on Messenger also read it."""
        return self._json("POST", f"/{app}/happen", {"event": event, "user": user, **more})

    def chat_webhooks(self, app: str, limit: int = 100) -> Json:
        """Webhook deliveries of a chat app with their attempts."""
        return self._json("GET", f"/{app}/webhooks", params={"limit": str(limit)})

    def fcm_key(self) -> Json:
        """The key of a service account that the FCM simulator knows."""
        return self._json("GET", "/fcm/key")

    def uninstall(self, device: str) -> None:
        """The app is removed from a device: FCM does not know it any more."""
        self._json("POST", "/fcm/uninstall", {"device": device})

    def guests(self, space: str | None = None) -> Json:
        """The guest list of a space (of the only one, where none is named)."""
        spaces: Json = self.received("gather")["spaces"]
        if space is not None:
            return dict(spaces.get(space, {}))
        return {email: guest for guests in spaces.values() for email, guest in guests.items()}

    def smtp_mails(self, **query: object) -> list[Json]:
        """Messages the SMTP sink took."""
        found: list[Json] = self.received("smtp", **{"limit": 100_000, **query})["messages"]
        return found

    # Text messages

    def texts(self, vendor: str = "form_gateway", **query: object) -> list[Json]:
        """Texts that reached a phone: `{"number", "at", "to", "text"}`; filters `to`, `limit`."""
        found: list[Json] = self.received(vendor, **{"limit": 200_000, **query})["messages"]
        return found

    def gateway_calls(self, after: int = 0) -> list[Json]:
        """Calls of the form gateway, with how each ended: `{"number", "to", "text", …}`."""
        found = self._json("GET", "/form_gateway/log", params={"after": str(after)})
        return list(found["calls"])

    # Discord

    def ask(self, command: str, **call: object) -> Json:
        """Type `/event <command>`; see `Ask` for what may be said. Returns the interaction."""
        options = {k: v for k, v in call.items() if k in _OPTIONS}
        rest = {k: v for k, v in call.items() if k not in _OPTIONS}
        return self._json("POST", "/discord/ask", {"command": command, "options": options, **rest})

    def press(self, interaction: str, button: int = 0, **call: object) -> Json:
        """Press a button under the message of an interaction."""
        body = {"interaction": interaction, "button": button, **call}
        return self._json("POST", "/discord/press", body)

    def interaction(self, number: str) -> Json:
        """One interaction as it stands now."""
        return self._json("GET", f"/discord/interactions/{number}")

    def kill_token(self, number: str) -> None:
        """Let the token of an interaction die before its time."""
        self._json("DELETE", f"/discord/interactions/{number}/token")

    # BigQuery

    def fail_jobs(
        self, kind: str, reason: str, message: str = "An internal error occurred.", count: int = 1
    ) -> None:
        """Let the next `count` jobs of a kind (`load`, `query`) be done with an error."""
        body = {"kind": kind, "reason": reason, "message": message, "count": count}
        self._list("POST", "/bigquery/fail_jobs", body)

    def lose_dataset(self, project: str, dataset: str) -> None:
        """Delete a dataset with all that is in it."""
        self._json("POST", "/bigquery/drop_dataset", {"project": project, "dataset": dataset})

    # Replay

    def replay(self, **call: object) -> Json:
        """Start selling a whole conference; see `ReplayCall` for what may be said."""
        return self._json("POST", "/replay", call)

    def replay_status(self) -> Json:
        """How far the replay is."""
        return self._json("GET", "/replay")

    def stop_replay(self) -> None:
        """End the replay and its trickle."""
        self._json("DELETE", "/replay")

    def wait_for(self, reached: Callable[[], bool], *, within_s: float = 30) -> None:
        """Poll until `reached()`; a TimeoutError says it never was."""
        until = time.monotonic() + within_s
        while not reached():
            if time.monotonic() > until:
                raise TimeoutError("what was waited for did not happen")
            time.sleep(0.02)

    def _order(self, verb: str, order_no: int, *, webhook: bool) -> Json:
        return self._json("POST", f"/kktix/{verb}", {"order_no": order_no, "webhook": webhook})

    def _json(
        self, method: str, path: str, body: object = None, params: Mapping[str, str] | None = None
    ) -> Json:
        found: Json = self._call(method, path, body, params)
        return found

    def _list(self, method: str, path: str, body: object = None) -> list[Json]:
        found: list[Json] = self._call(method, path, body)
        return found

    def _call(
        self, method: str, path: str, body: object = None, params: Mapping[str, str] | None = None
    ) -> Any:
        answer = self._http.request(method, path, json=body, params=params)
        if answer.is_error:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json()


def _text(query: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in query.items()}
