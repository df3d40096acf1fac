"""What is wrong with the promotions of a playbook, each mistake at its line."""

from collections.abc import Collection, Iterator
from datetime import timedelta

from postlude.kernel.errors import MoneyError
from postlude.playbooks import promoting, promotions, shape
from postlude.playbooks.reading import Document, Place
from postlude.playbooks.types import Problem
from postlude.rules import api as rules
from postlude.rules.types import Problem as Mistake
from postlude.rules.types import Severity

_DAY = timedelta(days=1)


def problems(document: Document, playbook: shape.Playbook) -> list[Problem]:
    """Return every error in quotas, budgets, coupons, groups, rules and cards."""
    return [
        *_amounts(document, playbook),
        *_lengths(document, playbook),
        *_scarce(document, playbook),
        *(found for found, severity in _rules(document, playbook) if severity is Severity.ERROR),
    ]


def warnings(document: Document, playbook: shape.Playbook) -> list[Problem]:
    """Return what may be meant but looks odd: a rule that can never hold."""
    return [found for found, severity in _rules(document, playbook) if severity is Severity.WARNING]


def _amounts(document: Document, playbook: shape.Playbook) -> Iterator[Problem]:
    currency = playbook.organisation.currency
    money = [(("budgets", key, "limit"), each.limit) for key, each in playbook.budgets.items()]
    money += [
        (("cards", slug, "amount"), each.amount)
        for slug, each in playbook.cards.items()
        if each.amount is not None
    ]
    for place, amount in money:
        try:
            promoting.minor(amount, currency)
        except MoneyError:
            words = f"{amount} {currency} is finer than its smallest coin."
            yield document.problem(place, words, "Write fewer decimals.")


def _lengths(document: Document, playbook: shape.Playbook) -> Iterator[Problem]:
    spans = [(("coupons", key, "valid"), each.valid) for key, each in playbook.coupons.items()]
    spans += [(("cards", slug, "valid"), each.valid) for slug, each in playbook.cards.items()]
    for place, length in spans:
        if length is not None and length % _DAY:
            words = "Coupons and cards are valid for whole days."
            yield document.problem(place, words, "Write it like “30 days”.")


def _scarce(document: Document, playbook: shape.Playbook) -> Iterator[Problem]:
    """What a rule takes must have been declared: a misspelt quota would never be full or free."""
    for root, rule in _written(playbook):
        for part, named in (("where", rule.where), ("give", rule.give)):
            for alias, params in named.items():
                for place, words, hint in _undeclared(playbook, params):
                    yield document.problem((*root, part, alias, place), words, hint)


def _undeclared(
    playbook: shape.Playbook, params: promotions.Params
) -> Iterator[tuple[str, str, str]]:
    declared: dict[str, tuple[str, Collection[str]]] = {
        "quota": ("quotas", playbook.quotas),
        "budget": ("budgets", playbook.budgets),
        "coupons": ("coupons", playbook.coupons),
    }
    for name, (section, known) in declared.items():
        wanted = params.get(name)
        if isinstance(wanted, str) and wanted not in known:
            near = rules.did_you_mean(wanted, known)
            yield name, f"There is no {name} “{wanted}”.", near or f"Declare it under `{section}`."


def _written(playbook: shape.Playbook) -> Iterator[tuple[Place, promotions.RulePart]]:
    for key, rule in playbook.rules.items():
        yield ("rules", key), rule
    for slug, card in playbook.cards.items():
        if card.scope is not None:
            yield ("cards", slug, "scope"), card.scope


def _rules(document: Document, playbook: shape.Playbook) -> Iterator[tuple[Problem, Severity]]:
    places: dict[str, Place] = {key: ("rules", key) for key in playbook.rules}
    places |= {promoting.scope_key(slug): ("cards", slug, "scope") for slug in playbook.cards}
    found = rules.check(promoting.rules(playbook), promoting.groups(playbook))
    for key, mistakes in found.items():
        for mistake in mistakes:
            yield _placed(document, places[key], mistake), mistake.severity


def _placed(document: Document, root: Place, mistake: Mistake) -> Problem:
    """A mistake in the parameters stands at its own line, one in the template at its column."""
    steps = [_unescaped(step) for step in mistake.pointer.split("/")[1:]]
    if steps:
        return document.problem((*root, *steps), mistake.message, mistake.hint)
    found = document.problem((*root, "template"), mistake.message, mistake.hint)
    if mistake.span is None:
        return found
    return Problem(
        found.file,
        found.line,
        found.column + _inside(document, root, mistake.span.start),
        found.message,
        found.hint,
    )


def _inside(document: Document, root: Place, start: int) -> int:
    """Return how far right of the value's start a character stands, in a text on one line."""
    part: object = document.data
    for step in (*root, "template"):
        part = part[step] if isinstance(part, dict) else ""
    text = str(part)
    return start if "\n" not in text[:start] else 0


def _unescaped(step: str) -> str | int:
    plain = step.replace("~1", "/").replace("~0", "~")
    return int(plain) if plain.isdigit() else plain
