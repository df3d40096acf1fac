"""KKTIX's payloads, whole, as the wire contract has them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from postlude.kernel.inbox import Delivery
from postlude.sources.kktix import readings, webhook
from postlude.sources.kktix.settings import KktixSettings, Labels

PAYLOADS = Path(__file__).parent / "payloads"


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / name).read_text(encoding="utf-8"))


def test_the_attendee_record() -> None:
    it = readings.attendee(payload("attendee.json"), Labels())
    assert ("84740001", "127660001", "CREDITCARD") == (it.id, it.order_number, it.payment_method)
    assert ("王小明", "ann@example.test") == (it.person.name, it.person.email_raw)
    assert ("paid", "2600.00 TWD", 104) == (it.ticket.state, str(it.ticket.price), it.ticket.reg_no)
    assert "search_string" not in repr(it)


def test_the_webhook_batch() -> None:
    batch = payload("webhook-batch.json")
    now = datetime(2026, 4, 18, 6, 5, tzinfo=UTC)
    delivery = Delivery(1, "kktix:kktix", 1, batch["batch_id"], b"", {}, now, 1)
    (paid, buyer), (cancelled, nobody) = [
        webhook._read(delivery, each, KktixSettings()) for each in batch["notifications"]
    ]
    assert datetime(2026, 4, 18, 6, 0, 54, 442000, UTC) == paid.paid_at
    assert [("200000001", "0.00 TWD", True)] == [
        (each.external_id, str(each.price), each.paid) for each in paid.tickets
    ]
    assert buyer is not None
    assert "test@example.test" == buyer.email_raw
    assert datetime(2026, 4, 18, 6, 3, 50, 949000, UTC) == cancelled.cancelled_at
    assert nobody is None
    assert paid.order_number == cancelled.order_number
