from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GuestRow:
    """One guest of the file; `role` is the kind of ticket they get."""

    row: int
    name: str
    email: str
    phone: str
    role: str
    locale: str
