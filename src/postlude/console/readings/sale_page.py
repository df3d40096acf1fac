"""What an organiser copies onto the sale page: when to try, and where to ask."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from postlude.journeys import api as journeys
from postlude.orgs.types import OrgRef
from postlude.sources import api as sources


@dataclass(frozen=True, slots=True)
class SaleText:
    """One text, in the language that it is written in."""

    language: str
    name: str
    text: str


def texts(org: OrgRef) -> list[SaleText]:
    """Return the text in every language, the organisation's first."""
    minutes = journeys.try_after(sources.slowest_poll(org.id))
    own = org.locale.lower()
    found = [SaleText(code, name, _text(org, code, minutes)) for code, name in settings.LANGUAGES]
    return sorted(found, key=lambda each: each.language != own)


def _text(org: OrgRef, language: str, minutes: int) -> str:
    base = str(settings.POSTLUDE_BASE_URL)
    with translation.override(language):
        lines = [
            _("Your invitation comes by e-mail. Please try {n} minutes after paying."),
            _("Nothing there? Look into the spam folder, then ask here: {help}"),
            _("How things stand now: {status}"),
        ]
        return "\n".join(lines).format(
            n=minutes,
            help=f"{base}{reverse('console:not-received', args=[org.slug])}",
            status=f"{base}{reverse('console:status', args=[org.slug])}",
        )
