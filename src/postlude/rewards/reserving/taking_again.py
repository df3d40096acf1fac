"""Confirming what has expired: take again what is still there, or leave it expired."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from postlude.rewards.quotas import resources
from postlude.rewards.quotas.resources import Scene
from postlude.rewards.reserving import lines
from postlude.rewards.reserving.acquiring import acquire
from postlude.rewards.reserving.fence import Row
from postlude.rewards.reserving.lines import Ask, Line
from postlude.rewards.types.reservations import Claim


@dataclass(frozen=True, slots=True)
class Again:
    """Rows that want again what they had asked for, and what is left of it."""

    rows: Sequence[Row]
    asks: Sequence[Ask]
    scene: Scene


def plan(
    org: int, rows: Sequence[Row], found: Mapping[int, Sequence[Line]], now: datetime
) -> Again:
    asks = [Ask(row.id, row.contact, _claims(found.get(row.id, ()))) for row in rows]
    names = {claim.resource for ask in asks for claim in ask.claims}
    return Again(rows, asks, resources.read(org, names, now, make=True))


def take(org: int, again: Again, now: datetime) -> list[Row]:
    """Take it; return the rows that have it again. The others keep their state, and say why."""
    lines.erase([row.id for row in again.rows])
    decisions, _ = acquire(org, again.asks, again.scene, now)
    return [row for row, each in zip(again.rows, decisions, strict=True) if each.holds]


def _claims(found: Sequence[Line]) -> tuple[Claim, ...]:
    return tuple(Claim(line.resource, line.asked, line.optional) for line in found)
