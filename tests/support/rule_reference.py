"""Makes docs/reference/conditions.md and actions.md out of the catalogue.

`python tests/support/rule_reference.py` writes them; a test compares them with the catalogue.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parents[2] / "docs" / "reference"
_HOME = ("TWD", "Asia/Taipei")

CONDITIONS = """# Conditions

The kinds of condition that a rule's template may name, made from the catalogue (a test compares). A template calls them by
name or by one of the other names; a name with blanks is quoted. What is scarce is *claimed* when a rule order is written and
may not stand under `!`.

A fact that is missing makes a condition **unknown**: neither it nor its opposite holds, and a rule matches on true only.
Money is written `"50.00 TWD"` and must be in the rule's currency. Local days and hours are those of the rule's zone: a date
begins when its midnight does (where the clocks skip midnight, when they jump; where they show it twice, the first time), and
an hour of the day is what a clock on the wall shows. Lists have at most 5,000 names, compared letter by letter.

*Decided in* says by what: `closure` and `index` in Python for one context, `SQL` for an audience out of all contacts
(`rules.audience`). Where SQL is not named, the asker gives the fact, and an audience can be chosen only if it is given for all.

What no kind says can be written in CEL as [`expr`](expressions.md), an extra.

Plug-ins add kinds under the entry point group `postlude.conditions`; see `rules/kinds.py` for what one is.
"""
ACTIONS = """# Actions

The kinds of action that a rule's template may name after `->`, made from the catalogue (a test compares). An action is data:
the rule says what is to be given, and whoever asked carries it out. It changes nothing, also not the order's amount.

*Instant* actions are part of the answer during the event (a discount, usable or not); the others are given when the order is
confirmed. Shares are rounded down to the minor unit. Money is written `"50.00 TWD"` and must be in the rule's currency;
`worth` and `costs` are in its minor units and rank rules, nothing else.

Plug-ins add kinds under the entry point group `postlude.actions`; see `rules/kinds.py` for what one is.
"""


def conditions_page() -> str:
    from postlude.rules.conditions import registry

    parts = [CONDITIONS]
    for kind in registry.kinds().values():
        parts += [*_head(kind), f"Decided in: {_decided_in(kind)}. Unknown when: {kind.unknown}.\n"]
        parts += [_parameters(kind), _examples(kind)]
    return "\n".join(parts)


def actions_page() -> str:
    from postlude.rules.actions import registry

    parts = [ACTIONS]
    for kind in registry.kinds().values():
        traits = ["instant" if kind.instant else "given when the order is confirmed"]
        traits += [] if kind.reversible else ["cannot be taken back"]
        traits += ["may claim scarce stock"] if kind.claim else []
        parts += [*_head(kind), f"{', '.join(traits).capitalize()}.\n"]
        parts += [_parameters(kind), _examples(kind)]
    return "\n".join(parts)


def _head(kind: Any) -> Iterator[str]:
    yield f"## `{kind.name}`: {kind.title}\n"
    if kind.aliases:
        yield f"Other names: {', '.join(f'`{each}`' for each in kind.aliases)}.\n"


def _decided_in(kind: Any) -> str:
    from postlude.rules import vocabulary
    from postlude.rules.compiling.reading import facts_read

    if kind.claim is not None:
        return "the reservation (claimed); taken as granted in an audience"
    read = {
        name
        for example in kind.examples
        for name in facts_read(kind.predicate(kind.params.model_validate(example), _binding()))
    }
    facts = [vocabulary.fact(name) for name in read]
    of_contacts = all(fact is not None and fact.of_contact for fact in facts)
    names = ", ".join(f"`{each}`" for each in sorted(_plain(read)))
    back_ends = "closure, index, SQL" if of_contacts else "closure, index"
    if kind.name == "expr":
        return f"a closure that asks CEL; no SQL. Facts in the examples: {names}"
    return f"{back_ends}. Facts: {names or 'none'}"


def _plain(read: set[str]) -> set[str]:
    return {name.partition("@")[0] for name in read}


def _parameters(kind: Any) -> str:
    schema = kind.params.model_json_schema()
    if not schema["properties"]:
        return "No parameters.\n"
    lines = ["| parameter | what | type | default |", "|---|---|---|---|"]
    for name, field in schema["properties"].items():
        required = name in schema.get("required", ())
        default = "required" if required else f"`{json.dumps(field.get('default'))}`"
        lines.append(f"| `{name}` | {field.get('description', '')} | {_type(field)} | {default} |")
    return "\n".join(lines) + "\n"


def _type(field: dict[str, Any]) -> str:
    options = [each for each in field.get("anyOf", [field]) if each.get("type") != "null"]
    return " or ".join(_one_type(each) for each in options)


def _one_type(field: dict[str, Any]) -> str:
    if "enum" in field or "const" in field:
        return ", ".join(f"`{each}`" for each in field.get("enum", [field.get("const")]))
    if field.get("type") == "array":
        return f"list of {_one_type(field['items'])}"
    if "examples" in field:
        return f"like `{field['examples'][0]}`"
    if "pattern" in field:
        return f"text `{field['pattern']}`".replace("|", "\\|")
    if field.get("type") == "integer":
        low, high = field.get("minimum"), field.get("maximum")
        names = {2**62: "2^62", 10**15: "10^15", 10**9: "10^9"}
        return f"whole number, {low} to {names.get(high, high)}".replace(str(-(2**62)), "−2^62")
    return {"string": "text", "boolean": "yes or no"}.get(field.get("type", ""), "any")


def _examples(kind: Any) -> str:
    lines = []
    for example in kind.examples:
        words = kind.words(kind.params.model_validate(example), _binding())
        lines.append(f"- `{json.dumps(example, ensure_ascii=False)}`: {words}")
    return "\n".join(lines) + "\n"


def _binding() -> Any:
    from postlude.rules.kinds import Binding

    return Binding(*_HOME)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postlude.wiring.settings")
    import django

    django.setup()
    (DOCS / "conditions.md").write_text(conditions_page(), encoding="utf-8")
    (DOCS / "actions.md").write_text(actions_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
