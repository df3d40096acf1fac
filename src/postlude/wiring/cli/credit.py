"""Commands about what orders are credited to: why, by which rule, and whether that is stored."""

import re
from datetime import datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape

from postlude.attribution import api as attribution
from postlude.attribution.api import Model, OrderReceipt, OrderRule, OrderSort, ReceiptLine
from postlude.kernel import clock
from postlude.kernel.errors import BadInput, NotFound
from postlude.orders import api as orders
from postlude.orgs import api as orgs
from postlude.orgs.types import Counts, OrgRef
from postlude.wiring.cli import output
from postlude.wiring.cli.choosing import Json, Org, chosen

_SHOWN = 20
_WINDOW = re.compile(r"(?:(?P<channel>[a-z_]+)=)?(?P<count>\d+)(?P<unit>[mhd])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_WHY = {
    "chosen": "taken",
    "outrun": "a later one was taken",
    "before": "too long before the order",
    "after": "after the order",
    "pending": "nobody has judged it yet",
    "void": "no person was behind it",
    "other_type": "",
}
_COUNTS = {
    Counts.SEED: "what people did counts",
    Counts.FILTERED: "what bears no sign of a machine counts",
    Counts.RAW: "everything counts",
}
Number = Annotated[str, typer.Argument(help="The seller's number of the order.")]
Tickets = Annotated[
    bool, typer.Option("--tickets", help="Of two orders of one number, that of tickets.")
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    group = typer.Typer(help="What orders are credited to.", no_args_is_help=True)
    group.command("why")(why)
    group.command("shares")(shares)
    group.command("rule")(rule)
    group.command("sources")(sources)
    group.command("recompute")(recompute)
    app.add_typer(group, name="attribution")


def why(order: Number, tickets: Tickets = False, org: Org = None, json: Json = False) -> None:
    """Show the touches around an order, which were taken, and why the others were not."""
    ref = chosen(org)
    receipt = attribution.receipt(ref.id, _order(ref, order, tickets=tickets))
    if receipt is None:
        raise NotFound(
            "This order is not credited to anything.",
            hint="A test and a guest count nowhere; `postlude attribution rule` says which orders "
            "do, and since when those of tickets.",
        )
    if json:
        output.emit(receipt)
        return
    _show(ref, receipt)


def shares(  # noqa: PLR0913, PLR0917 - the options of a command
    order: Number,
    model: Annotated[
        Model | None, typer.Option(help="How the money is shared; else as the rule says.")
    ] = None,
    days: Annotated[int, typer.Option(help="How far back clicks count.", min=1)] = 30,
    half_life: Annotated[int, typer.Option(help="In days, of decay.", min=1)] = 7,
    tickets: Tickets = False,
    org: Org = None,
    json: Json = False,
) -> None:
    """Share the money of an order among the clicks before it, by one of five models."""
    ref = chosen(org)
    number = _order(ref, order, tickets=tickets)
    model = model or attribution.rule_of(ref.id).model
    found = attribution.credits(
        ref.id,
        [number],
        model,
        lookback=timedelta(days=days),
        half_life=timedelta(days=half_life),
    ).get(number, [])
    if json:
        output.emit({"shares": found})
        return
    zone = ZoneInfo(ref.zone)
    rows = [
        (
            f"{each.click.at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
            each.click.channel,
            each.click.node,
            f"{each.part:.2%}",
            "–" if each.amount is None else str(each.amount),
        )
        for each in found
    ]
    output.table(f"{order}, {model.value}", ["when", "channel", "node", "part", "amount"], rows)


def rule(  # noqa: PLR0913, PLR0917 - a rule is what it is
    windows: Annotated[
        list[str] | None,
        typer.Argument(help="24h for all channels, email=5d for one; m, h, d. None: show it."),
    ] = None,
    model: Annotated[
        Model | None, typer.Option(help="How money is shared among clicks, unless asked otherwise.")
    ] = None,
    by_campaign: Annotated[
        bool | None,
        typer.Option("--by-campaign/--by-pause", help="Another campaign is another session."),
    ] = None,
    sorts: Annotated[
        list[OrderSort] | None,
        typer.Option("--orders", help="Which orders are credited; again for more."),
    ] = None,
    tickets_since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="From which day on orders of tickets are credited."
        ),
    ] = None,
    org: Org = None,
    json: Json = False,
) -> None:
    """Show or say how long before an order an open or a click counts; all is judged anew."""
    ref = chosen(org)
    begin = orgs.day_bounds(ref.id, tickets_since.date())[0] if tickets_since else None
    if windows or sorts or begin or model is not None or by_campaign is not None:
        held = attribution.rule_of(ref.id)
        said = dict(_window(each) for each in windows or ()) or {"": held.within, **held.windows}
        within = said.pop("", OrderRule().within)
        found = attribution.credit_within(
            ref.id,
            said,
            within=within,
            model=model,
            by_campaign=by_campaign,
            sorts=sorts or None,
            tickets_from=begin,
            now=clock.now(),
        )
    else:
        found = attribution.rule_of(ref.id)
    if json:
        output.emit(found)
        return
    rows = [("all others" if found.windows else "all", str(found.within))]
    rows += [(name, str(each)) for name, each in sorted(found.windows.items())]
    output.table(f"Rule {found.version}", ["channel", "counts for"], rows)
    parted = "a pause, or another campaign" if found.by_campaign else "a pause"
    output.out.print(f"money is shared by {found.model}; {parted} begins another session")
    output.out.print(_sorts(found, ref))


