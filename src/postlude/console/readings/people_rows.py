"""Buyers as rows of a list: always masked, so no list leaves an audit row."""

from collections import Counter
from collections.abc import Collection, Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from postlude.console import words
from postlude.console.readings.board import Buyer
from postlude.console.stages import Stage
from postlude.console.types import BuyerRow
from postlude.kernel import clock, tokens
from postlude.orgs.types import OrgRef
from postlude.people import api as people
from postlude.people.types import Actor, PersonShown

LISTS = Actor("system", "console")
_NOTHING: frozenset[str] = frozenset()


def masked(org: int, contacts: Collection[int]) -> dict[int, PersonShown]:
    """Return these people as anybody may see them."""
    return people.show(
        org, contacts, actor=LISTS, permissions=_NOTHING, purpose="list", now=clock.now()
    )


def called(person: PersonShown | None) -> str:
    """Return what to call a masked person in one word."""
    if person is None:
        return _("Unnamed buyer")
    return person.name or person.email or person.email_as_given or _("Unnamed buyer")


def of(org: OrgRef, buyers: Sequence[Buyer]) -> tuple[BuyerRow, ...]:
    """Return a masked row for each buyer, in the same order."""
    shown = masked(org.id, [each.contact for each in buyers])
    rows = []
    for each in buyers:
        person, (state, tone) = shown.get(each.contact), words.stage(each.stage)
        token = tokens.seal("contact", each.contact)
        rows.append(
            BuyerRow(
                contact=token,
                name=person.name if person else "",
                email=(person.email or person.email_as_given) if person else "",
                tickets=_tickets(each),
                bought_at=each.sold_at,
                state=state,
                tone=tone,
                reason=reason(each),
                seconds=each.seconds,
                href=reverse("console:buyer", args=[org.slug, token]),
                stage=each.stage.value,
            )
        )
    return tuple(rows)


def _tickets(buyer: Buyer) -> str:
    counts = Counter(each.ticket_type for each in buyer.tickets)
    return ", ".join(name if n == 1 else f"{name} ×{n}" for name, n in counts.items())


def reason(buyer: Buyer) -> str:
    """Say why a buyer has not come further."""
    if buyer.stage is not Stage.FAILED:
        return ""
    invitation = buyer.fate.invitation
    if invitation is not None:
        return words.reason(invitation.reason) or words.message_state(invitation.state)[0]
    return next((each.words for each in buyer.grants if each.state == "failed"), "")
