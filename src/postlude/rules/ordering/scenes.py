"""What a question needs of the rules and of the contact, read in as few queries as there can be."""

from collections.abc import Sequence
from datetime import datetime
from threading import Lock

from postlude.rules import library
from postlude.rules.compiling.ruleset import RuleSet
from postlude.rules.contexts import contexts
from postlude.rules.errors import BadAsk
from postlude.rules.facts import Value, instant
from postlude.rules.ordering.deciding import Scene
from postlude.rules.rule import Rule
from postlude.rules.sourcing import CARRIED
from postlude.rules.types import Ask, Group, Mode

_KEPT = 256
_scenes: dict[tuple[int, int], Scene] = {}
_lock = Lock()


def scene_of(org: int, ask: Ask) -> Scene:
    """Return the rules that may answer: those of the flow, or those that the card was sold with."""
    if ask.card is not None:
        return _made(library.of_versions(org, ask.versions), library.EMPTY)
    return _made(*library.in_force(org, ask.business))


def asked(scene: Scene, ask: Ask, now: datetime) -> Sequence[Rule]:
    """Return the candidates: rules on line now, for this shop and, with a card, of its type.

    Rules in another currency than the amount's are not asked: 20 TWD is neither more nor less than
    5 CNY. Raises BadAsk when that leaves none.
    """
    if ask.card is None:
        found = scene.candidates.find(ask.business, now=now, merchant=ask.merchant)
        return _of_currency(ask, found)
    carriers = {rule.attributes.carrier for rule in scene.rules.rules}
    return [
        rule
        for carrier in sorted(carriers, key=str)
        for rule in scene.candidates.find(
            ask.business, now=now, carrier=carrier or ("", CARRIED), merchant=ask.merchant
        )
    ]


def _of_currency(ask: Ask, found: Sequence[Rule]) -> Sequence[Rule]:
    if ask.amount is None:
        return found
    mine = [rule for rule in found if rule.binding.currency in {"", ask.amount.currency}]
    if found and not mine:
        raise BadAsk(
            "The rules of {business} do not count in {given}.",
            business=ask.business,
            given=ask.amount.currency,
            hint="Ask with an amount in the currency of the rules.",
        )
    return mine


def context_of(org: int, ask: Ask, scene: Scene, now: datetime) -> dict[str, Value]:
    """Return what is known: what the asker said, the contact as we know them, and the moment.

    The contact's facts are looked up only when some rule reads one.
    """
    wanted = {name for name in scene.reads if name.startswith("member.")}
    if ask.contact is None or not wanted:
        return {**dict.fromkeys(scene.reads), **ask.facts, "now": instant(now)}
    found = contexts(org, [ask.contact], now=now, facts=wanted, given=ask.facts)
    return {**dict.fromkeys(scene.reads), **found[ask.contact]}


def _made(rules: RuleSet, shelf: library.Shelf) -> Scene:
    key = (id(rules), shelf.number)
    with _lock:
        known = _scenes.get(key)
        if known is not None and known.rules is rules:
            return known
        if len(_scenes) >= _KEPT:
            _scenes.clear()
        made = _scenes[key] = Scene(rules, _groups(shelf))
        return made


def _groups(shelf: library.Shelf) -> dict[str, Group]:
    return {
        path: Group(Mode(str(each["mode"])), each["at_most"])  # type: ignore[arg-type]
        for path, each in shelf.groups.items()
    }
