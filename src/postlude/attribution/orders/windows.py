"""How an organisation wants its orders credited; each wish is a version of its own."""

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from postlude.attribution.models import OrderRuleVersion
from postlude.attribution.orders.rules import LONGEST, WITHIN, OrderRule
from postlude.attribution.orders.shares import Model
from postlude.attribution.types import OrderSort
from postlude.kernel import boundaries, ids, store
from postlude.kernel.errors import BadInput
from postlude.orgs import api as orgs

_OTHERS = ""


def rule_of(org: int) -> OrderRule:
    """Return the rule by which orders are credited now.

    Its version is how often something was said of it, or of which touches count: a higher one than
    an order was judged by, and the order is judged again.
    """
    row = newest(org)
    rule = OrderRule() if row is None else _rule(row)
    return replace(rule, version=rule.version + orgs.measuring_said(org))


def newest(org: int) -> OrderRuleVersion | None:
    """Return what was said last."""
    return OrderRuleVersion.objects.filter(org=org).order_by("-version").first()


def looked_to(org: int) -> int | None:
    """Return up to which order those were looked for that are credited now and were not before.

    None: all of them were.
    """
    row = newest(org)
    return None if row is None else row.looked_to


def credit_within(  # noqa: PLR0913 - a rule is what it is
    org: int,
    windows: Mapping[str, timedelta],
    *,
    within: timedelta = WITHIN,
    model: Model | None = None,
    by_campaign: bool | None = None,
    sorts: Collection[OrderSort] | None = None,
    tickets_from: datetime | None = None,
    now: datetime,
) -> OrderRule:
    """Let touches of a channel count for so long before an order, those of others `within`.

    `model` and `by_campaign` (None: as before) say how money is shared among clicks, and whether
    another campaign begins another session; `sorts` and `tickets_from`, which orders are credited
    and since when those of tickets are. A new version if it says anything else than the one
    before; every order is then judged anew. Joins the caller's transaction. Raises BadInput for
    what is not above 0 and at most 31 days, and for no order at all.
    """
    for each in (within, *windows.values()):
        if not timedelta(0) < each <= LONGEST or each.microseconds:
            raise BadInput(
                "A touch counts for whole seconds, above 0 and at most 31 days.",
                hint="Say 24 hours, or 5 days.",
            )
    if sorts is not None and not sorts:
        raise BadInput("No order would be credited.", hint="Name shop, tickets, or both.")
    said = {name: each for name, each in windows.items() if each != within}
    with store.write():
        row = newest(org)
        old = OrderRule() if row is None else _rule(row)
        wanted = replace(
            old,
            within=within,
            windows=said,
            model=old.model if model is None else model,
            by_campaign=old.by_campaign if by_campaign is None else by_campaign,
            sorts=old.sorts if sorts is None else frozenset(sorts),
            tickets_from=tickets_from or old.tickets_from,
        )
        if wanted == old:
            return rule_of(org)
        text = json.dumps(
            {name: int(each.total_seconds()) for name, each in {**said, _OTHERS: within}.items()},
            sort_keys=True,
        )
        begun = 0 if wanted.takes_more_than(old) else (row.looked_to if row else None)
        new: dict[str, Any] = {
            "id": ids.new_id(),
            "org_id": org,
            "version": old.version + 1,
            "windows": text,
            "model": wanted.model.value,
            "by_campaign": wanted.by_campaign,
            "sorts": " ".join(sorted(wanted.sorts)),
            "tickets_from": wanted.tickets_from,
            "looked_to": begun,
            "written_at": now,
        }
        # Whoever said something else at the same moment has this version already.
        store.insert_ignore(
            OrderRuleVersion, [*new], [tuple(new.values())], conflict=("org", "version")
        )
    boundaries.crossing("attribution.rule_written")
    return rule_of(org)


def _rule(row: OrderRuleVersion) -> OrderRule:
    said = {name: timedelta(seconds=each) for name, each in json.loads(row.windows).items()}
    within = said.pop(_OTHERS, WITHIN)
    return OrderRule(
        row.version,
        within,
        said,
        Model(row.model),
        row.by_campaign,
        frozenset(map(OrderSort, row.sorts.split())),
        row.tickets_from,
    )
