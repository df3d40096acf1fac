"""Cut personal data and secrets out of texts that we did not write (vendors' words, errors)."""

import re
from collections.abc import Iterable

from postlude.kernel import storable

_EMAIL = re.compile(r"[^\s@<>\"'(),;:]+@[^\s@<>\"'(),;:]+")
_DIGITS = re.compile(r"\+?\d[\d\s().-]{6,}\d")
_TOKEN = re.compile(r"\b[A-Za-z0-9_-]{24,}\b")
_QUERY = re.compile(r"(https?://[^\s?\"'<>]+)\?[^\s\"'<>]+")
_DOT = "•••"


def cut(text: object, limit: int = 300) -> str:
    """Return the text without e-mails, phones, long tokens and queries, at most `limit` long.

    Storable, too: a vendor's words end in a table.
    """
    words = _QUERY.sub(r"\1?…", storable.text(str(text)))
    words = _EMAIL.sub("[e-mail]", words)
    words = _TOKEN.sub("[token]", words)
    words = _DIGITS.sub("[number]", words)
    words = " ".join(words.split())
    return words if len(words) <= limit else words[: limit - 1] + "…"


def without(text: str, personal: Iterable[str]) -> str:
    """Return the text without these e-mails and names, nor a mailbox or a word of a name alone.

    For a vendor's words about a person whom we know: "no such user: ann" holds no address that
    `cut` would find. Latin words go as whole words only, so that Ann does not eat "annual".
    """
    # Compiling a pattern costs ten times a look, and mostly a vendor names nobody.
    parts = {part for value in personal for part in _parts(value) if _may_hold(text, part)}
    if not parts:
        return text
    either = "|".join(
        rf"(?<![^\W_]){re.escape(part)}(?![^\W_])" if part.isascii() else re.escape(part)
        for part in sorted(parts, key=len, reverse=True)
    )
    return re.sub(either, "[person]", text, flags=re.IGNORECASE)


def _parts(value: str) -> set[str]:
    whole = value.strip()
    words = {whole, whole.partition("@")[0], *whole.replace("@", " ").split()}
    return {word for word in words if len(word) > (2 if word.isascii() else 1)}


def _may_hold(text: str, part: str) -> bool:
    """Say whether a pattern of `part` may match; no only where that is certain."""
    if part.lower() == part.upper():  # Chinese: no other case to be spelled in
        return part in text
    if part.isascii() and text.isascii():
        return part.lower() in text.lower()
    return True  # such as a dotless i, which a pattern takes for an i


def mask_email(email: str) -> str:
    """Return `a•••@e•••.test` for `ann@example.test`."""
    local, at, domain = email.partition("@")
    if not at:
        return mask_name(email)
    host, dot, top = domain.rpartition(".")
    shown = f"{host[:1]}{_DOT}{dot}{top}" if dot else f"{domain[:1]}{_DOT}"
    return f"{local[:1]}{_DOT}@{shown}"


def mask_phone(phone: str) -> str:
    """Return the country prefix and the last two digits."""
    return f"{phone[:4]}{_DOT}{phone[-2:]}" if len(phone) > 6 else _DOT  # noqa: PLR2004


def mask_name(name: str) -> str:
    """Return the first letter only."""
    return f"{name.strip()[:1]}{_DOT}" if name.strip() else ""
