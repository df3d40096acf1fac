from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one text. `wait` is the provider's wish and burns no attempt."""

    sent: bool
    permanent: bool = False
    wait: float | None = None
    words: str = ""
