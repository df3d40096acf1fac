"""What templates may say of a sale, looked up for a whole batch when it is rendered."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from postlude.journeys import calendars
from postlude.journeys.timing import try_after
from postlude.messages.types import Leased
from postlude.orders import api as orders
from postlude.orders.types import ConferenceRef, TicketFact
from postlude.orgs import api as orgs

_TICKET = {
    "type": "Regular 一般票",
    "event": "PyCon TW 2023 Registration: Individual",
    "kind": "individual",
    "price": "2790.00 TWD",
    "number": "104",
    "order": "127660001",
}
_CONFERENCE = {
    "name": "PyCon TW 2023",
    "slug": "pycon-2023",
    "starts_at": "2023-09-02T01:00:00+00:00",
    "ends_at": "2023-09-03T10:00:00+00:00",
    "starts": "2023-09-02 09:00",
    "ends": "2023-09-03 18:00",
    "zone": "Asia/Taipei",
    "place": "Academia Sinica, Taipei",
    "website": "https://tw.pycon.org/2023",
}


def providers(*, poll_every: timedelta = timedelta(minutes=2)) -> list[tuple[str, Any, Any]]:
    """Return (name, fn, sample) for `messages.register_provider`.

    `tickets`: those that the mail is about and that are still valid · `conference` · `sale`, with
    the minutes after paying that buyers are asked to wait.
    """
    sale = {"try_after_minutes": try_after(poll_every)}

    def _sale(org: int, leased: Sequence[Leased]) -> dict[int, dict[str, int]]:  # noqa: ARG001
        return {each.message: sale for each in leased}

    return [
        ("tickets", _tickets, [_TICKET]),
        ("conference", _conference, _CONFERENCE),
        ("sale", _sale, {"try_after_minutes": 5}),
    ]


def _tickets(org: int, leased: Sequence[Leased]) -> dict[int, list[dict[str, str]]]:
    wanted = {int(each) for one in leased for each in one.context.get("tickets", ())}
    facts = orders.tickets(org, sorted(wanted))
    return {
        each.message: [
            _shown(facts[int(number)])
            for number in each.context.get("tickets", ())
            if int(number) in facts and facts[int(number)].valid
        ]
        for each in leased
    }


def _shown(ticket: TicketFact) -> dict[str, str]:
    return {
        "type": ticket.ticket_type_name,
        "event": ticket.happening_name,
        "kind": ticket.kind,
        "price": str(ticket.price),
        "number": str(ticket.reg_no or ""),
        "order": ticket.order_number,
    }


def _conference(org: int, leased: Sequence[Leased]) -> dict[int, Mapping[str, str]]:
    wanted = {int(each.context.get("conference", 0)) for each in leased}
    places = calendars.occasions(org, wanted)
    zone = orgs.get(org).zone
    known = {
        row.id: _described(row, zone, *places.get(row.id, ("", "")))
        for row in orders.conferences(org)
        if row.id in wanted
    }
    blank = dict.fromkeys(_CONFERENCE, "")
    return {each.message: known.get(each.context.get("conference", 0), blank) for each in leased}


def _described(row: ConferenceRef, zone: str, place: str, website: str) -> dict[str, str]:
    """`starts` and `ends` are for people: on the organisation's clocks, which `zone` names."""
    return {
        "name": row.name,
        "slug": row.slug,
        "starts_at": row.starts_at.isoformat() if row.starts_at else "",
        "ends_at": row.ends_at.isoformat() if row.ends_at else "",
        "starts": _local(row.starts_at, zone),
        "ends": _local(row.ends_at, zone),
        "zone": zone,
        "place": place,
        "website": website,
    }


def _local(when: datetime | None, zone: str) -> str:
    return f"{when.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if when else ""
