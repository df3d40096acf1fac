"""Where a popup's button leads, and where its picture lies. Pure.

Web addresses and paths of the shop's own site, nothing else: what runs as a script begins neither
with http:// nor with one /. A placeholder may stand behind the host, never in place of it.
"""

import re

_WEB = re.compile(
    r"https?://[a-z0-9][a-z0-9.:-]{0,252}(?:[/?#][^\s\x00-\x1f\"'<>\\`]*)?", re.IGNORECASE
)
_PATH = re.compile(r"/(?![/\\])[^\s\x00-\x1f\"'<>\\`]*")
_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_LONGEST = 1_000


def is_safe(address: str) -> bool:
    """Say whether a browser may be led there."""
    if not 0 < len(address) <= _LONGEST:
        return False
    return bool(_WEB.fullmatch(address) or _PATH.fullmatch(address))


def may_become_safe(template: str) -> bool:
    """Say whether an address with placeholders is one whatever is filled in."""
    tag = _TAG.search(template)
    if tag is None:
        return is_safe(template)
    fixed = template[: tag.start()]
    # Behind the host: `https://shop.example{{ x }}` could become another one.
    whole_host = fixed.startswith("/") or fixed.count("/") >= 3  # noqa: PLR2004
    return whole_host and is_safe(_TAG.sub("x", template)) and is_safe(fixed)
