"""The country of a browser, as a proxy in front of us says it; we look nothing up ourselves."""

import re
from collections.abc import Mapping

from django.conf import settings

_TWO = re.compile(r"[A-Z]{2}")
_NOWHERE = frozenset({"XX", "ZZ", "AP", "EU"})


def country_of(headers: Mapping[str, str]) -> str:
    """Return two capital letters (ISO 3166-1), or "" where the proxy does not know or is not asked.

    The header is the one that POSTLUDE_COUNTRY_HEADER names. Nothing finer is ever read.
    """
    name = settings.POSTLUDE_COUNTRY_HEADER
    if not name:
        return ""
    said = headers.get(name.lower(), "").strip().upper()
    return said if _TWO.fullmatch(said) and said not in _NOWHERE else ""
