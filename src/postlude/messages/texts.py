"""Compiled texts, kept in memory: they are immutable, so they never grow stale."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

import minijinja

from postlude.messages import engine, locales
from postlude.messages.errors import UnknownTemplate
from postlude.messages.models import Link, TemplateText
from postlude.messages.publishing import parts_of


@dataclass(frozen=True, slots=True)
class Text:
    """One language of a template version, ready to render.

    `live_links` are the numbers of links that depend on the person; `titled`: it has a subject.
    """

    id: int
    locale: str
    environment: minijinja.Environment
    names: frozenset[str]
    links: tuple[str, ...]
    live_links: frozenset[int]
    titled: bool


@lru_cache(maxsize=512)
def text_of(org: int, version: int, locale: str) -> Text:
    """Return the text for a message's locale, with the fall-back order of `locales`."""
    rows = {row.locale: row for row in TemplateText.objects.filter(org=org, version=version)}
    if not rows:
        raise UnknownTemplate(template=version)
    row = rows[locales.choose(list(rows), locale, locale)]
    links = tuple(
        Link.objects.filter(org=org, text=row).order_by("n").values_list("target", flat=True)
    )
    parts = parts_of(row.subject, row.compiled_html, row.compiled_text)
    named = {f"{n}.txt": target for n, target in enumerate(links)}
    return Text(
        row.id,
        row.locale,
        engine.environment({**parts, **named}),
        _roots([*parts.values(), *links]),
        links,
        frozenset(n for n, target in enumerate(links) if roots_of(target)),
        bool(row.subject),
    )


def roots_of(source: str) -> frozenset[str]:
    """Return the first parts of the placeholders of one source."""
    return _roots([source])


def _roots(sources: Collection[str]) -> frozenset[str]:
    return frozenset(
        name.partition(".")[0] for source in sources for name in engine.names_in(source)
    )
