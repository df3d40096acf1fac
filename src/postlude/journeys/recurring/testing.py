"""A test of a notice: its text, once, by its own sender. Nothing is marked, given or counted."""

from datetime import datetime

from postlude.journeys import testing
from postlude.journeys.recurring import definitions, publishing
from postlude.journeys.recurring.types import Recurring, Selection, Way
from postlude.kernel.errors import BadInput
from postlude.messages import api as messages
from postlude.messages.types import Enqueued
from postlude.people import api as people
from postlude.rules import api as rules


def send_test(  # noqa: PLR0913 - what, to whom, and when
    org: int,
    slug: str,
    *,
    to: str = "",
    contact: int | None = None,
    way: str = "",
    selection: str = "",
    source: str,
    now: datetime,
) -> Enqueued:
    """Queue the text of a notice to an address, or to a contact: one real message.

    It takes no turn, gives no points and makes no mark, and neither a report nor a cap nor what
    is made of reactions ever counts it. `way` names one of the actions by turns, `selection` where
    several have it; without them it is the first. Raises NotFound for a notice that is not there,
    and BadInput for a way that it has not, or an address that is none.
    """
    notice = definitions.from_json(publishing.newest(org, slug).definition)
    _, chosen = _chosen(notice, way, selection)
    letter = chosen.send
    account, version = messages.sender(org, letter.sender), messages.template(org, letter.template)
    medium = messages.traits_of(account.channel).medium
    if contact is None:
        contact = testing.contact_at(org, to, medium=medium, source=source, now=now)
    said: dict[str, object] = {"journey": slug, "way": chosen.name}
    if chosen.give is not None:
        said["points"] = chosen.give.amount
    return messages.send_test(
        org,
        version.id,
        sender=account.id,
        contact=contact,
        locale=people.locales(org, [contact]).get(contact, ""),
        now=now,
        context=said,
    )


def _chosen(notice: Recurring, way: str, selection: str) -> tuple[Selection, Way]:
    known = [(each, one) for each in notice.selections for one in each.ways]
    found = [
        (each, one) for each, one in known if selection in {"", each.name} and way in {"", one.name}
    ]
    if not found:
        wanted = " ".join(each for each in (selection, way) if each)
        names = [f"{each.name} {one.name}" for each, one in known]
        hint = rules.did_you_mean(wanted, names) or f"One of: {', '.join(names)}."
        raise BadInput("The notice has no action {way}.", way=wanted, hint=hint)
    return found[0]
