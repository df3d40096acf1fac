"""What rules give besides points and coupons, carried out by the rooms that can."""

from collections.abc import Sequence
from datetime import datetime

from postlude.people import api as people
from postlude.people.types import Description
from postlude.rules import api as rules
from postlude.rules.api import Due


def register() -> None:
    """Say who carries out which kind of action. What is not here is data for whoever asked."""
    rules.on_gift("membership_level", _levels)
    rules.on_gift("tag", _tags, _untag)


def _levels(org: int, dues: Sequence[Due], _now: datetime) -> None:
    """A level that was given stays: nobody knows any more what it was before."""
    people.describe_many(
        org, [Description(d.contact, level=str(d.gift.data["level"])) for d in dues]
    )


def _tags(org: int, dues: Sequence[Due], _now: datetime) -> None:
    people.describe_many(
        org, [Description(d.contact, add_tags=frozenset({str(d.gift.data["tag"])})) for d in dues]
    )


def _untag(org: int, dues: Sequence[Due], _now: datetime) -> None:
    people.describe_many(
        org, [Description(d.contact, drop_tags=frozenset({str(d.gift.data["tag"])})) for d in dues]
    )
