"""Who is whom, and who is anonymous, as it stands when the report is made.

Facts keep the contact that a message was written to. Here numbers of those for whom another one
speaks by now become that one's, and so do those of browsers that are somebody's by now. Nothing is
rewritten for it, so two contacts that are joined, or parted, are counted right at once.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from postlude.people import api as people
from postlude.reports.channel.crediting import Credited
from postlude.reports.queries import ask
from postlude.reports.rollups.bitmaps import Bitmap
from postlude.reports.types.channel import Split

_LENT = 2**32 - 1
"""Numbers for whoever has none: lent for one report, from the end downwards."""


@dataclass(frozen=True, slots=True)
class Standing:
    """`moves`: whose number stands for this one now; `anonymous`: of nobody we know."""

    moves: Mapping[int, int]
    moved: Bitmap
    anonymous: Bitmap
    lent: Mapping[int, int]
    """The numbers of contacts who have none of their own: they touched nothing themselves."""

    def settle(self, seen: Bitmap) -> Bitmap:
        """Return the people that these numbers are."""
        away = seen & self.moved
        if not away:
            return seen
        return (seen - away) | Bitmap(self.moves[number] for number in away)

    def split(self, people: Bitmap) -> Split:
        """Count settled people."""
        return Split(len(people), len(people & self.anonymous))


def standing(org: int) -> Standing:
    """Return how it stands now."""
    given = {"org": org}
    numbers: dict[int, int] = {}
    placeholders: set[int] = set()
    for contact, number in ask("list_placeholder_numbers", given):
        placeholders.add(contact)
        if number is not None:
            numbers[contact] = number
    moves: dict[int, int] = {}
    members: set[int] = set()
    for number, head, of_head, is_placeholder in ask("list_joined_numbers", given):
        moves[number] = _number(numbers, head, of_head)
        if not is_placeholder:
            members.add(head)
    unknown: set[int] = set()
    for number, contact, of_contact in ask("list_known_browsers", given):
        if contact is None:
            unknown.add(number)
        else:
            moves[number] = _number(numbers, contact, of_contact)
    anonymous = {numbers[each] for each in placeholders - members if each in numbers}
    return Standing(moves, Bitmap(moves), Bitmap(anonymous | unknown), numbers)


def _number(numbers: dict[int, int], contact: int, known: int | None) -> int:
    if contact not in numbers:
        numbers[contact] = _LENT - len(numbers) if known is None else known
    return numbers[contact]


def anonymous_orders(org: int, orders: Iterable[Credited]) -> set[int]:
    """Return which of these orders are nobody's in particular, by their numbers."""
    listed = list(orders)
    browsers = {each.visitor for each in listed if each.contact is None and each.visitor}
    known = people.contacts_of_visitors(org, browsers) if browsers else {}
    owners = {
        each.order: each.contact if each.contact is not None else known.get(each.visitor or 0)
        for each in listed
    }
    named: Collection[int] = {owner for owner in owners.values() if owner is not None}
    headless = people.headless(org, named) if named else set()
    return {order for order, owner in owners.items() if owner is None or owner in headless}
