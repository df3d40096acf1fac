"""Which actions of notices name a coupon's code in their text."""

from postlude.journeys import publishing as versions
from postlude.journeys.models import JourneyVersion
from postlude.journeys.recurring import definitions


def coupons_named(org: int) -> dict[tuple[str, int, str], str]:
    """Return the code by notice, version and action, of every version there ever was."""
    rows = JourneyVersion.objects.filter(org=org, journey__trigger=versions.TIMETABLE)
    found = {}
    for slug, number, definition in rows.values_list("journey__slug", "number", "definition"):
        for selection in definitions.from_json(definition).selections:
            for way in selection.ways:
                if way.coupon:
                    found[slug, number, way.name] = way.coupon
    return found
