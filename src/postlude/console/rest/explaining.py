"""Rules asked with raw facts: what applies, and why. For whoever keeps the rules."""

from dataclasses import asdict
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from postlude.console.rest import keys, naming
from postlude.console.rest.naming import ContactName
from postlude.console.rest.promotion_shapes import OfferOut
from postlude.console.rest.strict import OptionalWord, Strict
from postlude.kernel import clock
from postlude.kernel.money import Money
from postlude.orgs import api as orgs
from postlude.orgs.api import Permission
from postlude.people import api as people
from postlude.rules import api as rules
from postlude.rules.types import Ask

router = Router(tags=["rules"])
_VIEW = keys.Key(Permission.VIEW_RULES)


class AskIn(Strict):
    """A question to the rules of a flow; facts are of `rules.vocabulary`."""

    business: Literal["top-up", "checkout"]
    contact: ContactName | None = None
    merchant: OptionalWord = ""
    facts: dict[str, Any] = Field(default_factory=dict, max_length=50)


class ExplainIn(AskIn):
    rule: OptionalWord = ""


class ReasonedOut(Schema):
    """One rule by itself; the trace has every leaf with what it asks for and what there was."""

    rule: str
    title: str
    verdict: bool | None
    branch: str
    reason: str
    because: list[str]
    gives: dict[str, str]
    takes: dict[str, int]
    nearest: list[str] | None
    trace: dict[str, Any]


@router.post("/preview", auth=_VIEW, response=OfferOut, summary="Which rules apply, best first")
def preview(request: HttpRequest, said: AskIn) -> dict[str, Any]:
    """Nothing is held by looking."""
    org = keys.org_of(request)
    currency = orgs.get(org).currency
    found = rules.preview(org, _ask(org, said, currency), now=clock.now())
    return {
        "gifts": [rules.gift_shown(each, currency) for each in found.gifts],
        "not_given": [rules.missed_shown(each) for each in found.missed],
        "exact": found.exact,
    }


@router.post(
    "/explain", auth=_VIEW, response=list[ReasonedOut], summary="Why each rule applies or not"
)
def explain(request: HttpRequest, said: ExplainIn) -> list[dict[str, Any]]:
    """Personal facts are hidden without the scope people.view_contact and an X-Purpose."""
    org = keys.org_of(request)
    ask = _ask(org, said, orgs.get(org).currency)
    clear = _may_see(request, ask.contact)
    found = rules.explain(org, ask, now=clock.now(), rule=said.rule, may_see_personal=clear)
    return [asdict(each) for each in found]


def _ask(org: int, said: AskIn, currency: str) -> Ask:
    facts = rules.read_facts(said.facts, currency)
    amount = facts.get("amount")
    return Ask(
        said.business,
        None if said.contact is None else naming.contact(org, said.contact),
        facts,
        amount=Money(amount, currency) if isinstance(amount, int) else None,
        merchant=said.merchant,
    )


def _may_see(request: HttpRequest, contact: int | None) -> bool:
    """Return whether personal facts may be shown; looking at somebody's leaves an audit row."""
    key, purpose = keys.key_of(request), keys.purpose(request)
    if not purpose or Permission.VIEW_CONTACT not in key.scopes:
        return False
    if contact is not None:
        people.show(
            key.org,
            [contact],
            actor=keys.actor(key),
            permissions=key.scopes,
            purpose=purpose,
            now=clock.now(),
        )
    return True
