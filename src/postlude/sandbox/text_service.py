"""What the simulators of services for text messages have alike: an inbox of what they sent."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from postlude.sandbox.faults import TEXT_FAULTS, FaultBook
from postlude.sandbox.now import epoch
from postlude.sandbox.simulator import Json, Simulator, VendorConfig

_KEEP = 200_000


@dataclass(frozen=True, slots=True)
class Sms:
    """A text that reached a phone, as the caller spelled the number."""

    number: int
    at: float
    to: str
    text: str


class TextService(Simulator):
    """Sends texts, and keeps them."""

    faults_offered = TEXT_FAULTS

    def __init__(self, config: VendorConfig, faults: FaultBook) -> None:
        super().__init__(config, faults)
        self._forget()

    def received(self, query: Mapping[str, str]) -> Json:
        """Sent texts, newest last, filtered by `to`."""
        wanted = query.get("to", "")
        found = [each for each in self.inbox if wanted in ("", each.to)]
        shown = [asdict(each) for each in found[-int(query.get("limit", "100")) :]]
        return {"total": self.sent, "matching": len(found), "messages": shown}

    def summary(self) -> dict[str, object]:
        """How many texts."""
        return {"texts": self.sent}

    def reset(self) -> None:
        """Empty phones."""
        super().reset()
        self._forget()

    def keep(self, to: str, text: str) -> None:
        """Let a text reach a phone."""
        self.sent += 1
        self.inbox.append(Sms(self.sent, epoch(), to, text))

    def _forget(self) -> None:
        self.inbox: deque[Sms] = deque(maxlen=_KEEP)
        self.sent = 0
