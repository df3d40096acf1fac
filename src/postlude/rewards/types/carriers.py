from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CardMove(StrEnum):
    """What may happen to a card besides spending."""

    ISSUED = "issued"
    SHARED = "shared"
    CLAIMED = "claimed"
    KEPT = "kept"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class CardType:
    """A card as it is sold; `face` in minor units, None when each is sold with its own amount."""

    key: str
    title: str
    currency: str
    face: int | None = None
    valid_days: int | None = None


@dataclass(frozen=True, slots=True)
class IssueCard:
    """A card to be issued: `face` minor units of `currency`; `rules` are rule version ids."""

    key: str
    type: str
    face: int
    currency: str
    holder: int | None
    title: str = ""
    rules: tuple[int, ...] = ()
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A card at one instant; `balance` and `held` in minor units of `currency`."""

    id: int
    key: str
    type: str
    title: str
    face: int
    currency: str
    balance: int
    held: int
    holder: int | None
    rules: tuple[int, ...]
    shared: bool
    issued_at: datetime
    expires_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class CardStory:
    """One line of what happened to a card."""

    move: CardMove
    contact: int | None
    at: datetime
