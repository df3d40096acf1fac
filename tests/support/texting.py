"""Text messages through a vendor of the sandbox: a sender, a template, people with phones."""

from collections.abc import Sequence
from dataclasses import dataclass

from postlude.channels import api as channels
from postlude.kernel import clock, jobs, store
from postlude.messages import api as messages
from postlude.messages.types import LocaleText, NewMessage
from postlude.orgs import api as orgs
from postlude.orgs.types import Fee
from postlude.people import api as people
from postlude.people.types import Actor, CustomerSeen
from postlude.sandbox.client import Json, SandboxClient
from postlude.sandbox.server import Sandbox

SECRETS = {
    "GATEWAY_KEY": "sandbox-gateway-key",
    "EVERY8D_UID": "sandbox-every8d-uid",
    "EVERY8D_PASSWORD": "sandbox-every8d-password",
}
CHANNELS = ("form_gateway", "every8d")
TEXT = "Как насчет подарков? Дарим 100 бонусов на 2 недели"


def settings_of(channel: str, sandbox: Sandbox) -> dict[str, str]:
    """What the playbook would give a sender by this vendor."""
    if channel == "every8d":
        return {
            "base_url": sandbox.url("every8d"),
            "uid": "${EVERY8D_UID}",
            "password": "${EVERY8D_PASSWORD}",
        }
    return {
        "url": sandbox.url("form_gateway") + "/bonus/send-sms.html",
        "key": "${GATEWAY_KEY}",
    }


@dataclass
class Texter:
    """An organisation in the vendor's country, its sender and a text with nobody's name."""

    channel: str
    sandbox: Sandbox
    org: int = 0
    sender: int = 0
    template: int = 0

    def __post_init__(self) -> None:
        russian = self.channel == "form_gateway"
        zone, currency = ("Europe/Moscow", "RUB") if russian else ("Asia/Taipei", "TWD")
        region = "RU" if russian else "TW"
        ref = orgs.create(
            "texts", "Texts", zone=zone, currency=currency, locale="ru", region=region
        )
        self.org = ref.id
        self.sender = messages.ensure_sender(
            self.org,
            "sms",
            self.channel,
            settings=settings_of(self.channel, self.sandbox),
            rate=1_000,
            burst=1_000,
        )
        self.template = self.publish(TEXT)
        orgs.configure(self.org, fees={"sms": Fee(135)})

    @property
    def control(self) -> SandboxClient:
        return self.sandbox.client

    def publish(self, text: str, slug: str = "gift") -> int:
        return messages.publish_template(
            self.org, slug, "sms", [LocaleText("ru", text=text)], now=clock.now()
        )

    def enqueue(self, *phones: str, **changes: object) -> list[int]:
        who = [CustomerSeen(phone=each) for each in phones]
        kept = people.upsert_customers(
            self.org, who, actor=Actor("system", "test"), now=clock.now()
        )
        return self.write([each.contact or 0 for each in kept], **changes)

    def write(self, contacts: Sequence[int], **changes: object) -> list[int]:
        new = [
            NewMessage(
                **{
                    "key": f"gift:{contact}",
                    "klass": "transactional",
                    "sender": self.sender,
                    "contact": contact,
                    "template_version": self.template,
                    "locale": "ru",
                    **changes,
                }
            )
            for contact in contacts
        ]
        with store.write():
            return [it.message for it in messages.enqueue_many(self.org, new, now=clock.now())]

    def deliver(self) -> int:
        return channels.deliver(jobs.Budget(20))

    def states(self, numbers: Sequence[int]) -> list[str]:
        facts = messages.state_of(self.org, numbers)
        return [str(facts[number].state) for number in numbers]

    def arrived(self, **query: object) -> list[Json]:
        return self.control.texts(self.channel, **query)

    def phone(self, number: int = 0) -> str:
        """A phone of the vendor's country, as E.164."""
        prefix = "+7909" if self.channel == "form_gateway" else "+88691"
        return f"{prefix}{1_582_149 + number}"

    def spelled(self, number: int = 0) -> str:
        """The same phone as the vendor wants it."""
        prefix = "8909" if self.channel == "form_gateway" else "091"
        return f"{prefix}{1_582_149 + number}"
