"""Which language a person gets."""

from collections.abc import Sequence


def choose(available: Sequence[str], wanted: str, usual: str) -> str:
    """The wanted one, its language in another region, then the organisation's, then English.

    At last the first there is: a message in a wrong language is better than none.
    """
    for want in (wanted, usual, "en"):
        found = _match(available, want) if want else None
        if found is not None:
            return found
    return available[0]


def _match(available: Sequence[str], wanted: str) -> str | None:
    plain = wanted.replace("_", "-").lower()
    by_name = {locale.lower(): locale for locale in available}
    while plain:
        if plain in by_name:
            return by_name[plain]
        plain = plain.rpartition("-")[0]
    language = wanted.replace("_", "-").lower().split("-")[0]
    for locale in available:
        if locale.lower().split("-")[0] == language:
            return locale
    return None
