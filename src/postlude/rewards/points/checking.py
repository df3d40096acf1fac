"""What may be asked of the ledger at all."""

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter

from postlude.rewards.points.errors import BadAmount, BadCurrency, BadPeriod, BadText
from postlude.rewards.types.points import Capture, Give, Release, Reverse, Take

# One entry moves up to 10^15 units, which JSON keeps exact; an account counts up to 2^62, so that
# no sum of one grant and one account can leave 64 bits.
MOST = 10**15
MOST_ON_ACCOUNT = 2**62
LONGEST = 200
OWN = "~"  # keys of entries that the ledger writes by itself begin so
_CURRENCY = re.compile(r"points|(?:bonus|card):[A-Z]{3}")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
Asked = Give | Take | Capture | Release | Reverse
_VALUES = {each: attrgetter(*each.__slots__) for each in (Give, Take, Capture, Release, Reverse)}


def check_gives(gives: Iterable[Give]) -> None:
    """Raise for the first give that can never be right; its period is looked at when it is new."""
    fine: tuple[object, ...] = ()  # of a batch mostly all but the key is the same
    for give in gives:
        rest = (give.reason, give.campaign, give.currency, give.amount)
        said = (*rest, *map(type, rest))
        if said == fine:
            _texts(give.key)
            continue
        _texts(give.key, reason=give.reason)
        _text("campaign", give.campaign, empty=True)
        check_currency(give.currency)
        check_amount(give.amount)
        fine = said


def check_takes(takes: Iterable[Take]) -> None:
    for take in takes:
        _texts(take.key, reason=take.reason)
        check_currency(take.currency)
        check_amount(take.amount)


def check_captures(captures: Iterable[Capture]) -> None:
    for capture in captures:
        _texts(capture.key)
        if capture.amount is not None:
            check_amount(capture.amount)


def check_releases(releases: Iterable[Release]) -> None:
    for release in releases:
        _texts(release.key)


def check_reverses(reverses: Iterable[Reverse]) -> None:
    for reverse in reverses:
        _texts(reverse.key)
        _text("reason", reverse.reason, empty=True)
        if reverse.amount is not None:
            check_amount(reverse.amount)


def digest(kind: str, asked: Asked, *more: object) -> str:
    """Tell two requests with one key apart (BLAKE2b-128, hexadecimal)."""
    said = [
        each.timestamp() if type(each) is datetime else each for each in _VALUES[type(asked)](asked)
    ]
    words = repr((kind, *said, *more))
    return hashlib.blake2b(words.encode(), digest_size=16).hexdigest()


def check_amount(amount: int) -> None:
    whole = isinstance(amount, int) and not isinstance(amount, bool)
    if not whole or not 1 <= amount <= MOST:
        raise BadAmount(amount=str(amount)[:40], hint=BadAmount.hint.format(most=MOST))


def check_currency(currency: str) -> None:
    if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
        raise BadCurrency(currency=repr(currency)[:40])


def _texts(key: str, *, reason: str = OWN) -> None:
    _text("key", key)
    _text("reason", reason)
    if key.startswith(OWN):
        raise BadText(what="key", text=repr(key)[:40])


def _text(what: str, text: str, *, empty: bool = False) -> None:
    # PostgreSQL keeps neither NUL nor half of a surrogate pair.
    good = isinstance(text, str) and len(text) <= LONGEST and not _UNSTORABLE.search(text)
    if not good or not (empty or text.strip()):
        raise BadText(what=what, text=repr(text)[:40])


def check_period(begin: datetime | None, end: datetime | None, now: datetime) -> None:
    naive = any(each is not None and each.tzinfo is None for each in (begin, end))
    if naive or (end is not None and end <= max(now, begin or now)):
        raise BadPeriod(begin=begin or now, end=end)
