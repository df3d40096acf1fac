"""Sentinels: personal values that nobody else has, and the places where they are looked for."""

import base64
import hashlib
import json
import logging
import random
import string
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
from django.contrib.sessions.models import Session
from django.db import connection

from postlude.kernel.logs import JsonFormatter


def sentinel(name: str) -> str:
    """Return 16 letters that nothing else contains."""
    return "".join(random.Random(f"leak/{name}").choices(string.ascii_lowercase, k=16))


@dataclass(frozen=True)
class Person:
    """Somebody whose every value is a sentinel; `door` tells the persons of a test apart."""

    door: str

    def of(self, field_name: str) -> str:
        return sentinel(f"{self.door}/{field_name}")

    @property
    def email(self) -> str:
        """Written as people write it: the normalised one is in lower case."""
        return f"{self.of('local').title()}@{self.of('host')}.test"

    @property
    def name(self) -> str:
        return f"{self.of('first').title()} {self.of('last').upper()}"

    @property
    def phone(self) -> str:
        digits = "".join(random.Random(f"leak/{self.door}/phone").choices("3456789", k=8))
        return f"09{digits}"

    @property
    def form(self) -> list[tuple[str, str]]:
        """Answers of the form, each of which names the person in another way."""
        return [
            ("Nickname / 暱稱", self.of("nickname")),
            ("Address / 地址", f"台北市 {self.of('street')} 17"),
            ("身分證字號", self.of("card")),
            ("標籤", self.of("tag")),
            ("A question that nobody has read", self.of("unknown")),
            ("Area of Interest / 興趣領域", self.allowed_answer),
        ]

    @property
    def allowed_answer(self) -> str:
        """An answer that may leave, into which the person has also written who they are."""
        return f"{self.of('allowed')} {self.email.upper()} {self.phone} {self.of('first')}"

    def needles(self) -> dict[str, str]:
        """Return every value by what it is, in the spellings in which it would be a leak."""
        names = (
            "local host first last nickname street card tag unknown search buyer kyc agent city "
            "words"
        )
        email = self.email.lower()
        return {
            **{f"{self.door} {name}": self.of(name) for name in names.split()},
            f"{self.door} phone": self.phone[1:],
            f"{self.door} phone in groups": f"{self.phone[:4]}-{self.phone[4:7]}-{self.phone[7:]}",
            # Whoever guesses an address finds it again under a hash that has no key.
            f"{self.door} plain hash": hashlib.sha256(email.encode()).hexdigest(),
            f"{self.door} base64": base64.b64encode(email.encode()).decode().rstrip("="),
        }


@dataclass
class Search:
    """Looks for the values of some persons in a text, whatever its case."""

    persons: Iterable[Person]
    excused: frozenset[str] = frozenset()
    _needles: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        found = {what: value for each in self.persons for what, value in each.needles().items()}
        self._needles = {
            what: value.casefold() for what, value in found.items() if what not in self.excused
        }

    def __call__(self, text: str | bytes) -> list[str]:
        """Return what is in the text."""
        if isinstance(text, bytes):
            text = text.decode("latin-1")
        folded = text.casefold()
        return [what for what, value in self._needles.items() if value in folded]


def in_files(folder: Path, search: Search) -> list[str]:
    """Return what is in the bytes of the files below a folder."""
    return [
        f"{path.relative_to(folder)}: {what}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for what in search(path.read_bytes())
    ]


def in_warehouse(path: Path, search: Search) -> list[str]:
    """Return what is in the cells of the warehouse: its pages may be compressed on the disk."""
    found = []
    with duckdb.connect(str(path), read_only=True) as file:
        tables = file.execute(
            "select table_schema, table_name from information_schema.tables"
        ).fetchall()
        for schema, table in tables:
            rows = file.execute(f'select * from "{schema}"."{table}"').fetchall()
            found += [f"{schema}.{table}: {what}" for row in rows for what in search(repr(row))]
    return found


def in_database(search: Search) -> list[str]:
    """Return what is in any column of any table that is not of `people`, sealed bytes included."""
    found = []
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for table in sorted(each for each in tables if not each.startswith("people_")):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            columns = [each[0] for each in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value)
                    found += [f"{table}.{column}: {what}" for what in search(raw)]
    return found + in_sessions(search)


def in_sessions(search: Search) -> list[str]:
    """Return what is in the sessions, which are packed in the table."""
    return [
        f"django_session: {what}"
        for session in Session.objects.all()
        for what in search(json.dumps(session.get_decoded()))
    ]


class _Kept(logging.Handler):
    """Keeps each line twice: as the log has it, and as the code has written it."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(JsonFormatter())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        extras = {key: value for key, value in vars(record).items() if key not in _USUAL}
        self.lines += [self.format(record), record.getMessage(), repr(extras)]


_USUAL = {*vars(logging.makeLogRecord({})), "message", "asctime"}


@contextmanager
def all_logs() -> Iterator[list[str]]:
    """Keep every line that is logged from DEBUG on, of our own code and of libraries."""
    root, kept = logging.getLogger(), _Kept()
    before = root.level
    root.addHandler(kept)
    root.setLevel(logging.DEBUG)
    try:
        yield kept.lines
    finally:
        root.setLevel(before)
        root.removeHandler(kept)


def in_logs(lines: Iterable[str], search: Search) -> list[str]:
    return [f"log: {what}: {line[:160]}" for line in lines for what in search(line)]


def export(person: Person, columns: Iterable[str], values: Mapping[str, Any]) -> bytes:
    """Return an attendee export of one row with the person's values."""
    row = dict.fromkeys(columns, "") | {
        "聯絡人 姓名": person.name,
        "聯絡人 Email": person.email,
        "聯絡人 手機": person.phone,
        **dict(person.form),
        **values,
    }
    return "\n".join(
        ",".join(f'"{str(cell).replace(chr(34), chr(34) * 2)}"' for cell in line)
        for line in (row.keys(), row.values())
    ).encode()
