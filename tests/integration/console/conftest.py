"""A small sale filled in through the rooms' own doors, with every fate a buyer can have."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from postlude.access import api as access
from postlude.access.types import MapRule, Resource
from postlude.console.readings import board
from postlude.kernel import clock as kernel_clock
from postlude.kernel import ids, store
from postlude.kernel.jobs import Budget
from postlude.kernel.money import Money
from postlude.messages import api as messages
from postlude.messages.types import LocaleText, NewMessage, Outcome, Receipt
from postlude.orders import api as orders
from postlude.orders.types import EventSeen, SaleSeen, TicketSeen
from postlude.orgs import api as orgs
from postlude.orgs.types import OrgRef
from postlude.people import api as people
from postlude.people.types import PersonSeen
from postlude.tracking import api as tracking
from postlude.tracking.types import Hit, TouchKind

KINDS = [("*Individual*", "individual"), ("*Corporate*", "corporate"), ("*Reserved*", "reserved")]
EVENTS = {
    "ind": ("PyCon TW 2023 Registration: Individual", ("一般票 Regular", "學生票 Student")),
    "corp": ("PyCon TW 2023 Registration: Corporate", ("企業票（with Pyckage）",)),
    "res": (
        "PyCon TW 2023 Registration: Reserved【Speaker】",
        ("講者票 Speaker", "Sponsor 贊助票"),
    ),
}
FAMILY = "陳林黃張李王吳劉蔡楊"
FATES = ("opened", "delivered", "accepted", "unknown", "bounced", "failed", "waiting", "refunded")
SECRET = "Zebulon"  # a name that may not appear anywhere unmasked


@dataclass(frozen=True)
class Sale:
    """What was filled in."""

    org: OrgRef
    conference: int
    contacts: dict[str, int]
    messages: dict[str, int]


def fill(org: OrgRef, plan: Sequence[str], *, spread: float = 30.0, seed: int = 3) -> Sale:
    """Sell one ticket per word of `plan`, each with that fate, ending now."""
    dice, now = random.Random(seed), kernel_clock.now()
    start = now - timedelta(seconds=spread * len(plan))
    conference = _prepare(org, now)
    contacts: dict[str, int] = {}
    letters: dict[str, int] = {}
    sender, version = _sender(org), _template(org, now)
    for number, fate in enumerate(plan):
        key, at = f"{fate}-{number}", start + timedelta(seconds=spread * number)
        contact = _buy(org, key, number, fate, at, dice)
        contacts[key] = contact
        if fate in ("waiting", "unpaid"):
            continue
        access.grant_many(org.id, conference, [contact], now=at)
        with kernel_clock.use(kernel_clock.FrozenClock(at + timedelta(seconds=1))):
            access.authorise(Budget(5))
        _write(org, sender, version, contact, key, fate, conference, at, dice, letters)
        if fate == "refunded":
            _sell(org, key, number, contact, at, dice, refunded_at=at + timedelta(seconds=20))
            access.revoke_unentitled(org.id, conference, [contact], now=now)
    board.forget()
    return Sale(org, conference, contacts, letters)


def _prepare(org: OrgRef, now: datetime) -> int:
    orders.configure_kinds(org.id, KINDS)
    made = orders.ensure_conference(
        org.id,
        "pycon-2023",
        name="PyCon TW 2023",
        pattern="PyCon TW 2023*",
        starts_at=now + timedelta(days=1),
        ends_at=now + timedelta(days=2),
    )
    video = Resource("video", "youtube", "YouTube stream", {"url": "https://youtu.be/abc123"})
    access.define_resources(org.id, made.id, [video], now=now)
    access.define_map(org.id, made.id, [MapRule("*", "*", ("video",))], now=now)
    return made.id


def _sender(org: OrgRef) -> int:
    return messages.ensure_sender(
        org.id, "mail", "memory", settings={}, rate=1000.0, from_address="hi@pycon.test"
    )


def _template(org: OrgRef, now: datetime) -> int:
    html = "<h1>Welcome</h1><p>You can enter now.</p>"
    text = LocaleText("en", subject="Your way in", html=html, text="You can enter now.")
    return messages.publish_template(org.id, "invite", "email", [text], now=now)


def _buy(  # noqa: PLR0917
    org: OrgRef, key: str, number: int, fate: str, at: datetime, dice: random.Random
) -> int:
    family = dice.choice(FAMILY)
    email = f"{SECRET.lower()}{number}@example.test" if fate != "noaddress" else "王 小明@例子"
    person = PersonSeen(
        email,
        f"+88691234{number:04d}",
        f"{family}{SECRET}{number}",
        "en",
        "kktix",
        f"kktix:attendee:{5000 + number}",
    )
    contact = people.recognise_many(org.id, [person], now=at)[0].contact
    assert contact is not None
    _sell(org, key, number, contact, at, dice)
    return contact


def _sell(  # noqa: PLR0917
    org: OrgRef,
    key: str,
    number: int,
    contact: int,
    at: datetime,
    dice: random.Random,
    refunded_at: datetime | None = None,
) -> None:
    slug = ("ind", "ind", "ind", "corp", "res")[number % 5]
    name, types = EVENTS[slug]
    price, paid = Money.parse("2790.0", "TWD"), not key.startswith("unpaid")
    ticket = TicketSeen(
        str(5000 + number),
        types[number % len(types)],
        price,
        paid,
        "paid" if paid else "registered",
        reg_no=number + 1,
        source_updated_at=at,
    )
    sale = SaleSeen(
        "kktix",
        EventSeen(None, slug, name, None),
        f"{900_000 + number}",
        "webhook",
        (ticket,),
        contact,
        placed_at=at,
        paid_at=at if paid else None,
        payment_method="CREDIT_CARD",
    )
    if refunded_at is not None:
        gone = replace(ticket, state="refunded", source_updated_at=refunded_at)
        sale = replace(
            sale,
            tickets=(gone,),
            cancelled_at=refunded_at,
            refunded_at=refunded_at,
            refunded=price,
        )
    orders.upsert_sales(org.id, [sale], now=refunded_at or at + timedelta(milliseconds=300))


def _write(  # noqa: PLR0917
    org: OrgRef,
    sender: int,
    version: int,
    contact: int,
    key: str,
    fate: str,
    conference: int,
    at: datetime,
    dice: random.Random,
    letters: dict[str, int],
) -> None:
    at += timedelta(seconds=1)
    new = NewMessage(
        key=f"invite:{conference}:{contact}",
        klass="transactional",
        sender=sender,
        contact=contact,
        template_version=version,
        locale="en",
        context={"conference": conference},
        lane=0,
        node="invite",
    )
    with store.write():
        message = messages.enqueue_many(org.id, [new], now=at)[0].message
    letters[key] = message
    if fate == "granted":
        return
    leased = messages.lease(sender, owner="demo", limit=10, now=at)
    rendered, _ = messages.render(leased, now=at)
    messages.mark_sending(rendered, owner="demo", now=at)
    kind = {"unknown": "unknown", "failed": "failed"}.get(fate, "accepted")
    words = {"unknown": "the answer was lost", "failed": "550 no such mailbox"}.get(fate, "Queued")
    accepted_at = at + timedelta(seconds=0.4 + 2.6 * dice.random() ** 2)
    outcome = Outcome(message, kind, f"<{ids.new_id()}@mg>", words)
    messages.settle_many(sender, [outcome], owner="demo", now=accepted_at)
    if fate in ("delivered", "opened", "refunded", "bounced"):
        after = accepted_at + timedelta(seconds=3)
        receipt = "bounced" if fate == "bounced" else "delivered"
        messages.record_receipts(org.id, [Receipt(receipt, after, message)], now=after)
    if fate == "opened":
        seen = accepted_at + timedelta(seconds=4)
        hits = [Hit(TouchKind.OPEN, message, seen), Hit(TouchKind.CLICK, message, seen, link=1)]
        tracking.record_many(org.id, hits, now=seen)


@pytest.fixture
def sale(org: OrgRef, clock: object) -> Sale:
    """One buyer of each fate."""
    return fill(org, FATES)


@pytest.fixture
def staff(org: OrgRef) -> dict[str, str]:
    """One member of each role, and a member of another organisation; passwords are all alike."""
    other = orgs.create("rival", "Rival Conf", zone="Asia/Tokyo", currency="JPY")
    for role in orgs.Role:
        orgs.add_staff(org.id, role.value, "correct horse battery", role.value)
    orgs.add_staff(other.id, "outsider", "correct horse battery", "owner")
    return {"password": "correct horse battery"}
