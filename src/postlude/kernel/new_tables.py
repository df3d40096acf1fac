"""Tables that a migration makes, each created once, as the migration leaves it.

For migrations. Django draws its picture of all models anew at each index, constraint and column
that is added: from nothing, that was most of what `postlude migrate` took. Here the picture is
drawn once for all the new tables of a migration.
"""

from collections.abc import Sequence
from typing import Any

from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation

Step = CreateModel | AddConstraint | AddField | AddIndex


class NewTables(Operation):
    """Create the tables that `steps` name, with the columns and indexes that `steps` add.

    `steps` is what `makemigrations` writes; each adds to a table that one of them creates.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps = tuple(steps)
        self._names = [step.name for step in self.steps if isinstance(step, CreateModel)]
        made = {name.lower() for name in self._names}
        others = [step for step in self.steps if not isinstance(step, CreateModel)]
        if strange := [step for step in others if step.model_name.lower() not in made]:
            raise ValueError(f"not of a new table: {strange}")

    def state_forwards(self, app_label: str, state: Any) -> None:
        # Without a picture no step draws it again; the first look at `state.apps` draws it whole.
        state.__dict__.pop("apps", None)
        for step in self.steps:
            step.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: Any, _from_state: Any, to_state: Any
    ) -> None:
        for model in self._models(app_label, schema_editor, to_state):
            schema_editor.create_model(model)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, _to_state: Any
    ) -> None:
        for model in reversed(self._models(app_label, schema_editor, from_state)):
            schema_editor.delete_model(model)

    def _models(self, app_label: str, schema_editor: Any, state: Any) -> list[Any]:
        models = [state.apps.get_model(app_label, name) for name in self._names]
        alias = schema_editor.connection.alias
        return [model for model in models if self.allow_migrate_model(alias, model)]

    def describe(self) -> str:
        return f"Create {', '.join(self._names)}"
