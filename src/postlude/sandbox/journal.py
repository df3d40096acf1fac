"""What every simulator heard: the last calls, and counts of all of them."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import asdict, dataclass

from postlude.sandbox.now import now


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it came in, and what was done to it. `status` is None for a cut connection."""

    number: int
    at: str
    method: str
    path: str
    query: str
    status: int | None
    fault: str | None


class Journal:
    """A bounded memory of calls: counts go on for ever, the calls themselves are the newest."""

    def __init__(self, keep: int = 20_000) -> None:
        self._calls: deque[Call] = deque(maxlen=keep)
        self.total = 0
        self.by_status: Counter[str] = Counter()
        self.by_fault: Counter[str] = Counter()

    def record(
        self, *, method: str, path: str, query: str, status: int | None, fault: str | None
    ) -> None:
        """Write one call down."""
        self.total += 1
        self.by_status["cut" if status is None else str(status)] += 1
        if fault is not None:
            self.by_fault[fault] += 1
        self._calls.append(Call(self.total, now().isoformat(), method, path, query, status, fault))

    def newest(self, limit: int) -> list[Call]:
        """The last `limit` calls, oldest of them first."""
        return list(self._calls)[-limit:] if limit else []

    def shown(self, limit: int) -> dict[str, object]:
        """Counts and the newest calls, oldest of them first."""
        return {
            "total": self.total,
            "by_status": dict(self.by_status),
            "by_fault": dict(self.by_fault),
            "calls": [asdict(call) for call in self.newest(limit)],
        }

    def clear(self) -> None:
        """Forget everything."""
        self._calls.clear()
        self.total = 0
        self.by_status.clear()
        self.by_fault.clear()
