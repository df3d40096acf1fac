"""Template tags hidden from tools that read HTML, and put back afterwards."""

import re
from dataclasses import dataclass

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_OPEN, _CLOSE = "zq7postlude", "tag7qz"  # plain letters: mrml escapes rarer signs
_MARK = re.compile(f"{_OPEN}(\\d+){_CLOSE}")


@dataclass(frozen=True, slots=True)
class Hidden:
    """A source in which every `{{ }}`, `{% %}` and `{# #}` is a mark without markup in it."""

    source: str
    tags: tuple[str, ...]

    def shown(self, source: str) -> str:
        """Put the tags back into `source`, which was made from this one."""
        return _MARK.sub(lambda match: self.tags[int(match[1])], source)


def hide(source: str) -> Hidden:
    tags: list[str] = []

    def mark(match: re.Match[str]) -> str:
        tags.append(match[0])
        return f"{_OPEN}{len(tags) - 1}{_CLOSE}"

    clean = source.replace(_OPEN, "").replace(_CLOSE, "")
    return Hidden(_TAG.sub(mark, clean), tuple(tags))


def begins_with_tag(source: str) -> bool:
    return source.startswith(_OPEN)
