"""Settings that are wrong together, said before anybody meets them."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, register


@register
def hosts_in_production(**_: Any) -> list[Error]:
    """postlude.E002: production answers to no host name, so every page and webhook is a 400."""
    if not settings.POSTLUDE_PRODUCTION or settings.ALLOWED_HOSTS:
        return []
    return [
        Error(
            "POSTLUDE_HOSTS is not set: in production every request would be refused.",
            hint="export POSTLUDE_HOSTS=tickets.example.org (the host of POSTLUDE_BASE_URL)",
            id="postlude.E002",
        )
    ]
