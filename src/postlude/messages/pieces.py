"""A text taken apart for a vendor that puts it together: what is the same for all, and pieces.

A placeholder is a piece; a block (`if`, `for`) is one piece with all that is in it. Each is
rendered for each person by the engine that renders whole texts, so a person reads the same.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import minijinja

from postlude.kernel import tokens
from postlude.kernel.errors import AppError
from postlude.messages import engine, rendering, texts, traits
from postlude.messages.errors import NotSplittable
from postlude.messages.models import TemplateText
from postlude.messages.types import Filled, Leased, Outcome, OutcomeKind, Piecewise
from postlude.people import api as people

_TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_STATEMENT = re.compile(r"\{%[-+]?\s*(\w+)")
_ALONE = frozenset({"set", "include", "import", "from", "extends", "block", "macro", "do"})


@dataclass(frozen=True, slots=True)
class _Taken:
    whole: Piecewise
    templates: tuple[str, ...]
    names: frozenset[str]
    environment: minijinja.Environment


def apart(org: int, version: int, locale: str) -> Piecewise:
    """Return the text in pieces; raise NotSplittable when it cannot be taken apart."""
    return _apart(org, version, locale).whole


def fill(leased: Sequence[Leased]) -> tuple[list[Filled], list[Outcome]]:
    """Return each person's pieces, and a failure for each whose pieces cannot be made.

    All of one organisation, sender and text.
    """
    if not leased:
        return [], []
    first = leased[0]
    taken = _apart(first.org, first.template_version, first.locale)
    text = texts.text_of(first.org, first.template_version, first.locale)
    kind = traits.of(first.channel).address_kind
    places = people.addresses(first.org, sorted({it.contact for it in leased}), kind)
    ready: list[Filled] = []
    failures: list[Outcome] = []
    values = rendering.values_for(first.org, leased, taken.names | text.names)
    for it, named in zip(leased, values, strict=True):
        try:
            made = tuple(engine.render(taken.environment, each, named) for each in taken.templates)
            body = _together((*taken.whole.html, *taken.whole.text), made)
            rendering.check_links(text, named, tokens.seal(rendering.TOKEN, it.message), body)
            ready.append(Filled(it.message, it.contact, places[it.contact].value, made))
        except minijinja.TemplateError as error:
            line, words = engine.problem(error)
            failures.append(_failed(it, f"template, line {line}: {words}"))
        except AppError as error:
            failures.append(_failed(it, error.text()))
        except KeyError:
            failures.append(_failed(it, "The contact has no address for this channel."))
    return ready, failures


@lru_cache(maxsize=64)
def _apart(org: int, version: int, locale: str) -> _Taken:
    row = TemplateText.objects.get(org=org, id=texts.text_of(org, version, locale).id)
    found: dict[tuple[str, str], int] = {}
    subject = _split(row.subject, "txt", found)
    html = _split(row.compiled_html, "html", found)
    text = _split(row.compiled_text, "txt", found)
    named = {f"{number}.{kind}": source for (kind, source), number in found.items()}
    roots = frozenset[str]().union(*(texts.roots_of(source) for source in named.values()))
    return _Taken(
        Piecewise(subject, html, text, len(found)),
        tuple(named),
        roots,
        engine.environment(named),
    )


def _split(source: str, kind: str, found: dict[tuple[str, str], int]) -> tuple[str | int, ...]:
    """Return literal texts and numbers of pieces; the same piece has the same number."""
    parts: list[str | int] = []
    at = began = depth = 0
    for tag in _TAG.finditer(source):
        if not depth:
            literal = source[at : tag.start()]
            # `{%-` eats the spaces before it, as it does when the whole text is rendered.
            parts.append(literal.rstrip() if tag[0][2:3] == "-" else literal)
            began = tag.start()
        depth += _step(tag[0], source, tag.start(), inside=bool(depth))
        if not depth:
            if not tag[0].startswith("{#"):
                parts.append(found.setdefault((kind, source[began : tag.end()]), len(found)))
            at = tag.end()
    parts.append(source[at:])
    return tuple(part for part in parts if part != "")


def _step(tag: str, source: str, at: int, *, inside: bool) -> int:
    """Return by how much a tag goes into blocks (1) or out of them (-1)."""
    if not tag.startswith("{%"):
        return 0
    statement = _STATEMENT.match(tag)
    word = statement[1] if statement else ""
    if word.startswith("end"):
        return -1
    if word in _ALONE:
        if inside and word == "set":
            return 0
        raise NotSplittable(what=word, line=source.count("\n", 0, at) + 1)
    return 0 if word in {"else", "elif"} else 1


def _together(parts: Sequence[str | int], made: Sequence[str]) -> str:
    return "".join(made[part] if isinstance(part, int) else part for part in parts)


def _failed(it: Leased, words: str) -> Outcome:
    return Outcome(it.message, OutcomeKind.FAILED, words=words)
