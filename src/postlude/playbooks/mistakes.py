"""What pydantic found, said for the person who wrote the file. Pure."""

import difflib
from collections.abc import Iterator
from typing import Any

from pydantic_core import ErrorDetails

from postlude.playbooks import shape
from postlude.playbooks.reading import Document, Place
from postlude.playbooks.types import Problem

Schema = dict[str, Any]
_UNDER_TAG = {"union_tag_not_found", "union_tag_invalid"}
_WORDS = {
    "string_type": "this must be text",
    "int_type": "this must be a whole number",
    "float_type": "this must be a number",
    "bool_type": "this must be true or false",
    "list_type": "this must be a list",
    "dict_type": "this must be a list of `name: value` lines",
    "model_type": "this must be a list of `name: value` lines",
    "string_pattern_mismatch": "this is not written as it must be",
    "too_short": "there must be at least one",
    "string_too_short": "this must not be empty",
}
_PATTERNS = {
    r"^[a-z0-9][a-z0-9-]{0,62}$": "Small letters, digits and hyphens, such as pycon-2027.",
    r"^[a-z][a-z0-9_]{0,31}$": "Small letters, digits and underscores, such as sms.",
    r"^[A-Z]{3}$": "Three capitals, such as TWD.",
    r"^[A-Z]{2}$": "Two capitals, such as TW.",
    r"^(https?://\S+)?$": "A web address, such as https://pycon.example.org/2027.",
    r"^\w[\w .:-]{0,63}$": "A word that pages tell, such as add_to_cart.",
    r"^(holders of [a-z0-9][a-z0-9-]{0,62})?$": "Write it like: holders of pycon-2027.",
}


def problem(document: Document, error: ErrorDetails) -> Problem:
    """Return a mistake of shape as a problem with its place and its fix."""
    path = tuple(error["loc"])
    if error["type"] == "extra_forbidden":
        name = str(path[-1])
        known = _names_at(path[:-1])
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"Did you mean “{near[0]}”?" if near else f"Known here: {', '.join(known)}."
        return document.problem(path, f"“{name}” is not known here.", hint, key=True)
    if error["type"] == "missing":
        return document.problem(
            path[:-1], f"“{path[-1]}” is missing here.", f"Add `{path[-1]}: …`.", key=True
        )
    if error["type"] in _UNDER_TAG:
        return _bad_tag(document, path, error)
    if error["type"] == "literal_error":
        return document.problem(path, f"“{error['input']}” is not known here.", _hint(error))
    words = _WORDS.get(error["type"], error["msg"].removeprefix("Value error, ").rstrip("."))
    return document.problem(path, f"{words[:1].upper()}{words[1:]}.", _hint(error))


def _bad_tag(document: Document, path: Place, error: ErrorDetails) -> Problem:
    """Say which name decides what a part is, and what it may be."""
    context = error.get("ctx", {})
    name = str(context.get("discriminator", "")).strip("'")
    known = (
        "gather, youtube, mailgun, anymail, klaviyo, smtp, line, crescendo_line, fcm, messenger, "
        "form_gateway, every8d"
    )
    hint = f"One of: {context.get('expected_tags', known)}."
    if error["type"] == "union_tag_not_found":
        hint = f"It says what this is: {', '.join(_tags_at(path, name))}."
        return document.problem(path, f"“{name}” is missing here.", hint, key=True)
    return document.problem((*path, name), f"“{context.get('tag')}” is not known here.", hint)


def _tags_at(path: Place, name: str) -> list[str]:
    schema = shape.Playbook.model_json_schema(by_alias=True)
    nodes = [schema]
    for step in path:
        nodes = [found for node in nodes for found in _step(schema, node, step)]
    return sorted(str(node["properties"][name]["const"]) for node in nodes)


def _hint(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    if "hint" in context:
        return str(context["hint"])
    if "pattern" in context:
        return _PATTERNS.get(str(context["pattern"]), f"It must fit {context['pattern']}.")
    return f"One of: {context['expected']}." if "expected" in context else ""


def _names_at(path: tuple[int | str, ...]) -> list[str]:
    """Return the names that may stand at a path, by walking the schema."""
    schema = shape.Playbook.model_json_schema(by_alias=True)
    nodes = [schema]
    for step in path:
        nodes = [found for node in nodes for found in _step(schema, node, step)]
    return sorted({name for node in nodes for name in node.get("properties", {})})


def _resolved(schema: Schema, node: Schema) -> Iterator[Schema]:
    if "$ref" in node:
        yield from _resolved(schema, schema["$defs"][node["$ref"].rsplit("/", 1)[-1]])
        return
    options = node.get("anyOf", []) + node.get("oneOf", [])
    if not options:
        yield node
    for option in options:
        yield from _resolved(schema, option)


def _step(schema: Schema, node: Schema, step: int | str) -> Iterator[Schema]:
    for here in _resolved(schema, node):
        if isinstance(step, int):
            found = here.get("items")
        else:
            found = here.get("properties", {}).get(step) or here.get("additionalProperties")
            patterns = here.get("patternProperties", {})
            found = found or next(iter(patterns.values()), None)
        if isinstance(found, dict):
            yield from _resolved(schema, found)
        elif step == here.get("properties", {}).get("kind", {}).get("const"):
            yield here  # pydantic names the alternative it tried
        elif step == here.get("title") or step == here.get("properties", {}).get("via", {}).get(
            "const"
        ):
            yield here
