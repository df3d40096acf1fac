"""Raw values as sources write them, read once into what we keep. Pure."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from postlude.kernel import pseudonyms, redact
from postlude.kernel.errors import BadAddress
from postlude.people.types import AddressProblem, PersonSeen

NAME_MAX = 300
RAW_MAX = 320


@dataclass(frozen=True, slots=True)
class Read:
    """A person with the e-mail normalised, or the reason why it could not be."""

    seen: PersonSeen
    email: str | None
    problem: AddressProblem | None

    @property
    def name(self) -> str:
        return " ".join((self.seen.name or "").split())[:NAME_MAX]


def read(seen: PersonSeen) -> Read:
    """Normalise the e-mail. The phone is read later, and only where it is wanted: it is slow."""
    email, problem = read_email(seen.email_raw)
    if problem is not None and problem.code == "missing" and not seen.needs_email:
        problem = None
    return Read(seen, email, problem)


def read_email(raw: str | None) -> tuple[str | None, AddressProblem | None]:
    """The normalised e-mail, or the problem with it."""
    if not (raw or "").strip():
        hint = "Ask the buyer for an e-mail, or look into the source."
        return None, AddressProblem("missing", "", hint, "There is no e-mail.")
    try:
        email = pseudonyms.normalise_email(raw or "")
    except BadAddress as bad:
        return None, AddressProblem(bad.code, masked(raw or ""), bad.hint, bad.text())
    return email, None


@lru_cache(maxsize=10_000)
def read_phone(raw: str, region: str) -> str | None:
    """E.164, or None when it cannot be a number: a phone is welcome, never required."""
    if not any(character.isdigit() for character in raw):
        return None
    try:
        return pseudonyms.normalise_phone(raw, region)
    except BadAddress:
        return None


def masked(raw: str) -> str:
    """Enough of a value to recognise it, too little to use it."""
    return redact.mask_email(raw.strip())


def spelled(text: str) -> str:
    """The one spelling of a name or of an e-mail that is none, for a pseudonym."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())
