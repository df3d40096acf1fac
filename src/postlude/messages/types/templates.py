"""Texts, whole and in pieces."""

from dataclasses import dataclass
from datetime import datetime

from postlude.messages.segments import Segments


@dataclass(frozen=True, slots=True)
class LocaleText:
    """A template in one language. Give `mjml` or `html` (or neither for a text-only channel)."""

    locale: str
    subject: str = ""
    mjml: str = ""
    html: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class TemplateRef:
    id: int
    template: int
    slug: str
    kind: str
    number: int
    locales: tuple[str, ...]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Preview:
    locale: str
    subject: str
    html: str
    text: str
    links: tuple[str, ...]
    size: Segments | None = None  # of a text message
    cost: int | None = None


@dataclass(frozen=True, slots=True)
class Piecewise:
    """A text in which what depends on a person is a number: the number of a piece."""

    subject: tuple[str | int, ...]
    html: tuple[str | int, ...]
    text: tuple[str | int, ...]
    pieces: int


@dataclass(frozen=True, slots=True)
class Filled:
    """One person's pieces, ready for a vendor that puts the text together."""

    message: int
    contact: int
    to_address: str
    values: tuple[str, ...]
