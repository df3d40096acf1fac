"""A sender, a template and people to write to, made through the rooms' own apis."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from postlude.kernel import clock as kernel_clock
from postlude.kernel import store
from postlude.messages import api as messages
from postlude.messages import providers, traits
from postlude.messages.types import (
    ChannelTraits,
    LocaleText,
    MessageFact,
    NewMessage,
    Outcome,
    State,
)
from postlude.people import api as people
from postlude.people.types import PersonSeen

OWNER = "worker-1"


@dataclass
class Desk:
    """Everything a test of this room needs, in few words."""

    org: int
    sender: int
    version: int

    @property
    def now(self) -> datetime:
        return kernel_clock.now()

    def contact(self, number: int = 0) -> int:
        seen = PersonSeen(f"ann{number}@example.test", None, f"Ann {number}", None, "test")
        found = people.recognise_many(self.org, [seen], now=self.now)[0].contact
        assert found is not None
        return found

    def new(self, key: str, contact: int | None = None, **changes: Any) -> NewMessage:
        facts: dict[str, Any] = {
            "key": key,
            "klass": "transactional",
            "sender": self.sender,
            "contact": self.contact() if contact is None else contact,
            "template_version": self.version,
            "context": {"conference": "PyCon"},
            **changes,
        }
        return NewMessage(**facts)

    def enqueue(self, *new: NewMessage) -> list[int]:
        with store.write():
            return [it.message for it in messages.enqueue_many(self.org, new, now=self.now)]

    def queue(self, count: int, prefix: str = "k", **changes: Any) -> list[int]:
        contact = self.contact()
        return self.enqueue(*(self.new(f"{prefix}{n}", contact, **changes) for n in range(count)))

    def lease(self, limit: int = 32, owner: str = OWNER, **more: Any) -> list[int]:
        found = messages.lease(self.sender, owner=owner, limit=limit, now=self.now, **more)
        return [it.message for it in found]

    def to_wire(self, limit: int = 32, owner: str = OWNER) -> list[int]:
        """Everything up to the wire, as the delivery loop does it."""
        leased = messages.lease(self.sender, owner=owner, limit=limit, now=self.now)
        going = messages.screen(leased, owner=owner, now=self.now)
        rendered, failures = messages.render(going, now=self.now)
        assert not failures
        marked = messages.mark_sending(rendered, owner=owner, now=self.now)
        return [it.message for it in marked]

    def settle(self, sent: list[int], kind: str = "accepted", **more: Any) -> Any:
        outcomes = [Outcome(it, kind, provider_id=f"<{it}@mg>", **more) for it in sent]
        return messages.settle_many(self.sender, outcomes, owner=OWNER, now=self.now)

    def fact(self, message: int) -> MessageFact:
        return messages.state_of(self.org, [message])[message]

    def states(self, numbers: list[int]) -> list[State]:
        found = messages.state_of(self.org, numbers)
        return [found[number].state for number in numbers]


@pytest.fixture
def stamp_file(settings, tmp_path):
    settings.POSTLUDE_STAMP_FILE = tmp_path / "epoch.stamp"
    return settings.POSTLUDE_STAMP_FILE


@pytest.fixture(autouse=True)
def registries(monkeypatch, settings):
    settings.POSTLUDE_BASE_URL = "http://testserver"
    monkeypatch.setattr(providers, "_providers", {})
    monkeypatch.setattr(traits, "_traits", {})
    messages.register_channel_traits("memory", ChannelTraits())
    messages.register_provider(
        "contact",
        lambda org, leased: {it.message: {"name": "Ann"} for it in leased},
        sample={"name": "Ann"},
    )
    messages.register_provider(
        "access",
        lambda org, leased: {
            it.message: {"gather": f"https://gather.test/{it.contact}"} for it in leased
        },
        sample={"*": "https://example.test/go/s"},
    )


TEXT = LocaleText(
    "en",
    "Welcome to {{ context.conference }}",
    html='<html><body><p>Hi {{ contact.name }}</p><a href="{{ access.gather }}">in</a>'
    '<a href="https://pycon.test/faq">faq</a></body></html>',
)


@pytest.fixture
def make_desk(org, clock, stamp_file) -> Callable[..., Desk]:
    def make(**changes: Any) -> Desk:
        facts: dict[str, Any] = {
            "settings": {},
            "rate": 1000.0,
            "burst": 100_000,
            "from_address": "hello@pycon.test",
            **changes,
        }
        sender = messages.ensure_sender(org.id, "mail", "memory", **facts)
        version = messages.publish_template(
            org.id,
            "invitation",
            "invitation",
            [TEXT],
            now=kernel_clock.now(),
            context_sample={"conference": "PyCon"},
        )
        return Desk(org.id, sender, version)

    return make


@pytest.fixture
def desk(make_desk) -> Desk:
    return make_desk()
