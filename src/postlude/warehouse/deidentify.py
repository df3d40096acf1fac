"""What may leave for the warehouse: pure decisions, no Django, no clock, no I/O.

A form answer leaves only when its label is on the organisation's list. What is allowed is still
searched for e-mails, numbers and the buyer's own name, because people write them anywhere.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from postlude.warehouse.types import Keep

# Labels that hold a person's contact, whatever a playbook says. Substrings, after folding.
NEVER = ("聯絡人", "search_string", "id_number", "身分證", "身份證", "護照", "passport")
# Their answers name the person, so they are searched for in what may leave.
NICKNAMES = ("nickname", "暱稱", "姓名")
LEAST_PATTERN = 4  # letters before a `*`: a shorter pattern would allow labels nobody has read

OLD_EMAIL_LABEL = "聯絡人 Email"

_EMAIL = re.compile(r"[^\s@<>\"'(),;:]+@[^\s@<>\"'(),;:]+")
_NUMBER = re.compile(r"\+?\d(?:[\s().-]*\d){6,}")
_YEARS = re.compile(r"(?:19|20)\d\d\s*-\s*(?:19|20)\d\d")
_SPACES = re.compile(r"\s+")
_LEAST_NAME = 2
_CONTACT = "聯絡人"


@dataclass(frozen=True, slots=True)
class Deidentified:
    """The columns that may leave, and the labels that were dropped on the way."""

    columns: dict[str, str]
    dropped: frozenset[str]


@lru_cache(maxsize=4096)  # the same thirty labels come with every ticket
def fold(label: str) -> str:
    """Return the spelling that labels are compared in: NFKC, one blank, no case."""
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", label)).strip().casefold()


def never_leaves(label: str) -> bool:
    """Say whether the label is one that no playbook can allow."""
    folded = fold(label)
    return any(word in folded for word in NEVER)


def _is_nickname(label: str) -> bool:
    folded = fold(label)
    return any(word in folded for word in NICKNAMES)


def raw_email(answers: Iterable[tuple[str, str]]) -> str | None:
    """Return the e-mail of a form exactly as it was written, even an empty one; None: not asked.

    The label is the one that the old tables' loader looked for, in the spelling it looked for.
    """
    return next((value for label, value in answers if OLD_EMAIL_LABEL in label), None)


def matches(pattern: str, label: str) -> bool:
    """Compare a label with an allowed one; a `*` at the end stands for any ending."""
    wanted, found = fold(pattern), fold(label)
    if wanted.endswith("*"):
        return found.startswith(wanted[:-1])
    return wanted == found


@lru_cache(maxsize=4096)
def column_of(label: str, keep: tuple[Keep, ...]) -> str | None:
    """Return the column a label may be written to, or None: the answer is dropped."""
    if never_leaves(label):
        return None
    for rule in keep:
        if any(matches(pattern, label) for pattern in rule.labels):
            return rule.column
    return None


def deidentify(
    answers: Sequence[tuple[str, str]], keep: Sequence[Keep], own: Iterable[str] = ()
) -> Deidentified:
    """Sort a form into columns that may leave and labels that may not.

    `own` are the person's own values (name, e-mail): they are cut out of what leaves, and so are
    the contact and the nickname given in the same form. Forms of several years hold one question
    under several labels: the first answer that is not empty wins.
    """
    own_values = (*own, *(value for label, value in answers if _CONTACT in fold(label)))
    nicknames = [value for label, value in answers if _is_nickname(label)]
    rules = tuple(keep)
    columns: dict[str, str] = {}
    dropped = set()
    for label, value in answers:
        column = column_of(label, rules)
        if column is None:
            dropped.add(label)
            continue
        clean = scrub(str(value), own_values, nicknames)
        if clean and not columns.get(column):
            columns[column] = clean
    return Deidentified(columns, frozenset(dropped))


def scrub(text: str, own: Iterable[str] = (), nicknames: Iterable[str] = ()) -> str:
    """Return the text without e-mails, telephone-like numbers and the person's own values.

    The words of a name are cut out one by one, a nickname only as a whole: it may be made of
    everyday words.
    """
    clean = unicodedata.normalize("NFKC", text)
    whole = {unicodedata.normalize("NFKC", value).strip() for value in nicknames}
    parts = _own_parts(own) | {value for value in whole if len(value) >= _LEAST_NAME}
    folded = _roughly(clean)
    present = [value for value in parts if _roughly(value) in folded]  # patterns are dear
    for value in sorted(present, key=len, reverse=True):
        clean = _own_pattern(value).sub("[own]", clean)
    clean = _EMAIL.sub("[e-mail]", clean)
    clean = _NUMBER.sub(_hide_number, clean)
    return _SPACES.sub(" ", clean).strip()


def _hide_number(match: re.Match[str]) -> str:
    return match.group() if _YEARS.fullmatch(match.group()) else "[number]"


def _own_parts(own: Iterable[str]) -> set[str]:
    """The values and their words; of a Chinese full name also the given name."""
    parts: set[str] = set()
    for value in own:
        whole = unicodedata.normalize("NFKC", value).strip()
        parts.update((whole, *whole.split()))
        if len(whole) > _LEAST_NAME and not whole.isascii() and " " not in whole:
            parts.add(whole[1:])
    return {part for part in parts if len(part) >= _LEAST_NAME}


def _roughly(text: str) -> str:
    """Fold the way patterns ignore case, Turkish i's too: whatever they match is found here."""
    return text.casefold().replace("\u0307", "").replace("ı", "i")


def _own_pattern(value: str) -> re.Pattern[str]:
    """Match Latin names as whole words ("Ann" must not eat "Annual"), others anywhere."""
    escaped = re.escape(value)
    if value.isascii():
        return re.compile(rf"(?<![A-Za-z]){escaped}(?![A-Za-z])", re.IGNORECASE)
    return re.compile(escaped, re.IGNORECASE)
