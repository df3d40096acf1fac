"""Commands to try things out: invented members of a shop, invented customers of a chain."""

from typing import Annotated

import typer

from postlude.kernel import clock
from postlude.wiring import invented_chain, invented_members
from postlude.wiring.cli import output
from postlude.wiring.cli.choosing import Json, Org, chosen


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command("invent-members")(invent_members)
    app.command("invent-customers")(invent_customers)


def invent_members(
    org: Org = None,
    members: Annotated[int, typer.Option(min=1, max=100_000, help="How many.")] = 60,
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days until now.")] = 30,
    seed: Annotated[int, typer.Option(help="The same seed is the same month.")] = 7,
    json: Json = False,
) -> None:
    """Invent members of a shop and a month of top-ups, sales and gift cards, to look at.

    For an organisation that follows playbooks/gift-cards.yaml. Again with the same seed adds
    nothing.
    """
    ref = chosen(org)
    with output.progress("a month of sales", shown=not json) as advance:
        month = invented_members.invent(
            ref.id,
            ref.currency,
            seed=seed,
            members=members,
            days=days,
            now=clock.now().replace(hour=0, minute=0, second=0, microsecond=0),
            advance=advance,
        )
    if json:
        output.emit(month)
        return
    rows = [("members", month.members), ("top-ups", month.top_ups), ("sales", month.checkouts)]
    rows += [("gift cards", month.cards), *month.states.items()]
    output.table("invented", ["what", "how many"], rows)


def invent_customers(
    org: Org = None,
    customers: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many.")] = 20_000,
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days until now.")] = 60,
    seed: Annotated[int, typer.Option(help="The same seed is the same customers.")] = 7,
    json: Json = False,
) -> None:
    """Invent customers of a restaurant chain and two months of their orders, to look at.

    Never for an organisation that really sends: the phones are made up, and may be somebody's.
    Again with the same seed on the same day adds nothing.
    """
    ref = chosen(org)
    with output.progress("customers", shown=not json) as advance:
        chain = invented_chain.invent(
            ref,
            seed=seed,
            customers=customers,
            days=days,
            now=clock.now().replace(minute=0, second=0, microsecond=0),
            advance=advance,
        )
    if json:
        output.emit(chain)
        return
    rows = [("customers", chain.customers), ("without a birthday", chain.without_birthday)]
    rows += [("orders", chain.orders)]
    for part in (chain.by_fate, chain.by_kind, chain.by_source):
        rows += part.items()
    output.table("invented", ["what", "how many"], rows)
