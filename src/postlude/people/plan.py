"""What a batch of recognised persons makes necessary, gathered before anything is written."""

from dataclasses import dataclass, field

from postlude.people.showing import Shown
from postlude.people.spelling import Read


@dataclass(slots=True)
class Plan:
    contacts: dict[int, Read] = field(default_factory=dict)  # new ones
    emails: dict[str, tuple[int, str]] = field(default_factory=dict)  # claimed, with the raw form
    references: dict[str, int] = field(default_factory=dict)  # claimed
    moved: dict[str, int] = field(default_factory=dict)  # known references of another's from now on
    shown: dict[str, Shown] = field(default_factory=dict)  # what each reference shows now
    phones: dict[int, str] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    locales: dict[int, str] = field(default_factory=dict)
    warnings: dict[int, Read] = field(default_factory=dict)
    attached: list[int] = field(default_factory=list)
    joined: dict[int, int] = field(default_factory=dict)  # child: parent
