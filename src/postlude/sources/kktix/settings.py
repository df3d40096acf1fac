"""A KKTIX source's settings, as the playbook gives them."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from postlude.kernel import environment
from postlude.orders import api as orders
from postlude.sources.errors import BadSource
from postlude.sources.kktix.plans import Limits


class Labels(BaseModel):
    """Which form labels hold what; a label fits when it contains the text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = "聯絡人 姓名"
    email: str = "聯絡人 Email"
    phone: str = "聯絡人 手機"


class KktixSettings(BaseModel):
    """`url`, `token`, `webhook_secret` and `heartbeat` may be `${NAME}` references.

    `events` are patterns on the event's name. `shrink` is the share of known attendees (never
    fewer than `shrink_floor`) that may vanish from one list before it is not believed. `rescan` is
    how many known attendees are looked at again in each poll; besides, the `unpaid` that were
    longest not looked at, because a transfer may arrive any day.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = "https://kktix.com/api/v2"
    token: str = "${KKTIX_TOKEN}"  # noqa: S105 - a reference
    webhook_secret: str = "${KKTIX_WEBHOOK_SECRET}"  # noqa: S105 - a reference
    webhook_header: str = "x-kktix-secret"
    heartbeat: str = ""
    events: tuple[str, ...] = ("*",)
    join: Literal["attendee_id", "order"] = "attendee_id"
    labels: Labels = Labels()
    concurrency: int = Field(default=4, ge=1, le=8)
    unpaid: int = Field(default=200, ge=0, le=1_000)
    rescan: int = Field(default=20, ge=0, le=1_000)
    shrink: float = Field(default=0.2, ge=0, lt=1)
    shrink_floor: int = Field(default=3, ge=0)

    def limits(self) -> Limits:
        return Limits(self.unpaid, self.rescan, self.shrink, self.shrink_floor)

    def wants(self, event_name: str) -> bool:
        """Say whether an event of that name is ours to take in."""
        return any(orders.matches(pattern, event_name) for pattern in self.events)

    def resolved(self, name: str) -> str:
        """Return a setting with its references filled in; raises MissingSetting."""
        return environment.resolve(str(getattr(self, name)))


def parse(slug: str, given: dict[str, Any]) -> KktixSettings:
    """Read settings; raises BadSource with every mistake."""
    try:
        return KktixSettings.model_validate(given)
    except ValidationError as error:
        words = "; ".join(
            f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}"
            for each in error.errors()
        )
        raise BadSource(slug=slug, words=words) from None
