from collections.abc import Iterator

import httpx
import pytest

from postlude.channels import registry
from postlude.channels.memory import Memory
from postlude.kernel import store
from postlude.kernel.clock import now
from postlude.messages import api as messages
from postlude.messages.types import LocaleText, NewMessage
from postlude.people import api as people
from postlude.people.types import PersonSeen
from support.beacons import SHOP, Page
from support.collecting import collecting

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36"
)


@pytest.fixture
def collector(db) -> Iterator[httpx.Client]:
    """A browser in front of a running collector."""
    with (
        collecting() as address,
        httpx.Client(base_url=address, headers={"user-agent": CHROME}, trust_env=False) as client,
    ):
        yield client


class Mail:
    """One message with one link, and its token."""

    def __init__(
        self,
        org: int,
        *,
        testing: bool = False,
        klass: str = "marketing",
        to: str = "https://example.test/welcome?a=1&b=2",
    ) -> None:
        channel = Memory()
        registry.register(channel)
        sender = messages.ensure_sender(
            org, "mail", "memory", settings={}, rate=100, from_address="a@example.test"
        )
        text = LocaleText(
            "en",
            subject="Hi",
            html=f'<p><a href="{to.replace("&", "&amp;")}">Go</a></p>',
            text=f"Go: {to}",
        )
        template = messages.publish_template(org, "hi", "news", [text], now=now())
        seen = PersonSeen("ann@example.test", source="test", reference="test:1")
        contact = people.recognise_many(org, [seen], now=now())[0].contact or 0
        new = NewMessage(
            key=f"hi:{testing}",
            klass=klass,
            sender=sender,
            contact=contact,
            template_version=template,
            locale="en",
            testing=testing,
        )
        with store.write():
            (enqueued,) = messages.enqueue_many(org, [new], now=now())
        self.org, self.contact, self.message = org, contact, enqueued.message
        self.token = messages.token_of(enqueued.message)


@pytest.fixture
def page(collector, org) -> Page:
    return Page(collector, org.id)


@pytest.fixture
def sent(org) -> Mail:
    return Mail(org.id)


@pytest.fixture
def to_shop(org) -> Mail:
    """A mail that leads to the shop, which has a beacon."""
    return Mail(org.id, to=f"{SHOP}/hats?size=m&pl_click=x#red")


@pytest.fixture
def test_send(org) -> Mail:
    return Mail(org.id, testing=True)
