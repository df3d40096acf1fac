"""What the database and the warehouse say after a run; read with the plainest queries there are."""

from typing import Any

import duckdb
from django.conf import settings

from postlude.access.models import Grant
from postlude.journeys.models import Member
from postlude.kernel.models import InboxDelivery, WorkRow
from postlude.messages.models import Message, Outbox
from postlude.orders.models import Ticket
from postlude.people.models import Address


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
            [order, external, state]
            for order, external, state in Ticket.objects.values_list(
                "order__number", "external_id", "state"
            )
        ),
        "members": Member.objects.count(),
        "left": {
            "work": WorkRow.objects.count(),
            "inbox": InboxDelivery.objects.filter(processed_at=None, dead_reason="").count(),
            "outbox": Outbox.objects.count(),
        },
        "warehouse": _rows_of_the_warehouse(),
    }


def _rows_of_the_warehouse() -> int:
    if not settings.POSTLUDE_WAREHOUSE.exists():
        return 0
    with duckdb.connect(str(settings.POSTLUDE_WAREHOUSE), read_only=True) as warehouse:
        tables = warehouse.execute(
            "select table_name from information_schema.tables where table_schema = 'ods'"
            " and table_name like 'ods_kktix_ticket_%'"
        ).fetchall()
        return sum(
            row[0]
            for (table,) in tables
            for row in warehouse.execute(f'select count(*) from ods."{table}"').fetchall()
        )
