"""What a text would cost by a channel, and what is published of a template: before it goes out."""

from dataclasses import dataclass

from postlude.kernel import store, tokens
from postlude.messages import addresses as places
from postlude.messages import compiling, pricing, publishing, segments, traits
from postlude.messages.models import MessageTemplate, TemplateText, TemplateVersion
from postlude.messages.types import LocaleText
from postlude.orgs.types import Fees

_QUEUED = """
SELECT m.cycle, COUNT(*) FROM messages_outbox o JOIN messages_message m ON m.id = o.id
WHERE o.org_id = %s AND m.cycle IS NOT NULL AND NOT m.testing GROUP BY m.cycle
"""


@dataclass(frozen=True, slots=True)
class Toll:
    """One message: its segments (0 where they are not counted), and minor units it costs, None
    where no fee is set.
    """

    segments: int
    cost: int | None


def as_long_as_real() -> dict[str, str]:
    """Return addresses as long as those of a real message: of a text message they are paid for."""
    token = tokens.seal("message", 0)
    return {
        compiling.LINK: places.link_prefix(token),
        compiling.UNSUBSCRIBE: places.unsubscribe(token),
        compiling.VIEW: places.view(token),
    }


def toll(text: LocaleText, channel: str, fees: Fees) -> Toll:
    """Return what a text costs by these fees, with sample values, published or not.

    Raises BadTemplate for one that cannot be rendered.
    """
    its = traits.of(channel)
    size = 0
    if its.counts_segments:
        size = segments.count(publishing.preview_text(text, {}, as_long_as_real()).text).count
    pieces = size if its.counts_segments else 1
    return Toll(size, pricing.cost(fees, (channel, its.medium), pieces))


def texts(org: int, slug: str) -> tuple[LocaleText, ...]:
    """Return the newest version of a template in each language, by its name; () for none."""
    template = MessageTemplate.objects.filter(org=org, slug=slug).first()
    if template is None:
        return ()
    versions = TemplateVersion.objects.filter(org=org, template=template).order_by("-number")
    rows = TemplateText.objects.filter(org=org, version__in=versions[:1]).order_by("locale")
    return tuple(
        LocaleText(each.locale, each.subject, each.mjml, each.html, each.text) for each in rows
    )


def queued_by_cycle(org: int) -> dict[int, int]:
    """Count the messages that wait to go out, by the run that decided them; tests are not among
    them.
    """
    return dict(store.rows_sql(_QUEUED, [org]))
