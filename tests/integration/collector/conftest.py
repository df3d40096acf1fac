import threading
from collections.abc import Iterator

import httpx
import pytest
import uvicorn

from postlude.channels import registry
from postlude.channels.memory import Memory
from postlude.collector.app import create_app
from postlude.kernel import store
from postlude.kernel.clock import now
from postlude.messages import api as messages
from postlude.messages.types import LocaleText, NewMessage
from postlude.people import api as people
from postlude.people.types import PersonSeen

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36"
)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = threading.Event()

    async def startup(self, sockets=None) -> None:
        await super().startup(sockets)
        self.listens.set()


@pytest.fixture
def collector(db) -> Iterator[httpx.Client]:
    """A browser in front of a running collector."""
    config = uvicorn.Config(create_app(), port=0, log_level="error", lifespan="on")
    server = _Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    assert server.listens.wait(10)
    port = server.servers[0].sockets[0].getsockname()[1]
    with httpx.Client(
        base_url=f"http://127.0.0.1:{port}", headers={"user-agent": CHROME}, trust_env=False
    ) as client:
        yield client
    server.should_exit = True
    thread.join(10)


class Mail:
    """One message with one link, and its token."""

    def __init__(self, org: int, *, testing: bool = False, klass: str = "marketing") -> None:
        channel = Memory()
        registry.register(channel)
        sender = messages.ensure_sender(
            org, "mail", "memory", settings={}, rate=100, from_address="a@example.test"
        )
        text = LocaleText(
            "en",
            subject="Hi",
            html='<p><a href="https://example.test/welcome?a=1&amp;b=2">Go</a></p>',
            text="Go: https://example.test/welcome?a=1&b=2",
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
def sent(org) -> Mail:
    return Mail(org.id)


@pytest.fixture
def test_send(org) -> Mail:
    return Mail(org.id, testing=True)
