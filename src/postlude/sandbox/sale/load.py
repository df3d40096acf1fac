"""Choosing a sale: files given, files found beside the repository, or one made up.

The real exports are anonymised: `Email_03291` where an address was. The fixture step makes them
presentable and never writes them anywhere.
"""

from __future__ import annotations

import random
import re
from pathlib import Path

from postlude.sandbox.sale.extras import with_extras
from postlude.sandbox.sale.generate import INDIVIDUAL, INDIVIDUAL_SLUG, generate_sale
from postlude.sandbox.sale.people import Crowd
from postlude.sandbox.sale.rows import (
    BUYER_EMAIL,
    BUYER_MOBILE,
    BUYER_NAME,
    EMAIL,
    MOBILE,
    NAME,
    ORDER_NO,
    EventSale,
    Row,
    Sale,
    read_csv,
)

_EMAIL = re.compile(r"Email_(\d+)")
_PHONE = re.compile(r"Phone_(\d+)")
_SHARED = Path("shared/data/kktix")


def load_sale(attendees: Path | None = None, orders: Path | None = None, seed: int = 0) -> Sale:
    """The given exports, else the anonymised ones beside the repository, else a generated sale."""
    if (attendees is None) != (orders is None):
        raise ValueError("give both exports, attendees and orders, or neither")
    if attendees is None or orders is None:
        folder = _shared_folder()
        if folder is None:
            return generate_sale(seed)
        attendees = folder / "attendees-2023.csv"
        orders = folder / "orders-2023.csv"
    return fixture_sale(read_csv(attendees), read_csv(orders), seed)


def fixture_sale(attendees: tuple[Row, ...], orders: tuple[Row, ...], seed: int = 0) -> Sale:
    """The documented fixture step: addresses and numbers made valid, the other events added."""
    people = tuple(_presentable(row) for row in attendees)
    by_order = {row[ORDER_NO]: row for row in people}
    crowd = Crowd(random.Random(f"fixture/{seed}"), mark="c")
    named: list[Row] = []
    for row in orders:
        holder = by_order.get(row[ORDER_NO])
        if holder is not None:
            contact = (holder[NAME], holder[EMAIL], holder[MOBILE])
        else:
            person = crowd.person()
            contact = (person.name, person.email, person.mobile)
        named.append(row | dict(zip((BUYER_NAME, BUYER_EMAIL, BUYER_MOBILE), contact, strict=True)))
    event = EventSale(INDIVIDUAL, INDIVIDUAL_SLUG, "individual", people, tuple(named))
    return Sale(with_extras(event, seed), origin="files")


def presentable_email(text: str) -> str:
    """`Email_03291` becomes `email_03291@example.test`; anything else stays."""
    found = _EMAIL.fullmatch(text)
    return f"email_{found[1]}@example.test" if found else text


def presentable_phone(text: str) -> str:
    """`Phone_03291` becomes `+886900003291`: the last four digits, zero padded; else unchanged."""
    found = _PHONE.fullmatch(text)
    return f"+88690000{found[1][-4:]:0>4}" if found else text


def _presentable(row: Row) -> Row:
    fixed = {EMAIL: presentable_email(row[EMAIL]), MOBILE: presentable_phone(row[MOBILE])}
    return row | fixed


def _shared_folder() -> Path | None:
    for parent in Path(__file__).resolve().parents:
        if (parent / "pyproject.toml").is_file():
            folder = parent.parent / _SHARED
            return folder if (folder / "attendees-2023.csv").is_file() else None
    return None
