"""What comes over the wire, taken literally."""

from typing import Annotated, TypeVar

from ninja import Schema
from pydantic import ConfigDict, Field

from postlude.kernel.errors import BadInput

T = TypeVar("T", bound="Strict")


class Strict(Schema):
    """A part of a body: a name too many, or a value of a wrong type, is an error."""

    model_config = ConfigDict(extra="forbid")


Word = Annotated[str, Field(strict=True, min_length=1, max_length=64)]
OptionalWord = Annotated[str, Field(strict=True, max_length=64)]
Reason = Annotated[
    str,
    Field(
        strict=True,
        min_length=1,
        max_length=100,
        pattern=r"\S",
        description="Kept word for word; no personal data.",
    ),
]


class Nothing(Strict):
    """No body is needed."""


def needed(value: str | None, name: str) -> str:
    """Return a parameter that must be there. Raises BadInput."""
    if not value:
        raise BadInput("{name} is missing.", name=name)
    return value
