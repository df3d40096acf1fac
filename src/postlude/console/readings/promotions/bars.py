"""Bars: parts of a whole, in their own units, with what each stands for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from postlude.console.readings.promotions import wording
from postlude.rewards.types.quotas import Kind, Stock

_WHOLE = 100.0


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bar: where it begins and how long it is, of 100."""

    key: str
    label: str
    text: str
    start: float
    width: float
    href: str = ""


@dataclass(frozen=True, slots=True)
class Meter:
    """Something scarce: `parts` are used, held and left; `note` says per whom and over what."""

    key: str
    label: str
    kind: str
    limit: str
    parts: tuple[Part, ...]
    note: str
    open: bool
    full: bool


def parts(found: Iterable[tuple[str, str, int, str, str]], whole: int) -> tuple[Part, ...]:
    """Lay (key, label, size, text, href) behind one another; a whole of 0 has no lengths."""
    start, laid = 0.0, []
    for key, label, size, text, href in found:
        width = min(_WHOLE - start, _WHOLE * size / whole) if whole else 0.0
        laid.append(Part(key, label, text, round(start, 3), round(width, 3), href))
        start += width
    return tuple(laid)


def meters(stocks: Iterable[Stock]) -> dict[str, Meter]:
    """Return a bar for each resource, by its name."""
    return {each.resource: _meter(each) for each in stocks}


def _meter(stock: Stock) -> Meter:
    def said(units: int) -> str:
        return wording.amount(units, stock.currency)

    whole = max(stock.limit, stock.used + stock.held)
    sizes = (
        ("used", _("used"), stock.used),
        ("held", _("held"), stock.held),
        ("left", _("left"), stock.left),
    )
    laid = [(key, label, size, said(size), "") for key, label, size in sizes]
    limit = f"{said(stock.limit)} {stock.currency}".strip()
    return Meter(
        key=stock.resource.partition(":")[2],
        label=wording.kind(stock.kind),
        kind=stock.kind.value,
        limit=limit,
        parts=parts(laid, whole),
        note=_note(stock),
        open=stock.open,
        full=not stock.left,
    )


def _note(stock: Stock) -> str:
    notes = [wording.window(stock.window)]
    if stock.per_person is not None:
        notes.append(_("{n} a person").format(n=stock.per_person))
    if stock.kind is Kind.COUPONS:
        notes.append(_codes(stock.codes))
    if not stock.open:
        notes.append(_("closed"))
    return " · ".join(each for each in notes if each)


def _codes(codes: Mapping[str, int]) -> str:
    words = _("{issued} out, {redeemed} of them used, {returned} taken back")
    redeemed, returned = codes.get("redeemed", 0), codes.get("returned", 0)
    out = codes.get("issued", 0) + redeemed
    return words.format(issued=out, redeemed=redeemed, returned=returned)
