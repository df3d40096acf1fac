"""Workers at once write to the same people: nobody gets more than a cap allows, and not less."""

import threading
import time
from collections import Counter

import pytest
from django.db import connections

from postlude.kernel import clock as kernel_clock
from postlude.kernel import store
from postlude.messages import api as messages
from postlude.messages import cap_uses, traits
from postlude.messages.models import Message
from postlude.messages.types import LocaleText, NewMessage, Outcome, Rendered
from postlude.orgs import api as orgs
from postlude.orgs.types import Cap
from postlude.people import api as people
from postlude.people.types import PersonSeen

WORKERS, PEOPLE, EACH = 4, 6, 5


class Desk:
    """Some people, each of whom five offers wait for, of which two a week are allowed."""

    def __init__(self, org: int, clock) -> None:
        self.org, self.clock = org, clock
        self.sender = messages.ensure_sender(
            org, "mail", "memory", settings={}, rate=1e5, burst=1_000_000
        )
        self.version = messages.publish_template(
            org, "t", "t", [LocaleText("en", "S", text="hello")], now=self.now
        )
        orgs.configure(org, caps=[Cap(None, 2, 7)])
        seen = [PersonSeen(f"p{n}@example.test", source="test") for n in range(PEOPLE)]
        found = people.recognise_many(org, seen, now=self.now)
        self.people = [each.contact for each in found]
        for each in self.people:
            people.set_consent(org, each, "email", granted=True, source="t", now=self.now)
        with store.write():
            messages.enqueue_many(
                org,
                [
                    NewMessage(f"{n}:{each}", "marketing", self.sender, each, self.version)
                    for each in self.people
                    for n in range(EACH)
                ],
                now=self.now,
            )

    @property
    def now(self):
        return kernel_clock.now()

    def deliver(self, owner: str, pause: float = 0) -> None:
        """What a worker does with one message after the other, until nothing is due."""
        while leased := messages.lease(self.sender, owner=owner, limit=1, now=self.now):
            going = messages.screen(leased, owner=owner, now=self.now)
            time.sleep(pause)
            ready = [
                Rendered(it.message, self.org, it.contact, it.key, "", "a", "", "", "", "", (), {})
                for it in going
            ]
            sent = messages.mark_sending(ready, owner=owner, now=self.now)
            outcomes = [Outcome(it.message, "accepted") for it in sent]
            messages.settle_many(self.sender, outcomes, owner=owner, now=self.now)

    def together(self, pause: float = 0) -> None:
        start, errors = threading.Barrier(WORKERS), []

        def run(number: int) -> None:
            try:
                start.wait()
                self.deliver(f"w{number}", pause)
            except BaseException as error:
                errors.append(error)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=run, args=(n,)) for n in range(WORKERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [] == errors

    def accepted(self) -> Counter[int]:
        rows = Message.objects.filter(org=self.org, state="accepted")
        return Counter(rows.values_list("contact", flat=True))


@pytest.fixture
def desk(org, clock, settings, tmp_path, monkeypatch) -> Desk:
    settings.POSTLUDE_STAMP_FILE = tmp_path / "epoch.stamp"
    monkeypatch.setattr(traits, "_traits", {})
    return Desk(org.id, clock)


def test_everybody_gets_what_the_cap_allows_and_no_more(desk) -> None:
    """Who is delayed because another's may still fail has a turn some seconds later."""
    for _ in range(6):
        desk.together()
        assert max(desk.accepted().values()) <= 2
        desk.clock.advance(seconds=10)
    assert dict.fromkeys(desk.people, 2) == dict(desk.accepted())
    assert 0 == Message.objects.filter(org=desk.org, state="queued").count()


def test_without_counting_what_is_on_its_way_the_cap_is_passed(desk, monkeypatch) -> None:
    """The guard removed: each worker sees only what was accepted before."""
    monkeypatch.setattr(cap_uses, "_ON_THE_WAY", ("nothing",))
    desk.together(pause=0.02)
    assert max(desk.accepted().values()) > 2
