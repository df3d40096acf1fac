"""Reservations as one would write them down on a sheet of paper: slow, in one thread, plainly right."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class Entry:
    state: str
    contact: int | None
    wants: Mapping[str, int]
    expires: int = 0
    digest: str = ""


@dataclass
class Model:
    """`limits` and `caps` by resource; `entries` by key."""

    limits: dict[str, int]
    caps: dict[str, int] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    now: int = 0

    def used(self, resource: str, contact: int | None = None, *, late: bool = True) -> int:
        """Count what is held or confirmed; without `late` not what is past its time."""
        return sum(
            entry.wants.get(resource, 0)
            for entry in self.entries.values()
            if entry.state in {"held", "confirmed"}
            and (contact is None or entry.contact == contact)
            and (late or not self.is_late(entry))
        )

    def is_late(self, entry: Entry) -> bool:
        return entry.state == "held" and entry.expires <= self.now

    def fits(self, wants: Mapping[str, int], contact: int | None) -> bool:
        return all(
            self.used(resource, late=False) + count <= self.limits[resource]
            and self.used(resource, contact, late=False) + count <= self.caps.get(resource, 10**9)
            for resource, count in wants.items()
        )

    def reserve(
        self, key: str, wants: Mapping[str, int], contact: int | None, digest: str, expires: int
    ) -> str:
        entry = self.entries.get(key)
        if entry is None:
            state = "held" if self.fits(wants, contact) else "refused"
            self.entries[key] = Entry(state, contact, wants, expires, digest)
            return state
        return entry.state if entry.digest in {"", digest} else "taken"

    def confirm(self, key: str, *, again: bool = False) -> str:
        entry = self.entries.get(key)
        if entry is None:
            return "nothing"
        takes = again and entry.state == "expired" and self.fits(entry.wants, entry.contact)
        if entry.state == "held" or takes:
            entry.state = "confirmed"
        return entry.state

    def cancel(self, key: str) -> str:
        entry = self.entries.setdefault(key, Entry("cancelled", None, {}))
        if entry.state == "held":
            entry.state = "cancelled"
        return entry.state

    def reverse(self, key: str) -> str:
        entry = self.entries.get(key)
        if entry is None:
            return "nothing"
        if entry.state == "confirmed":
            entry.state = "reversed"
        return entry.state

    def sweep(self) -> None:
        for entry in self.entries.values():
            if self.is_late(entry):
                entry.state = "expired"
