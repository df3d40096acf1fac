"""Pseudonyms: keyed hashes of personal values, and the one way to normalise those values.

HMAC-SHA256 with the organisation's key, separated by kind, prefixed with the key's version. A
plain hash of an e-mail or a phone number is reversed by guessing; this one is not without the key.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable

import phonenumbers

from postlude.kernel import keys
from postlude.kernel.errors import BadAddress

_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_HOST = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_LOCAL_MAX = 64


def normalise_email(raw: str) -> str:
    """Return the e-mail in its one spelling: NFKC, stripped, lower case, IDNA host.

    Raises BadAddress (with a hint) for what cannot be delivered: blanks inside, letters outside
    ASCII before the @, no host. Full-width letters, as typed by accident, are folded first.
    """
    text = unicodedata.normalize("NFKC", raw or "").strip().lower()
    if not text:
        raise BadAddress("The e-mail is empty.", hint="Ask the buyer for it.")
    if any(character.isspace() for character in text):
        raise BadAddress("The e-mail has a blank inside.", hint="Remove the blank.")
    local, at, host = text.rpartition("@")
    if not at:
        raise BadAddress("The e-mail has no @.", hint="Ask the buyer for the whole address.")
    if not local.isascii():
        raise BadAddress(
            "The e-mail has letters that mail cannot carry before the @.",
            hint="Ask the buyer for an address in Latin letters.",
        )
    if len(local) > _LOCAL_MAX or not _LOCAL.fullmatch(local):
        raise BadAddress("The part before the @ is not valid.", hint="Check for typing errors.")
    return f"{local}@{_host(host)}"


def _host(host: str) -> str:
    try:
        encoded = host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        encoded = ""
    if not _HOST.fullmatch(encoded):
        raise BadAddress("The part after the @ is not a host.", hint="Check for typing errors.")
    return encoded


def normalise_phone(raw: str, region: str) -> str:
    """Return the phone number as E.164; `region` (such as "TW") reads local forms."""
    try:
        number = phonenumbers.parse(unicodedata.normalize("NFKC", raw or ""), region)
    except phonenumbers.NumberParseException:
        raise BadAddress("This is not a phone number.", hint="Ask the buyer for it.") from None
    if not phonenumbers.is_possible_number(number):
        raise BadAddress("The phone number has too few or too many digits.", hint="Check it.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def current_version() -> int:
    """Return the key version that new pseudonyms carry."""
    return keys.current_version()


def pseudonym(org: int, kind: str, normalised: str, *, version: int | None = None) -> str:
    """Return `kN:` and 64 hex digits: the pseudonym of a normalised value."""
    chosen = current_version() if version is None else version
    key = keys.derive(f"pseudonym:{kind}", version=chosen, org=org)
    return f"k{chosen}:{hmac.new(key, normalised.encode(), hashlib.sha256).hexdigest()}"


def all_pseudonyms(org: int, kind: str, normalised: str) -> list[str]:
    """Return the pseudonyms under every key version, newest first, for looking old rows up."""
    return hashing(org, kind)(normalised)


def hashing(org: int, kind: str) -> Callable[[str], list[str]]:
    """Return `all_pseudonyms` for many values of one kind: the keys are looked up once."""
    rings = [
        (f"k{version}:", keys.derive(f"pseudonym:{kind}", version=version, org=org))
        for version in keys.ring()
    ]
    return lambda normalised: [
        f"{prefix}{hmac.digest(key, normalised.encode(), 'sha256').hex()}" for prefix, key in rings
    ]


def legacy_sha256(raw: str) -> str:
    """Return the plain SHA-256 of the raw value, as old tables hold it; reversible by guessing."""
    return hashlib.sha256(raw.encode()).hexdigest()
