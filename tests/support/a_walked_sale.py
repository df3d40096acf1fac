"""A sale of any size put straight into the tables, with every fate a ticket can have, by dice."""

import random
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from postlude.access.models import Grant, Resource
from postlude.kernel import ids, store
from postlude.messages.models import (
    Attempt,
    Message,
    MessageTemplate,
    Sender,
    TemplateVersion,
)
from postlude.orders.models import Conference, Happening, Order, Ticket, TicketType
from postlude.tracking.models import Touch

BEGIN = datetime(2023, 8, 20, 1, 0, tzinfo=UTC)
TYPES = ("一般票 Regular", "學生票 Student", "贊助 Sponsor")
DAYS = 40
_NAMED = {"id", "org_id"}


@cache
def _defaults(model: type) -> dict[str, Any]:
    """Return what the model itself would put into the columns that nobody names."""
    fields = model._meta.concrete_fields
    return {each.attname: each.get_default() for each in fields if each.attname not in _NAMED}


class _Rows:
    """Rows by table, written at once."""

    def __init__(self, org: int) -> None:
        self.org = org
        self._rows: dict[type, list[dict[str, Any]]] = {}
        self._days = 0

    def add(self, model: type, **values: Any) -> int:
        number = ids.new_id()
        row = {**_defaults(model), "id": number, "org": self.org, **values}
        self._rows.setdefault(model, []).append(row)
        return number

    def write(self) -> None:
        with store.write():
            for model in (
                Conference, Happening, TicketType, Order, Ticket, Resource, Grant,
                Sender, MessageTemplate, TemplateVersion, Message, Attempt, Touch,
            ):  # fmt: skip
                rows = self._rows.get(model, [])
                if rows:
                    columns = tuple(rows[0])
                    store.insert_many(model, columns, [tuple(row.values()) for row in rows])


def fill(org: int, tickets: int, *, seed: int = 1, zone_hours: int = 8) -> None:
    """Sell that many tickets of two conferences; one contact in five holds several."""
    dice, rows = random.Random(seed), _Rows(org)
    sender = rows.add(
        Sender, slug="mail", channel="memory", settings={}, from_address="", from_name="",
        reply_to="", rate=1.0, burst=1, window=1, urgent_share=0.1, tokens=0.0, urgent_tokens=0.0,
        tokens_at=0.0, version=0, pause_reason="", failures=0, opened=0, quota_used=0,
        quota_month="",
    )  # fmt: skip
    template = rows.add(MessageTemplate, slug="invite", kind="email")
    version = rows.add(
        TemplateVersion, template_id=template, number=1, digest="", context_sample={},
        created_at=BEGIN,
    )  # fmt: skip
    letters = (sender, version)
    houses = []
    for name in ("pycon", "coscup"):
        conference = rows.add(
            Conference, slug=name, name=name.title(), pattern=f"{name}*", position=len(houses),
            automatic=False,
        )  # fmt: skip
        resources = [
            rows.add(
                Resource,
                conference=conference,
                key=key,
                kind=kind,
                title=key,
                settings={},
                position=0,
                active=True,
                failures=0,
                words="",
            )
            for key, kind in (("gather", "gather"), ("video", "youtube"))
        ]
        happenings = []
        for kind in ("individual", "corporate") if name == "pycon" else ("individual",):
            happening = rows.add(
                Happening, conference_id=conference, source="kktix", slug=f"{name}-{kind}",
                name=f"{name} {kind}", kind=kind, kind_given=True,
            )  # fmt: skip
            types = [rows.add(TicketType, happening_id=happening, name=each) for each in TYPES]
            happenings.append((happening, types))
        houses.append((conference, happenings, resources))
    sold = 0
    while sold < tickets:
        house = houses[0 if dice.random() < 0.8 else 1]
        count = min(tickets - sold, dice.choice((1, 1, 1, 1, 2, 3)))
        _buyer(rows, dice, house, letters, count, zone_hours)
        sold += count
    rows.write()


def _buyer(  # noqa: PLR0917
    rows: _Rows, dice: random.Random, house: Any, letters: Any, count: int, zone: int
) -> None:
    conference, happenings, resources = house
    contact = ids.new_id() if dice.random() < 0.98 else None
    at = BEGIN + timedelta(
        seconds=dice.randrange(DAYS * 86_400), microseconds=dice.randrange(10**6)
    )
    states = []
    for _ in range(count):
        states.append(_ticket(rows, dice, happenings, contact, at, zone))
        at += timedelta(hours=dice.choice((0, 0, 30)))  # the second ticket may come a day later
    if contact is None or "paid" not in states or dice.random() < 0.04:
        return
    granted = _grants(rows, dice, conference, resources, contact, at)
    if granted and dice.random() < 0.96:
        _invite(rows, dice, conference, contact, at, letters, granted)


