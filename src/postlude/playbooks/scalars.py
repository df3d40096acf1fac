"""The little values of a playbook: lengths of time, zones, instants, secrets, senders. Pure."""

from datetime import date, datetime, timedelta
from email.utils import parseaddr
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from postlude.kernel import environment
from postlude.kernel.errors import MissingSetting
from postlude.playbooks import durations, limits


def _length(value: object) -> timedelta:
    return durations.parse(str(value))


def _zone(value: object) -> str:
    try:
        return ZoneInfo(str(value)).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"“{value}” is no time zone; one is Asia/Taipei") from None


def _instant(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"“{value}” is no time; write it as 2027-09-02 09:00") from None


def _day(value: object) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"“{value}” is no day; write it as 2027-09-02") from None


def _sender_address(value: object) -> str:
    try:
        text = environment.resolve(str(value))
    except MissingSetting as missing:
        raise PydanticCustomError("unset", "{words}", _words(missing)) from None
    if "@" not in parseaddr(text)[1]:
        raise ValueError(f"“{value}” is no sender; write it as PyCon Taiwan <hello@example.org>")
    return text


def _words(missing: MissingSetting) -> dict[str, Any]:
    return {"words": missing.text(), "hint": missing.hint}


def _reference(value: object) -> str:
    """Secrets, and addresses of people, are named here and stand in the environment."""
    text = str(value)
    plain = not environment.is_reference(text)
    if text and (plain or (":-" in text and not text.endswith(":-}"))):
        raise PydanticCustomError(
            "secret",
            "this is a secret or a person's address, and does not stand in a playbook",
            {"hint": "Put the value into the environment and write its name: ${NAME}."},
        )
    return text


def several(value: object) -> list[str]:
    """Take one text for a list of one."""
    return [value] if isinstance(value, str) else value  # type: ignore[return-value]


def _quiet(value: object) -> str:
    durations.between(str(value))
    return str(value)


def _cap(value: object) -> str:
    limits.cap(str(value))
    return str(value)


def _fee(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("this must be a price")  # noqa: TRY004 - pydantic wants a ValueError
    return str(value)


def _text(form: str, example: str, **more: str) -> WithJsonSchema:
    """`form` is for people: a name that JSON Schema knows would be checked by its own rules."""
    return WithJsonSchema({"type": "string", "format": form, "examples": [example], **more})


Length = Annotated[timedelta, BeforeValidator(_length), _text("length of time", "2 minutes")]
Zone = Annotated[str, BeforeValidator(_zone), _text("time zone", "Asia/Taipei")]
Instant = Annotated[datetime, BeforeValidator(_instant), _text("date and time", "2027-09-02 09:00")]
Day = Annotated[date, BeforeValidator(_day), _text("day", "2027-09-02")]
From = Annotated[
    str,
    BeforeValidator(_sender_address),
    _text("sender", "PyCon Taiwan <hello@example.org>"),
]
Secret = Annotated[
    str,
    BeforeValidator(_reference),
    _text("secret", "${KKTIX_TOKEN}", pattern=r"^(\$\{[A-Z][A-Z0-9_]*(:-)?\})?$"),
]
Quiet = Annotated[str, BeforeValidator(_quiet), _text("span of hours", "22:00 to 08:00")]
Cap = Annotated[str, BeforeValidator(_cap), _text("cap", "3 in 7 days")]
# What it is in minor units depends on the currency: see `checking`.
Fee = Annotated[
    str,
    BeforeValidator(_fee),
    WithJsonSchema(
        {"anyOf": [_text("price", "10 + 2.8 %").json_schema, {"type": "number", "minimum": 0}]}
    ),
]
FeeName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Pattern = Annotated[str, Field(min_length=1), _text("pattern", "*Registration: Individual*")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Kind = Literal["corporate", "individual", "reserved", "guest", "other"]
May = Annotated[
    list[str],
    BeforeValidator(several),
    WithJsonSchema(
        {
            "anyOf": [
                _text("role", "organiser").json_schema,
                {"type": "array", "items": _text("permission", "sales.view").json_schema},
            ]
        }
    ),
]
