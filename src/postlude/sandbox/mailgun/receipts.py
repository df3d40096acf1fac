"""The simulated readers: what becomes of a message after it is accepted, drawn from a seed."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from postlude.sandbox.mailgun.events import EventName
from postlude.sandbox.mailgun.parsing import Message

# Not the pages about the mail (to unsubscribe, to look at it): a reader wants what it offers.
_LINK = re.compile(r'href="(https?://[^"/]+(?=["/])(?!/[uv]/)[^"]*)"')

Chance = Field(default=0.0, ge=0, le=1)


class Receipts(BaseModel):
    """How readers behave; chances are per recipient, waits in milliseconds.

    With `browser` they also load the pixel and follow the link, as people do.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = True
    seed: int = 0
    delivered_after_ms: float = Field(default=50, ge=0)
    read_after_ms: float = Field(default=300, ge=0)
    bounce: float = Chance
    delayed: float = Chance
    open: float = Chance
    click: float = Chance
    complain: float = Chance
    unsubscribe: float = Chance
    browser: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """An event that will happen `after_s` seconds from now."""

    after_s: float
    name: EventName
    severity: Literal["temporary", "permanent"] = "permanent"
    url: str | None = None


def plan(receipts: Receipts, chance: random.Random, message: Message) -> list[Planned]:
    """What one recipient will do. A click implies an open, a bounce ends the story."""
    arrives_s = receipts.delivered_after_ms / 1000
    draws = {
        name: chance.random() < getattr(receipts, name)
        for name in ("bounce", "delayed", "open", "click", "complain", "unsubscribe")
    }
    if draws["bounce"]:
        return [Planned(arrives_s, "failed")]
    planned: list[Planned] = []
    if draws["delayed"]:
        planned.append(Planned(arrives_s, "failed", "temporary"))
        arrives_s *= 2
    planned.append(Planned(arrives_s, "delivered"))
    reads_s = arrives_s + receipts.read_after_ms / 1000 * (0.5 + chance.random())
    if draws["open"] or draws["click"]:
        planned.append(Planned(reads_s, "opened"))
    if draws["click"]:
        links = _LINK.findall(message.html)
        planned.append(Planned(reads_s * 1.2, "clicked", url=chance.choice(links or [None])))
    if draws["complain"]:
        planned.append(Planned(reads_s * 1.3, "complained"))
    if draws["unsubscribe"]:
        planned.append(Planned(reads_s * 1.3, "unsubscribed"))
    return planned
