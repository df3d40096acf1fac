"""Which contact is a person who was just seen? Pure: facts in, one verdict out.

An e-mail identifies. A reference (the source's own key of the row) identifies when the e-mail
cannot, and protects a person whose address was changed or erased here from the source's old row.
"""

from dataclasses import dataclass
from enum import StrEnum, auto

from postlude.people.showing import NEVER, Shown


class Verdict(StrEnum):
    NEW = auto()  # nobody we know: make a contact
    KNOWN = auto()
    ATTACH = auto()  # known by reference, without an address until now: this is it
    JOIN = auto()  # the reference's person turns out to be the owner of this e-mail
    ERASED = auto()  # must not be known again: keep the empty contact, write nothing
    NOBODY = auto()  # neither e-mail nor reference: cannot be found again, so is not kept


@dataclass(frozen=True, slots=True)
class Referred:
    """The contact that a reference leads to."""

    contact: int
    has_email: bool
    erased: bool = False
    past_emails: frozenset[str] = frozenset()
    shown: Shown = NEVER


@dataclass(frozen=True, slots=True)
class Match:
    verdict: Verdict
    contact: int | None = None


def match(  # noqa: PLR0913 - all that is known of one person
    email: str | None,
    *,
    referred: Referred | None,
    owner: int | None,
    erased_owner: int | None,
    has_reference: bool,
    is_news: bool | None = None,
) -> Match:
    """Decide for one person. `email` is normalised; None when it is bad or missing.

    `owner` has this e-mail now; `erased_owner` had it and was erased. `is_news`: the row shows
    another e-mail than before; None when what it showed before is not known.
    """
    if referred is not None and referred.erased:
        return Match(Verdict.ERASED, referred.contact)
    if email is None:
        return _by_reference(referred, has_reference=has_reference)
    if referred is not None and _is_old(email, referred, is_news=is_news):
        return Match(Verdict.KNOWN, referred.contact)
    if owner is not None:
        return _by_owner(owner, referred)
    return _unowned(referred, erased_owner)


def _is_old(email: str, referred: Referred, *, is_news: bool | None) -> bool:
    """Say whether the row shows nothing new: then what was changed here since holds."""
    if is_news is None:
        return email in referred.past_emails
    return not is_news and referred.has_email


def _unowned(referred: Referred | None, erased_owner: int | None) -> Match:
    if erased_owner is not None:
        return Match(Verdict.ERASED, erased_owner)
    if referred is not None and not referred.has_email:
        return Match(Verdict.ATTACH, referred.contact)
    return Match(Verdict.NEW)


def _by_reference(referred: Referred | None, *, has_reference: bool) -> Match:
    if referred is not None:
        return Match(Verdict.KNOWN, referred.contact)
    return Match(Verdict.NEW if has_reference else Verdict.NOBODY)


def _by_owner(owner: int, referred: Referred | None) -> Match:
    stranded = referred is not None and not referred.has_email and referred.contact != owner
    return Match(Verdict.JOIN if stranded else Verdict.KNOWN, owner)
