from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something wrong in a playbook, where it stands, and what to do about it.

    Lines and columns count from 1, as editors do.
    """

    file: str
    line: int
    column: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}"
        return f"{where}: {self.message}" + (f"\n    fix: {self.hint}" if self.hint else "")


@dataclass(frozen=True, slots=True)
class VersionRef:
    """One immutable version of a playbook."""

    id: int
    org: int
    playbook: str
    number: int
    digest: str
    actor: str
    applied_at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """A version with what it was made of: the file and the texts it names."""

    ref: VersionRef
    text: str
    files: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """What `apply` did, or with `dry_run` would do.

    `changes` are sentences about the rooms; `diff` compares with the version before; `unset`
    names variables that are not in the environment yet.
    """

    org: str
    playbook: str
    outcome: Literal["applied", "no change", "would apply"]
    version: VersionRef | None
    changes: tuple[str, ...]
    diff: str
    unset: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    warnings: tuple[Problem, ...] = ()

    def lines(self) -> list[str]:
        """Return the report for a terminal."""
        number = f" (version {self.version.number})" if self.version else ""
        said = [f"{self.playbook} for {self.org}: {self.outcome}{number}"]
        said += [f"  {each}" for each in self.changes]
        said += [f"  ! left out: {each}" for each in self.left_out]
        said += [f"  ! {each}" for each in self.warnings]
        if self.unset:
            said.append(f"  not set in the environment yet: {', '.join(self.unset)}")
        return [*said, *self.diff.splitlines()]


@dataclass(frozen=True, slots=True)
class Alerts:
    """Whom to tell, and when. Addresses and URLs are `${NAME}` references, resolved at use."""

    discord: str
    emails: tuple[str, ...]
    smtp: str
    email_from: str
    invitation_late: timedelta
    source_silent: timedelta | None


@dataclass(frozen=True, slots=True)
class DiscordWho:
    """A role or a user of Discord, and permissions of ours."""

    role: str
    user: str
    may: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DiscordStock:
    """How many tickets of a type there are; `conference` is a slug, the others are patterns."""

    conference: str
    event: str
    ticket: str
    total: int


@dataclass(frozen=True, slots=True)
class Discord:
    """The team's application at Discord; `${NAME}` references, resolved at use."""

    application: str = ""
    public_key: str = ""
    token: str = ""
    guild: str = ""
    base_url: str = ""
    who: tuple[DiscordWho, ...] = ()
    stock: tuple[DiscordStock, ...] = ()
