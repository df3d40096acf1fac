"""What the database and the warehouse say after a run; read with the plainest queries there are."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
from django.conf import settings

from postlude.access.models import Grant
from postlude.journeys.models import Member
from postlude.kernel.models import InboxDelivery, WorkRow
from postlude.messages.models import Message, Outbox
from postlude.orders.models import Ticket
from postlude.people.models import Address
from postlude.sandbox.client import SandboxClient


def gather() -> dict[str, Any]:
    """Return who holds, has and was told what, by e-mail."""
    email = dict(
        Address.objects.filter(kind="email", until=None).values_list("contact_id", "value")
    )

    def name(contact: int | None) -> str:
        return email.get(contact, f"contact without an address")  # noqa: F541

    messages = list(Message.objects.values_list("id", "key", "contact", "state"))
    valid = Ticket.objects.filter(state="paid")
    return {
        "keys": {str(number): key for number, key, _, _ in messages},
        "unknown": sorted(
            name(contact)
            for _, key, contact, state in messages
            if state == "unknown" and key.startswith("invite:")
        ),
        **{
            f"{wanted} notices": sorted(
                name(contact)
                for _, key, contact, state in messages
                if state == wanted and key.startswith("notice:")
            )
            for wanted in ("unknown", "blocked")
        },
        "invitations": sorted(
            name(contact) for _, key, contact, _ in messages if key.startswith("invite:")
        ),
        "holders": sorted({name(contact) for contact in valid.values_list("contact", flat=True)}),
        "granted": sorted(
            {
                name(each)
                for each in Grant.objects.filter(state="granted").values_list("contact", flat=True)
            }
        ),
        "tickets": Ticket.objects.count(),
        "states": sorted(
            # A guest's order carries ids of ours, which differ from life to life.
            [name(contact), "guest", state] if source == "guests" else [order, external, state]
            for source, contact, order, external, state in Ticket.objects.values_list(
                "source", "contact", "order__number", "external_id", "state"
            )
        ),
        "members": Member.objects.count(),
        "left": {
            "work": WorkRow.objects.count(),
            "inbox": InboxDelivery.objects.filter(processed_at=None, dead_reason="").count(),
            "outbox": Outbox.objects.count(),
        },
        "warehouse": len(sold := _rows_of_the_warehouse()),
        "sold": sold,
    }


def _rows_of_the_warehouse() -> list[list[Any]]:
    """Return what is sold, by table, event and ticket, and whether it was refunded."""
    target = settings.POSTLUDE_WAREHOUSE
    found = (
        _rows_far_away(str(target)) if not isinstance(target, Path) else _rows_of_the_file(target)
    )
    return sorted(
        [table, row["event_id"], row["attendee_id"], row["refunded"]]
        for table, rows in found.items()
        if table.startswith("ods_kktix_ticket_")
        for row in rows
    )


def _rows_far_away(target: str) -> dict[str, list[dict[str, Any]]]:
    dataset = urlsplit(target).path.strip("/")
    with SandboxClient(os.environ["BIGQUERY_EMULATOR_HOST"].removesuffix("/bigquery")) as world:
        tables = world.received("bigquery", dataset=dataset)["tables"]
    return {name.rpartition(".")[2]: rows for name, rows in tables.items()}


def _rows_of_the_file(path: Path) -> dict[str, list[dict[str, Any]]]:
    if not path.exists():
        return {}
    with duckdb.connect(str(path), read_only=True) as warehouse:
        tables = warehouse.execute(
            "select table_name from information_schema.tables where table_schema = 'ods'"
        ).fetchall()
        columns = ("event_id", "attendee_id", "refunded")
        return {
            table: [
                dict(zip(columns, row, strict=True))
                for row in warehouse.execute(
                    f'select event_id, attendee_id, refunded from ods."{table}"'
                ).fetchall()
            ]
            for (table,) in tables
        }