def _ticket(  # noqa: PLR0917
    rows: _Rows, dice: random.Random, happenings: Any, contact: Any, at: datetime, zone: int
) -> str:
    happening, types = dice.choice(happenings)
    state = dice.choices(("paid", "registered", "cancelled", "refunded"), (85, 7, 4, 4))[0]
    was_paid = state in ("paid", "refunded")
    sold_at = at + timedelta(seconds=dice.randrange(3_600)) if was_paid else None
    placed = at if dice.random() < 0.9 else None
    order = rows.add(
        Order, source="kktix", number=f"N{ids.new_id()}", happening_id=happening,
        payment_method="", placed_at=placed, paid=was_paid, paid_at=sold_at, paid_rank=0,
        cancelled=False, refunded=False, currency="TWD", created_at=at,
    )  # fmt: skip
    rows.add(
        Ticket, source="kktix", external_id=f"E{order}", order_id=order, happening_id=happening,
        ticket_type_id=dice.choice(types), contact=contact, state=state, price_minor=1,
        currency="TWD", paid=was_paid, paid_at=sold_at, paid_rank=0, sold_at=sold_at,
        sold_day=(sold_at + timedelta(hours=zone)).date() if sold_at else None,
        cancelled=state == "cancelled", refunded=state == "refunded",
        first_seen_at=at + timedelta(seconds=5), via="poll",
    )  # fmt: skip
    return str(state)


def _grants(  # noqa: PLR0917
    rows: _Rows, dice: random.Random, conference: int, resources: Any, contact: int, at: datetime
) -> list[int]:
    made = []
    for resource in resources[: dice.choice((1, 2, 2))]:
        state = dice.choices(("granted", "pending", "failed", "revoked"), (92, 3, 3, 2))[0]
        done = (
            at + timedelta(seconds=dice.random() * 20) if state in ("granted", "revoked") else None
        )
        number = rows.add(
            Grant, contact=contact, conference=conference, resource_id=resource, state=state,
            failure="", edition=1, tried=True, attempts=1, words="", due=at, owner="",
            created_at=at, granted_at=done,
        )  # fmt: skip
        if state == "granted":
            made.append(number)
    return made


def _invite(  # noqa: PLR0917
    rows: _Rows,
    dice: random.Random,
    conference: int,
    contact: int,
    at: datetime,
    letters: Any,
    grants: list[int],
) -> None:
    keys = ["invite"] + ["resend"] * (dice.random() < 0.05) + ["addition"] * (dice.random() < 0.05)
    for number, key in enumerate(keys):
        wrote = at + timedelta(seconds=25 + 4_000 * number)
        state = dice.choices(
            ("delivered", "accepted", "bounced", "queued", "failed", "unknown"), (84, 5, 4, 2, 2, 3)
        )[0]
        taken = state in ("delivered", "accepted", "bounced")
        accepted = wrote + timedelta(seconds=dice.random() * 9) if taken else None
        message = rows.add(
            Message, klass="transactional", channel="memory", sender_id=letters[0], node="send",
            template_version_id=letters[1], locale="en", contact=contact,
            key=f"{key}:{ids.new_id()}", context={"conference": conference, "tickets": []},
            on_quiet="delay", testing=dice.random() < 0.01, created_at=wrote,
            deadline=wrote + timedelta(days=9), day=wrote.date(), state=state, reason="",
            provider_id="", accepted_at=accepted, segments=0,
        )  # fmt: skip
        if accepted is not None or state == "unknown":
            _come_back(rows, dice, message, accepted or wrote, state, grants)


def _come_back(  # noqa: PLR0917
    rows: _Rows, dice: random.Random, message: int, at: datetime, state: str, grants: list[int]
) -> None:
    moment = at + timedelta(seconds=1 + dice.random() * 30)
    kinds = {"delivered": ["delivered"], "bounced": ["delivered", "bounced"]}.get(state, [])
    for kind in ["accepted", *kinds[dice.randrange(2) if state == "bounced" else 0 :]]:
        rows.add(
            Attempt, message=message, kind=kind, at=moment, words="", provider_id="", dedup=kind
        )
    if state == "bounced" or (state != "delivered" and dice.random() < 0.7):
        return
    late = dice.choice((60, 3_600, 400_000))  # some read it days after
    for kind, odds in (("open", 0.75), ("open", 0.2), ("click", 0.5), ("access", 0.5)):
        if dice.random() > odds:
            continue
        moment += timedelta(seconds=dice.random() * late)
        rows.add(
            Touch, day=moment.date(), dedup=str(ids.new_id()), kind=kind,
            message=None if kind == "access" else message, link=None,
            subject=dice.choice(grants) if kind == "access" else None, at=moment,
            recorded_at=moment, provider=dice.choice(("own", "own", "mailgun")), origin="",
            agent="browser", reasons=dice.choice((0, 0, 0, 0, 0, 0, 0, 4, 8, 16, 32, 64, 1)),
        )  # fmt: skip
