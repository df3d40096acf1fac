"""Which of the known happenings an event is. Pure.

The doors name one event differently: the poll by number and name, the webhook by slug and name,
an export by the slug that a person typed. A number or a slug is proof. A name is proof only while
it is nobody else's: two events of one name are told apart by number and slug, never guessed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from postlude.orders import naming


@dataclass(frozen=True, slots=True)
class Names:
    """How a happening is known. None: not known under that sort of name."""

    external_id: str | None
    slug: str | None
    name: str | None

    def fits(self, other: "Names") -> bool:
        """Say whether the two may be one: neither number nor slug speaks against it."""
        return not _differ(self.external_id, other.external_id) and not _differ(
            self.slug, other.slug
        )


def find(known: Sequence[Names], event: Names) -> list[int]:
    """Return the indexes of all that are the event, the surest first; several are one and same."""
    by_number = [i for i, each in enumerate(known) if _same(each.external_id, event.external_id)]
    by_slug = [i for i, each in enumerate(known) if _same(each.slug, event.slug)]
    found = by_number or [i for i in by_slug if known[i].fits(event)]
    for i in [*by_slug, *_by_name(known, event)]:
        fits = known[i].fits(event) and all(known[i].fits(known[k]) for k in found)
        if i not in found and fits:
            found.append(i)
    return found


def _by_name(known: Sequence[Names], event: Names) -> list[int]:
    if not event.name:
        return []
    name = naming.fold(event.name)
    named = [i for i, each in enumerate(known) if each.name and naming.fold(each.name) == name]
    everyone = [*(known[i] for i in named), event]
    numbers = {each.external_id for each in everyone} - {None}
    slugs = {each.slug for each in everyone} - {None}
    return named if len(numbers) <= 1 and len(slugs) <= 1 else []


def _same(one: str | None, other: str | None) -> bool:
    return bool(one) and one == other


def _differ(one: str | None, other: str | None) -> bool:
    return bool(one and other) and one != other
