"""Models whose fields are described by the string below each: read only when a schema is asked for.

Pydantic can read these strings itself (`use_attribute_docstrings`), but does it for each class as
it is made: over a hundred classes that was a quarter of what a command needs to start.
"""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic_core import CoreSchema


class Described(BaseModel):
    """A model that is made ready at its first use, and described when it is asked for a schema."""

    model_config = ConfigDict(defer_build=True)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler, /
    ) -> dict[str, Any]:
        """Add what the class says of each field."""
        schema = handler(core_schema)
        fields = handler.resolve_ref_schema(schema).get("properties", {})
        for name, words in _said(cls):
            field = cls.model_fields.get(name)
            shown = (field.alias if field else None) or name
            if shown in fields:
                fields[shown].setdefault("description", words)
        return schema


def _said(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    """Yield each field with the string that follows it, those of the class itself first."""
    for each in model.__mro__:
        if each is not Described and issubclass(each, Described):
            yield from _in_source(each)


def _in_source(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(body, ast.ClassDef)
    for field, following in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            words = _text(following)
            if words:
                yield field.target.id, inspect.cleandoc(words)


def _text(statement: ast.stmt) -> str:
    value = statement.value if isinstance(statement, ast.Expr) else None
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""