def sources(
    since: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.")],
    until: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="The last; else today.")
    ] = None,
    org: Org = None,
    json: Json = False,
) -> None:
    """Show what brought the sessions that ended with an order: source, medium and campaign."""
    ref = chosen(org)
    last = until.date() if until else orgs.local_day(ref.id, clock.now())
    found = attribution.by_source(ref.id, since.date(), last)
    if json:
        names = ("source", "medium", "campaign")
        rows = [
            {
                **dict(zip(names, each.campaign, strict=True)),
                "orders": each.orders,
                "amount": each.amount,
            }
            for each in found
        ]
        output.emit({"sources": rows})
        return
    output.table(
        f"Orders of {since.date()} to {last} by what brought their session",
        ["source", "medium", "campaign", "orders", "amount"],
        [
            (*(part or "–" for part in each.campaign), str(each.orders), str(each.amount))
            for each in found
        ],
    )


def recompute(
    check: Annotated[
        bool, typer.Option("--check", help="Only say what differs; exit code 5 if anything does.")
    ] = False,
    after: Annotated[
        int, typer.Option(help="Go on behind this order, by the id that was said last.")
    ] = 0,
    org: Org = None,
    json: Json = False,
) -> None:
    """Judge every order as if nothing were known of it, and put right what differs."""
    ref = chosen(org)
    total, done = attribution.count_orders(ref.id, after), 0
    with output.progress("orders", shown=not json) as advance:

        def told(count: int) -> None:
            nonlocal done
            done += count
            advance(done, total)

        found = attribution.recompute_orders(
            ref.id, now=clock.now(), after=after, mend=not check, told=told
        )
    if json:
        output.emit(found)
    elif found.differences:
        rows = [(each.uid, ", ".join(each.names)) for each in found.differences[:_SHOWN]]
        output.table("Not as the facts say", ["order", "what"], rows)
        words = "`postlude attribution recompute` mends them" if check else "put right"
        output.out.print(f"{len(found.differences)} of {found.looked_at} orders differ; {words}")
    else:
        output.out.print(f"[green]✓[/] {found.looked_at} orders are as the facts say")
    if found.awaiting and not json:
        output.out.print(f"{found.awaiting} wait to be judged by what was said last")
    if found.differences and check:
        raise typer.Exit(output.FINDINGS)


def _sorts(rule: OrderRule, ref: OrgRef) -> str:
    words = f"orders of {' and '.join(sorted(rule.sorts))} are credited"
    if rule.tickets_from is None or OrderSort.TICKETS not in rule.sorts:
        return words
    since = rule.tickets_from.astimezone(ZoneInfo(ref.zone))
    return f"{words}, of tickets since {since:%Y-%m-%d %H:%M}"


def _order(ref: OrgRef, number: str, *, tickets: bool) -> int:
    found = None if tickets else orders.shop_orders_named(ref.id, [number]).get(number)
    if found is not None:
        return found.id
    sold = orders.ticket_orders_named(ref.id, [number]).get(number)
    if sold is None:
        raise NotFound("Nobody has told of this order.", hint="Is the number spelled as there?")
    return sold


def _why(line: ReceiptLine, why: attribution.Why) -> str:
    if why is attribution.Why.VOID and (line.human or line.kind == "open"):
        return "it bears the sign of a machine"
    return _WHY[why.value] or "–"


def _window(text: str) -> tuple[str, timedelta]:
    found = _WINDOW.fullmatch(text.strip().lower())
    if found is None:
        raise BadInput("That is no window.", hint="Such as 24h, or email=5d sms=24h.")
    return found["channel"] or "", int(found["count"]) * _UNITS[found["unit"]]


def _show(ref: OrgRef, receipt: OrderReceipt) -> None:
    zone, order = ZoneInfo(ref.zone), receipt.order
    amount = "" if order.amount is None else f", {order.amount}"
    when = order.at.astimezone(zone)
    sort = " of tickets" if order.sort is OrderSort.TICKETS else ""
    title = f"{order.uid}{sort}, {order.state.value}, {when:%Y-%m-%d %H:%M:%S}{amount}"
    rows = [
        (
            f"{each.touch.at.astimezone(zone):%m-%d %H:%M:%S}",
            each.kind,
            each.touch.channel,
            each.touch.node,
            each.touch.touch,
            _why(each, each.as_open),
            _why(each, each.as_click),
        )
        for each in receipt.lines
    ]
    columns = ["when", "what", "channel", "node", "touch", "as the open", "as the click"]
    output.table(title, columns, rows)
    if order.session_started_at is not None:
        begun = order.session_started_at.astimezone(zone)
        brought = " / ".join(part or "–" for part in order.session_campaign)
        by = f", brought by {escape(brought)}" if order.session_campaign else ""
        output.out.print(f"the session began at {begun:%H:%M:%S}{by}")
    if receipt.final:
        output.out.print(
            f"final, by rule {order.rule}: what else there was then is no longer kept, "
            "see `postlude retention show`"
        )
    else:
        output.out.print(f"by rule {receipt.rule.version}: {receipt.rule.within} before the order")
    counted = ", ".join(sorted({_COUNTS[each.by] for each in receipt.lines}))
    if counted:
        output.out.print(f"on the days of these touches {counted}")
    if not receipt.agrees:
        output.out.print("[yellow]not stored like this yet[/]: news may still be waiting")
