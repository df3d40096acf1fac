"""From what a marketer wrote to what is rendered: MJML to HTML, links found, text part made.

Pure, and done once, when a template is published.
"""

import html as html_entities
import re
from collections.abc import Callable
from dataclasses import dataclass

import mrml

from postlude.messages import engine, plaintext, spans
from postlude.messages.errors import TemplateSyntax
from postlude.messages.types import LocaleText

LINK = "_link"
PIXEL = "_pixel"
TRAP = "_trap"
UNSUBSCRIBE = "unsubscribe_url"
VIEW = "view_in_browser_url"
_NO_CLICKS = frozenset({UNSUBSCRIBE, VIEW})

_HREF = re.compile(r"""(<a\b[^>]*?\bhref\s*=\s*)("([^"]*)"|'([^']*)')""", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s<>\"']+")
_WEB = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Compiled:
    """What is rendered for a message. `links[n]` is where link `n` leads, itself a template."""

    subject: str
    html: str
    text: str
    links: tuple[str, ...]


def compile_text(source: LocaleText, *, known: Callable[[str], bool]) -> Compiled:
    """Compile one language. `known(name)`: is this the first part of a placeholder we fill?"""
    links: list[str] = []
    hidden = spans.hide(_to_html(source))
    wrapped = hidden.shown(_wrap_html(hidden, links, known))
    text = _text(source, wrapped, links)
    return Compiled(source.subject.strip(), _with_pixel(wrapped), text, tuple(links))


def _to_html(source: LocaleText) -> str:
    if not source.mjml:
        return source.html
    hidden = spans.hide(source.mjml)
    try:
        return hidden.shown(mrml.to_html(hidden.source).content)
    except OSError as error:  # mrml's one exception
        raise TemplateSyntax(
            locale=source.locale,
            part="mjml",
            line=_line_of(str(error), hidden.source),
            problem=str(error),
            hint="MJML is XML: close every tag, quote every attribute.",
        ) from None


def _line_of(words: str, source: str) -> int:
    position = re.search(r"\((\d+)[:.]+\d+\)|position (\d+)|at (\d+)", words)
    if position is None:
        return source.count("\n") + 1
    offset = int(next(group for group in position.groups() if group))
    return source.count("\n", 0, offset) + 1


def _wrap_html(hidden: spans.Hidden, links: list[str], known: Callable[[str], bool]) -> str:
    def wrap(match: re.Match[str]) -> str:
        raw = match[3] if match[3] is not None else match[4]
        target = hidden.shown(html_entities.unescape(raw)).strip()
        if not _is_tracked(raw.strip(), target, known):
            return match[0]
        return f'{match[1]}"{_reference(links, target)}"'

    return _HREF.sub(wrap, hidden.source)


def _is_tracked(raw: str, target: str, known: Callable[[str], bool]) -> bool:
    """Web addresses, and expressions that give one.

    To unsubscribe and to look at the mail in the browser never count as clicks; an address made
    from a loop's variable cannot be found again from its number, so it stays as it is.
    """
    if not raw.lower().startswith(_WEB) and not spans.begins_with_tag(raw):
        return False
    names = engine.names_in(target)
    return not names & _NO_CLICKS and all(known(name.partition(".")[0]) for name in names)


def _reference(links: list[str], target: str) -> str:
    if target not in links:
        links.append(target)
    return f"{{{{ {LINK} }}}}{links.index(target)}"


def _text(source: LocaleText, wrapped: str, links: list[str]) -> str:
    if not source.text.strip():
        hidden = spans.hide(wrapped)
        return hidden.shown(plaintext.from_html(hidden.source)) if wrapped.strip() else ""
    text = source.text
    for target in list(links):
        if spans.begins_with_tag(spans.hide(target).source):
            text = text.replace(target, _reference(links, target))
    hidden = spans.hide(text)
    numbered = _URL.sub(lambda url: _plain_url(url[0], hidden, links), hidden.source)
    return hidden.shown(numbered)


def _plain_url(url: str, hidden: spans.Hidden, links: list[str]) -> str:
    kept = url.rstrip(".,;:!?)]}'\u3002\uff0c")
    return _reference(links, hidden.shown(kept)) + url[len(kept) :]


def _with_pixel(html: str) -> str:
    if not html.strip():
        return ""
    pixel = f'<img src="{{{{ {PIXEL} }}}}" width="1" height="1" alt="" style="border:0">'
    pixel += f"{{{{ {TRAP} }}}}"
    at = html.lower().rfind("</body>")
    return html + pixel if at < 0 else html[:at] + pixel + html[at:]
