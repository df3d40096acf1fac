"""YAML to plain values that remember where they stood. Pure."""

from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.scalarbool import ScalarBoolean

from postlude.playbooks.types import Problem

LARGEST = 1_000_000
_MOST_VALUES = 100_000  # with what `*name` repeats; a playbook of a hundred journeys has 5,000
Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file: `data` is plain, `where` finds the line and column of a path in it."""

    file: str
    data: dict[str, Any]
    tree: CommentedMap

    def where(self, path: Place, *, key: bool = False) -> tuple[int, int]:
        """Return line and column (from 1) of the value at `path`, or of its key.

        What is missing is placed at the key of the nearest part that is there. Steps that are not
        in the file (pydantic names the alternative it tried) are passed over.
        """
        node: Any = self.tree
        place = (0, 0)
        for number, step in enumerate(path):
            found = _place(node, step, key=key or number < len(path) - 1)
            if found is None:
                continue
            place, node = found, node[step]
        return place[0] + 1, place[1] + 1

    def problem(self, path: Place, message: str, hint: str = "", *, key: bool = False) -> Problem:
        """Return a problem that stands at `path`."""
        line, column = self.where(path, key=key)
        return Problem(self.file, line, column, message, hint)


def read(text: str, file: str) -> Document | Problem:
    """Parse a playbook; a text that is not YAML, or no mapping, is one problem."""
    if len(text) > LARGEST:
        return Problem(file, 1, 1, "The file is larger than 1 MB.", "Is this the right file?")
    tree = _load(text, file)
    if isinstance(tree, Problem):
        return tree
    if not isinstance(tree, CommentedMap):
        return Problem(file, 1, 1, "A playbook is a list of `name: value` lines.", _START)
    if _size(tree, {}) > _MOST_VALUES:
        return Problem(file, 1, 1, "The `*name` references repeat too much.", "Write it out.")
    return Document(file, _plain(tree), tree)


class _Words(RoundTripConstructor):
    """Dates stay as they were written: ruamel falls over one that no calendar has."""


_Words.add_constructor("tag:yaml.org,2002:timestamp", RoundTripConstructor.construct_yaml_str)


def _load(text: str, file: str) -> Any:
    yaml = YAML(typ="rt")
    yaml.Constructor = _Words
    try:
        return yaml.load(text)
    except MarkedYAMLError as error:
        return _syntax(error, file)
    except YAMLError as error:
        return Problem(file, 1, 1, f"This is not YAML: {error}".splitlines()[0])
    except (ValueError, LookupError, AttributeError, TypeError):  # values of odd `!tags`
        return Problem(file, 1, 1, "This is not YAML: a value cannot be read.", "Drop the !tags.")
    except RecursionError:
        return Problem(file, 1, 1, "This is not YAML: it is nested too deeply.", "Close brackets.")


_START = "Start with `playbook: tickets`; docs/howto/first-playbook.md shows the rest."


def _syntax(error: MarkedYAMLError, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    words = " ".join((error.problem or "this cannot be read").split())
    if words.startswith("found duplicate key"):
        name = words.split('"')[1] if '"' in words else words
        return Problem(file, line, column, f"“{name}” stands here twice.", "Keep one of them.")
    if "'\\t'" in words:
        return Problem(file, line, column, "Here is a tab.", "Indent with spaces.")
    hint = "Check the indentation and the quotes on this line and the one before."
    return Problem(file, line, column, f"This is not YAML: {words}.", hint)


def _place(node: Any, step: str | int, *, key: bool) -> tuple[int, int] | None:
    if isinstance(node, CommentedMap) and step in node:
        return _mark(node, step, "key" if key else "value")
    if isinstance(node, CommentedSeq) and isinstance(step, int) and step < len(node):
        return _mark(node, step, "item")
    return None


def _mark(node: Any, step: str | int, what: str) -> tuple[int, int]:
    """What came by `<<` or an odd tag has no place of its own: then where the whole begins."""
    try:
        line, column = getattr(node.lc, what)(step)
    except (KeyError, TypeError):
        line, column = node.lc.line or 0, node.lc.col or 0
    return int(line), int(column)


def _size(node: Any, sizes: dict[int, int]) -> int:
    """Count the values as they are written out; what contains itself is larger than any limit."""
    if not isinstance(node, dict | list):
        return 1
    if id(node) not in sizes:
        sizes[id(node)] = _MOST_VALUES + 1
        parts = node.values() if isinstance(node, dict) else node
        sizes[id(node)] = 1 + sum(_size(each, sizes) for each in parts)
    return sizes[id(node)]


def _plain(node: Any) -> Any:
    """Drop ruamel's own types: pydantic's strict mode wants the real ones."""
    if isinstance(node, dict):
        return {str(name): _plain(value) for name, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    if isinstance(node, ScalarBoolean):
        return bool(node)
    kinds = (bool, str, int, float)
    return next((kind(node) for kind in kinds if isinstance(node, kind)), node)
