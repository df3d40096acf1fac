"""How numbers look."""

from django import template

from postlude.console.types import TypeRow

register = template.Library()

_CIRCLE = 207.35  # the length of the pipeline's ring: 2 · π · 33


@register.filter
def spaced(value: int | None) -> str:
    """Return 12345 as `12 345` with a thin space, the same in every language."""
    return "" if value is None else f"{value:,}".replace(",", "\u202f")


@register.filter
def arc(share: float) -> str:
    """Return the length of a ring's arc."""
    return f"{max(0.0, min(1.0, share)) * _CIRCLE:.1f}"


@register.filter
def percent(share: float | None) -> str:
    """Return 0.985 as `98.5 %`; whole numbers at the ends only where they are exact."""
    if share is None:
        return "–"
    return f"{share * 100:.0f}\u202f%" if share in (0, 1) else f"{share * 100:.1f}\u202f%"


@register.filter
def plain(value: float) -> str:
    """Return a number as SVG wants it, in every language."""
    return f"{value:.2f}"


@register.filter
def seconds(value: float | None) -> str:
    """Return a duration in the unit a person would choose."""
    if value is None:
        return "–"
    if value < 10:  # noqa: PLR2004
        return f"{value:.1f} s"
    if value < 120:  # noqa: PLR2004
        return f"{value:.0f} s"
    if value < 7200:  # noqa: PLR2004
        return f"{value / 60:.0f} min"
    return f"{value / 3600:.0f} h" if value < 172_800 else f"{value / 86_400:.0f} d"  # noqa: PLR2004


@register.filter
def numbers(row: TypeRow) -> list[int]:
    """Return a ticket type's counts in the order of the table's columns."""
    return [
        row.sold,
        row.granted,
        row.invited,
        row.delivered,
        row.opened,
        row.waiting,
        row.failed,
        row.refunded,
    ]
