"""The rows of a sale, as the two exports have them, and writing them out again."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from postlude.sandbox.sale.columns import ATTENDEE_COLUMNS, ORDER_COLUMNS

Row = dict[str, str]

ORDER_NO = "訂單編號"
EMAIL = "聯絡人 Email"
NAME = "聯絡人 姓名"
MOBILE = "聯絡人 手機"
BUYER_EMAIL, BUYER_NAME, BUYER_MOBILE = "Email", "姓名", "手機"
STATE, PAYMENT, PAID_AT, CANCELLED_AT = "票券狀態", "付款狀態", "付款時間", "取消時間"
TICKET, PRICE, TOTAL = "票種", "票面價格", "票券總價"


@dataclass(frozen=True, slots=True)
class EventSale:
    """One event's sale: its attendee export and its orders export."""

    name: str
    slug: str
    kind: str
    attendees: tuple[Row, ...]
    orders: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Sale:
    """The events of one conference. The first is the individual one, of the exports' size."""

    events: tuple[EventSale, ...]
    origin: str

    @property
    def individual(self) -> EventSale:
        """The event most people buy at."""
        return self.events[0]


def read_csv(path: Path) -> tuple[Row, ...]:
    """All rows of an export, with or without a byte-order mark."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return tuple(csv.DictReader(file))


def write_csv(path: Path, rows: Iterable[Row], columns: Iterable[str]) -> None:
    """Write an export the way KKTIX does: UTF-8, no byte-order mark."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(columns), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_sale(sale: Sale, folder: Path) -> dict[str, tuple[Path, Path]]:
    """Write `attendees-<slug>.csv` and `orders-<slug>.csv` per event; the paths by slug."""
    folder.mkdir(parents=True, exist_ok=True)
    written: dict[str, tuple[Path, Path]] = {}
    for event in sale.events:
        attendees = folder / f"attendees-{event.slug}.csv"
        orders = folder / f"orders-{event.slug}.csv"
        write_csv(attendees, event.attendees, _columns(event.attendees, ATTENDEE_COLUMNS))
        write_csv(orders, event.orders, _columns(event.orders, ORDER_COLUMNS))
        written[event.slug] = (attendees, orders)
    return written


def _columns(rows: tuple[Row, ...], usual: tuple[str, ...]) -> Iterable[str]:
    return rows[0].keys() if rows else usual
