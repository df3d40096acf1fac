"""Publishing a template: everything that can be wrong is found here, with its line."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import minijinja

from postlude.kernel import boundaries, ids, store
from postlude.messages import compiling, engine, placeholders, providers
from postlude.messages.compiling import Compiled
from postlude.messages.errors import (
    BadTemplate,
    TemplateSyntax,
    UnknownPlaceholder,
    UnknownTemplate,
)
from postlude.messages.models import Link, MessageTemplate, TemplateText, TemplateVersion
from postlude.messages.senders import PAST
from postlude.messages.types import LocaleText, Preview, TemplateRef

_PARTS = ("subject", "mjml", "html", "text")


def publish(  # noqa: PLR0913 - a template is what it is made of
    org: int,
    slug: str,
    kind: str,
    texts: Sequence[LocaleText],
    *,
    context: Mapping[str, Any],
    now: datetime,
) -> int:
    """Store a new immutable version and return its id; the same content is the same version."""
    samples = providers.samples(context)
    compiled = [_compiled(text, samples) for text in texts]
    if not compiled:
        raise BadTemplate(locale="-", part="template", line=1, problem="it has no text")
    digest = _digest(kind, texts, context)
    with store.write():
        template = _template(org, slug, kind)
        newest = _newest(template)
        if newest is not None and newest.digest == digest:
            return newest.id
        number = (newest.number if newest else 0) + 1
        version = TemplateVersion.objects.create(
            id=ids.new_id(),
            org_id=org,
            template=template,
            number=number,
            digest=digest,
            context_sample=dict(context),
            created_at=now,
        )
        for text, made in zip(texts, compiled, strict=True):
            _store_text(version, text, made)
    boundaries.crossing("messages.template_published")
    return version.id


def check(text: LocaleText, context: Mapping[str, Any]) -> None:
    """Raise what `publish` would raise for this text; writes nothing (playbooks' dry run)."""
    _compiled(text, providers.samples(context))


def ref(org: int, slug: str) -> TemplateRef:
    """Return the newest version of a template."""
    template = MessageTemplate.objects.filter(org=org, slug=slug).first()
    newest = _newest(template) if template is not None else None
    if template is None or newest is None:
        raise UnknownTemplate(template=slug)
    locales = TemplateText.objects.filter(org=org, version=newest).order_by("id")
    return TemplateRef(
        newest.id,
        template.id,
        slug,
        template.kind,
        newest.number,
        tuple(locales.values_list("locale", flat=True)),
        newest.created_at,
    )


def newest_versions(org: int, slugs: Collection[str]) -> dict[str, int]:
    """Return the number of the newest version of each of these; raise UnknownTemplate."""
    rows = store.rows_sql(
        "SELECT t.slug, v.id FROM messages_template t "  # noqa: S608 - our own SQL
        "JOIN messages_templateversion v ON v.template_id = t.id "
        f"WHERE t.org_id = %s AND t.slug {store.among()} ORDER BY v.number",
        [org, store.many(slugs)],
    )
    found: dict[str, int] = dict(rows)
    for slug in slugs:
        if slug not in found:
            raise UnknownTemplate(template=slug)
    return found


def refs(org: int) -> list[TemplateRef]:
    """Return the newest version of every template that has texts, by name."""
    rows = MessageTemplate.objects.filter(org=org).exclude(kind=PAST).order_by("slug")
    return [ref(org, slug) for slug in rows.values_list("slug", flat=True)]


def preview_text(
    text: LocaleText, context: Mapping[str, Any], values: Mapping[str, Any] | None = None
) -> Preview:
    """Render with sample values, by the engine that sends."""
    samples = {**providers.samples(context), **(values or {})}
    made = _compiled(text, samples)
    filled = _sample_values(made, samples)
    env = engine.environment(parts_of(made.subject, made.html, made.text))
    links = engine.environment({f"{n}.txt": target for n, target in enumerate(made.links)})
    return Preview(
        text.locale,
        engine.render(env, "subject.txt", filled),
        engine.render(env, "body.html", filled),
        engine.render(env, "text.txt", filled),
        tuple(links.render_template(f"{n}.txt", **filled) for n in range(len(made.links))),
    )


def parts_of(subject: str, html: str, text: str) -> dict[str, str]:
    """Name the parts so that only HTML is escaped."""
    return {"subject.txt": subject, "body.html": html, "text.txt": text}


def _compiled(text: LocaleText, samples: Mapping[str, Any]) -> Compiled:
    sources = {part: getattr(text, part) for part in _PARTS if getattr(text, part)}
    for part, source in sources.items():
        check_source(text.locale, part, source, samples)
    if "\n" in text.subject.strip() or "\r" in text.subject.strip():
        raise BadTemplate(
            locale=text.locale, part="subject", line=1, problem="a subject is one line"
        )
    made = compiling.compile_text(text, known=lambda root: root in samples)
    if not made.text.strip():
        raise BadTemplate(locale=text.locale, part="text", line=1, problem="it has no content")
    for part, source in parts_of(made.subject, made.html, made.text).items():
        _check_syntax(text.locale, part, source)
    return made


def check_source(locale: str, part: str, source: str, samples: Mapping[str, Any]) -> None:
    """Raise what is wrong with one part of a text: TemplateSyntax or UnknownPlaceholder."""
    _check_syntax(locale, part, source)
    _check_names(locale, part, source, samples)
    _check_render(locale, part, source, samples)


def _check_syntax(locale: str, part: str, source: str) -> None:
    try:
        engine.environment({"source": source})
    except minijinja.TemplateError as error:
        line, words = engine.problem(error)
        raise TemplateSyntax(locale=locale, part=part, line=line, problem=words) from None


def _check_names(locale: str, part: str, source: str, samples: Mapping[str, Any]) -> None:
    for name, near in placeholders.unknown(sorted(engine.names_in(source)), samples):
        known = ", ".join(sorted(key for key in samples if key != placeholders.ANY))
        raise UnknownPlaceholder(
            locale=locale,
            part=part,
            line=placeholders.line_of(name, source),
            problem=f"nobody fills {{{{ {name} }}}}",
            hint=f"Did you mean {{{{ {near} }}}}?" if near else f"Known names: {known}.",
            name=name,
            nearest=near,
        )


def _check_render(locale: str, part: str, source: str, samples: Mapping[str, Any]) -> None:
    """Find what only shows when rendering: a wrong name inside a loop, an unknown filter."""
    filled = placeholders.filled(sorted(engine.names_in(source)), samples)
    try:
        engine.environment({"source": source}).render_template("source", **filled)
    except minijinja.TemplateError as error:
        line, words = engine.problem(error)
        kind = UnknownPlaceholder if "undefined" in words else TemplateSyntax
        raise kind(locale=locale, part=part, line=line, problem=words) from None


def _sample_values(made: Compiled, samples: Mapping[str, Any]) -> dict[str, Any]:
    names: set[str] = set()
    for source in (made.subject, made.html, made.text, *made.links):
        names |= engine.names_in(source)
    filled = placeholders.filled(sorted(names), samples)
    return {
        compiling.LINK: "https://example.test/c/sample/",
        compiling.PIXEL: "https://example.test/o/sample.gif",
        compiling.TRAP: "",
        **filled,
    }


def _digest(kind: str, texts: Sequence[LocaleText], context: Mapping[str, Any]) -> str:
    whole = {"kind": kind, "texts": [asdict(text) for text in texts], "context": dict(context)}
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def _template(org: int, slug: str, kind: str) -> MessageTemplate:
    template, _ = MessageTemplate.objects.get_or_create(
        org_id=org, slug=slug, defaults={"kind": kind}
    )
    locked = MessageTemplate.objects.select_for_update().get(id=template.id)
    if locked.kind != kind:
        MessageTemplate.objects.filter(id=template.id).update(kind=kind)
    return locked


def _newest(template: MessageTemplate) -> TemplateVersion | None:
    versions = TemplateVersion.objects.filter(org=template.org_id, template=template)
    return versions.order_by("-number").first()


def _store_text(version: TemplateVersion, text: LocaleText, made: Compiled) -> None:
    row = TemplateText.objects.create(
        id=ids.new_id(),
        org_id=version.org_id,
        version=version,
        locale=text.locale,
        subject=made.subject,
        mjml=text.mjml,
        html=text.html,
        text=text.text,
        compiled_html=made.html,
        compiled_text=made.text,
    )
    links = [(ids.new_id(), version.org_id, row.id, n, to) for n, to in enumerate(made.links)]
    store.insert_many(Link, ("id", "org", "text", "n", "target"), links)
