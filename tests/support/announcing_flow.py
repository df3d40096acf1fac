"""What the child process of `killing` does with Klaviyo: announce, send, read what came of it."""

import os
import time
from datetime import datetime, timedelta

import httpx

from postlude.channels import api as channels
from postlude.channels.klaviyo.events import external_id
from postlude.channels.types import Announcement
from postlude.kernel import clock, jobs
from postlude.messages import api as messages
from postlude.messages.types import DispatchState, LocaleText
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.wiring import registry
from support import ticket_sales

PEOPLE = ticket_sales.emails(5)
NAME, DROPPED, SENDER = "tomorrow", "dropped", "news"
_ROUNDS, _STEP_S = 120, 3
_API = "application/vnd.api+json"


class _Ahead:
    def __init__(self, seconds: float) -> None:
        self._delta = timedelta(seconds=seconds)
        self._system = clock.SystemClock()

    def now(self) -> datetime:
        return self._system.now() + self._delta


def before() -> int:
    """A conference with five buyers, and a sender of campaigns, at any hour of the night."""
    registry.at_start()
    org = orgs.all_orgs()[0]
    orgs.configure(org.id, quiet_from=None, quiet_to=None)
    messages.ensure_sender(
        org.id,
        SENDER,
        "klaviyo_campaign",
        settings={"api_key": "${KLAVIYO_API_KEY}", "base_url": "${KLAVIYO_URL}"},
        rate=10,
        from_address="hello@example.test",
    )
    text = LocaleText("zh-Hant", "明天見", html="<p>{{ contact.name }}</p>")
    messages.publish_template(org.id, "see-you", "email", [text], now=clock.now())
    ticket_sales.sell(org.id, *PEOPLE)
    return 0


def announce() -> int:
    """Announce, work until it is over, and take what Klaviyo reports."""
    registry.at_start()
    org = orgs.all_orgs()[0]
    for name in (NAME, DROPPED):
        wanted = Announcement(name, SENDER, "see-you", ticket_sales.CONFERENCE, "test")
        channels.announce(org.id, wanted, now=clock.now())
        if name == DROPPED:
            messages.cancel_dispatch(org.id, name, actor="test", now=clock.now())
        else:
            _work(org.id)
    _reports(org.id)
    sent = messages.dispatch(org.id, NAME).state is DispatchState.SENT
    return 0 if sent else 1


def _work(org: int) -> None:
    """The clock runs fast, so that what is waited for after a lost answer comes soon."""
    for n in range(_ROUNDS):
        with clock.use(_Ahead(n * _STEP_S)):
            jobs.run_once("channels.announce")
            jobs.run_once("channels.recover")
        if messages.dispatch(org, NAME).finished_at is not None:
            return
        time.sleep(0.03)


def _reports(org: int) -> None:
    """Everybody's mail has arrived; one says no by a mail that was not ours."""
    contact = people.find(org, PEOPLE[0])
    assert contact is not None
    person = {"email": PEOPLE[0], "external_id": external_id(contact)}
    said = {
        "metric": {"data": {"type": "metric", "attributes": {"name": "Unsubscribed"}}},
        "profile": {"data": {"type": "profile", "attributes": person}},
        "properties": {"$message": "theirs"},
        "unique_id": "no",
    }
    key = os.environ["KLAVIYO_API_KEY"]
    httpx.post(
        f"{os.environ['KLAVIYO_URL']}/api/events",
        json={"data": {"type": "event", "attributes": said}},
        headers={
            "authorization": f"Klaviyo-API-Key {key}",
            "revision": "2026-07-15",
            "content-type": _API,
        },
        trust_env=False,
    ).raise_for_status()
    with clock.use(_Ahead(5)):
        jobs.run_once("channels.poll_reports")
        jobs.run_once("kernel.receipts")
