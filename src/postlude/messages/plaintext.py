"""The text part of a mail, made from its HTML when nobody wrote one."""

import re
from html.parser import HTMLParser

_BREAKS = frozenset(
    "p div tr table h1 h2 h3 h4 h5 h6 li ul ol blockquote section article header footer".split()
)
_SILENT = frozenset({"style", "script", "head", "title"})


def from_html(html: str) -> str:
    """Return readable text; a link becomes its words and its address in brackets."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = [re.sub(r"[ \t\u00a0]+", " ", line).strip() for line in reader.text().split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._silent = 0
        self._href = ""

    def text(self) -> str:
        return "".join(self._parts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag == "br":
            self._parts.append("\n")
        elif tag in _BREAKS:
            self._parts.append("\n")
            if tag == "li":
                self._parts.append("- ")
        elif tag == "a":
            self._href = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BREAKS:
            self._parts.append("\n")
        elif tag == "a" and self._href:
            if not self._href.startswith(("#", "mailto:", "tel:")):
                self._parts.append(f" ( {self._href} )")
            self._href = ""

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._parts.append(re.sub(r"\s+", " ", data))
