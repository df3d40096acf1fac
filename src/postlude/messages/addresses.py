"""Where our own addresses in a message lead: always to us, never with a URL inside."""

from urllib.parse import urlsplit

from django.conf import settings

TRAP = 9_999
"""The number of a link that no person sees: who follows it is a program."""


def link_prefix(token: str) -> str:
    """Return the beginning of a tracked link; the link's number follows."""
    return f"{_base()}/c/{token}/"


def pixel(token: str) -> str:
    return f"{_base()}/o/{token}.gif"


def trap(token: str) -> str:
    """Return a link that is in the source of a mail and nowhere else."""
    hidden = 'style="display:none" aria-hidden="true" tabindex="-1" rel="nofollow"'
    return f'<a href="{link_prefix(token)}{TRAP}" {hidden}></a>'


def unsubscribe(token: str) -> str:
    return f"{_base()}/u/{token}"


def view(token: str) -> str:
    """Return where a mail is looked at in the browser; its token opens nothing else."""
    return f"{_base()}/v/{token}"


def is_no_click(url: str) -> bool:
    """Say whether to follow an address is no click: it unsubscribes, or shows the mail itself."""
    return url.startswith((f"{_base()}/u/", f"{_base()}/v/"))


def is_web(url: str) -> bool:
    """Is this an absolute http(s) address, and nothing cleverer?"""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and not set(url) & set("\r\n\\")


def _base() -> str:
    return str(settings.POSTLUDE_BASE_URL).rstrip("/")
