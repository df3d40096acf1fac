"""A published text with sample values; of a text message also how long it is and what it costs."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from postlude.messages import pricing, publishing, segments, weighing
from postlude.messages.errors import UnknownTemplate
from postlude.messages.models import TemplateText, TemplateVersion
from postlude.messages.types import TEXT_MESSAGE, LocaleText, Preview
from postlude.orgs import api as orgs


def preview(org: int, version: int, locale: str, values: Mapping[str, Any] | None) -> Preview:
    row = TemplateText.objects.filter(org=org, version=version, locale=locale).first()
    if row is None:
        raise UnknownTemplate(template=f"{version} {locale}")
    of = TemplateVersion.objects.select_related("template").get(org=org, id=version)
    written = LocaleText(locale, row.subject, row.mjml, row.html, row.text)
    shown = publishing.preview_text(written, of.context_sample, values)
    if of.template.kind != TEXT_MESSAGE:
        return shown
    # The addresses of a real message are longer than those of a sample, and are paid for.
    whole = {**(values or {}), **weighing.as_long_as_real()}
    size = segments.count(publishing.preview_text(written, of.context_sample, whole).text)
    cost = pricing.cost(orgs.fees(org), (TEXT_MESSAGE,), size.count)
    return replace(shown, size=size, cost=cost)
