"""Where our own addresses in a message lead: always to us, never with a URL inside."""

from urllib.parse import urlsplit

from django.conf import settings


def link_prefix(token: str) -> str:
    """Return the beginning of a tracked link; the link's number follows."""
    return f"{_base()}/c/{token}/"


def pixel(token: str) -> str:
    return f"{_base()}/o/{token}.gif"


def unsubscribe(token: str) -> str:
    return f"{_base()}/u/{token}"


def is_web(url: str) -> bool:
    """Is this an absolute http(s) address, and nothing cleverer?"""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and not set(url) & set("\r\n\\")


def _base() -> str:
    return str(settings.POSTLUDE_BASE_URL).rstrip("/")
