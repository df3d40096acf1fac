"""Commands about points: what somebody has, how it came, giving and spending by hand."""

from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from postlude.console import api as console
from postlude.kernel import clock, ids
from postlude.kernel.errors import BadInput, NotFound
from postlude.orgs.types import OrgRef
from postlude.people import api as people
from postlude.reports import api as reports
from postlude.rewards import api as rewards
from postlude.rewards.types.points import Entry, Give, Posted, Take
from postlude.wiring.cli import output
from postlude.wiring.cli.choosing import Json, Org, chosen

Who = Annotated[
    str, typer.Argument(help="An e-mail address, a ticket, an order number or a contact's id.")
]
Amount = Annotated[int, typer.Argument(help="Whole units; bonus money in minor units.")]
Currency = Annotated[str, typer.Option(help="points, or bonus: and a currency (bonus:TWD).")]
Key = Annotated[
    str, typer.Option(help="Names this very request: with the same key it is done once.")
]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    group = typer.Typer(help="Points and bonus money.", no_args_is_help=True)
    group.command("balance")(balance)
    group.command("give")(give)
    group.command("history")(history)
    group.command("reasons")(reasons)
    group.command("spend")(spend)
    app.add_typer(group, name="points")


def balance(
    contact: Who, org: Org = None, currency: Currency = "points", json: Json = False
) -> None:
    """Show what somebody may spend now, what is held, what comes later and what is owed."""
    ref = chosen(org)
    number = contact_of(ref, contact)
    found = rewards.balances(ref.id, [number], now=clock.now(), currency=currency)[number]
    if json:
        output.emit(found)
        return
    rows = [(found.available, found.held, found.coming, found.debt)]
    output.table(currency, ["available", "held", "coming", "owed"], rows)


def give(  # noqa: PLR0913, PLR0917 - the options of a command
    contact: Who,
    amount: Amount,
    reason: Annotated[str, typer.Option(help="Kept word for word; no personal data.")] = "by hand",
    org: Org = None,
    currency: Currency = "points",
    since: Annotated[
        str, typer.Option("--from", help="When they may be spent; else at once.")
    ] = "",
    until: Annotated[
        str, typer.Option(help="When they end, such as 2026-12-01T09:00; else never.")
    ] = "",
    key: Key = "",
    json: Json = False,
) -> int:
    """Give somebody points; with --key it is safe to repeat."""
    ref = chosen(org)
    wanted = Give(
        key or _new_key(),
        contact_of(ref, contact),
        amount,
        reason,
        currency,
        _moment(since, ref.zone),
        _moment(until, ref.zone),
    )
    (posted,) = rewards.give_many(ref.id, [wanted], now=clock.now())
    return _tell(ref, posted, wanted.contact, currency, json=json)


def spend(  # noqa: PLR0913, PLR0917 - the options of a command
    contact: Who,
    amount: Amount,
    reason: Annotated[str, typer.Option(help="Kept word for word; no personal data.")] = "by hand",
    org: Org = None,
    currency: Currency = "points",
    partial: Annotated[bool, typer.Option("--partial", help="Take what there is.")] = False,
    key: Key = "",
    json: Json = False,
) -> int:
    """Spend somebody's points, the earliest expiry first; with --key it is safe to repeat."""
    ref = chosen(org)
    number = contact_of(ref, contact)
    wanted = Take(key or _new_key(), number, amount, reason, currency, partial)
    (posted,) = rewards.take_many(ref.id, [wanted], now=clock.now())
    return _tell(ref, posted, number, currency, json=json)


def history(  # noqa: PLR0913, PLR0917 - the options of a command
    contact: Who,
    org: Org = None,
    currency: Annotated[str | None, typer.Option(help="Only this one.")] = None,
    before: Annotated[int | None, typer.Option(help="The last entry of the page before.")] = None,
    limit: Annotated[int, typer.Option(help="How many, at most 1000.")] = 50,
    json: Json = False,
) -> None:
    """Show what was given, spent, held, returned and expired, the newest first."""
    ref = chosen(org)
    found = rewards.history(
        ref.id, contact_of(ref, contact), currency=currency, before=before, limit=limit
    )
    if json:
        output.emit({"items": found, "before": found[-1].id if found else None})
        return
    columns = ["entry", "at", "what", "available", "held", "owed", "currency", "reason", "key"]
    output.table(ref.slug, columns, [_row(entry, ref.zone) for entry in found])


def _row(entry: Entry, zone: str) -> tuple[object, ...]:
    at = f"{entry.at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
    sums = [
        f"{change:+d}" if change else "" for change in (entry.available, entry.held, entry.debt)
    ]
    return (entry.id, at, entry.kind.value, *sums, entry.currency, entry.reason, entry.key)


def _tell(ref: OrgRef, posted: Posted, contact: int, currency: str, *, json: bool) -> int:
    left = rewards.balances(ref.id, [contact], now=clock.now(), currency=currency)[contact]
    if json:
        output.emit({"posted": posted, "balance": left})
    elif posted.entry is None:
        output.out.print(f"{posted.short} {currency} too few: nothing was spent")
    else:
        again = " (done before)" if posted.replayed else ""
        output.out.print(f"{posted.entry.amount} {currency}{again}; {left.available} to spend now")
    return output.OK if posted.entry is not None else output.FINDINGS


def reasons(
    org: Org = None,
    unknown: Annotated[bool, typer.Option(help="Only those that nothing here knows.")] = False,
    json: Json = False,
) -> None:
    """List every reason that points were given for, and which notices await it or give it.

    Reasons are compared letter by letter: one that was mistyped answers no message.
    """
    ref = chosen(org)
    found = [each for each in reports.reasons(ref.id) if not (unknown and each.known)]
    if json:
        output.emit({"items": found})
        return
    columns = ["currency", "reason", "times", "first", "last", "awaited by", "given by", ""]
    zone = ZoneInfo(ref.zone)
    rows = [
        (
            each.currency,
            f"“{each.reason}”",  # so that a space at its end is seen
            each.times,
            f"{each.first_at.astimezone(zone):%Y-%m-%d %H:%M}",
            f"{each.last_at.astimezone(zone):%Y-%m-%d %H:%M}",
            "; ".join(each.awaited_by),
            "; ".join(each.given_by),
            "" if each.known else f"unknown{_perhaps(each.perhaps)}",
        )
        for each in found
    ]
    output.table(ref.slug, columns, rows)


def _perhaps(word: str) -> str:
    return f"; “{word}” was meant?" if word else ""


def contact_of(ref: OrgRef, who: str) -> int:
    """Return the contact of an address, a ticket or an order, or the contact with this id."""
    found = console.find(ref.id, who)
    if found is None and who.strip().isdecimal():
        number = int(who)
        known = number < 2**63 and number in people.pseudonyms(ref.id, [number])
        found = number if known else None
    if found is None:
        raise NotFound("Nobody here has this address, ticket, order number or id.")
    return found


def _moment(text: str, zone: str) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(
            "{text} is no time.", text=text, hint="Write it as 2026-12-01T09:00."
        ) from None
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def _new_key() -> str:
    return f"cli:{ids.new_id()}"
