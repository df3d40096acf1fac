"""Every URL there is, read from the resolver, so that a new one is looked at without being named."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.urls import URLResolver, get_resolver

MEMBERS = "org/<slug:slug>/"
API = "api/v1/"
METHODS = ("get", "post", "head", "put", "patch", "delete", "options")
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


def routes(patterns: Sequence[Any] | None = None, prefix: str = "") -> Iterator[str]:
    """Return every route as it is written in `urlpatterns`."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


def filled(route: str, values: Mapping[str, str]) -> str:
    """Return a URL of a route; a token is that of the thing that its folder names.

    `values` are by parameter, and by folder for tokens ("buyers", "messages").
    """

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        folder = route[: match.start()].rstrip("/").rpartition("/")[2]
        return values[folder if name == "token" else name]

    return "/" + _PARAMETER.sub(value, route)


def members(values: Mapping[str, str]) -> list[str]:
    """Return a URL of every page of an organisation."""
    return [filled(each, values) for each in routes() if each.startswith(MEMBERS)]


def api(values: Mapping[str, str]) -> list[str]:
    """Return a URL of every call of the API."""
    return [filled(each, values) for each in routes() if each.startswith(API) and each != API]
