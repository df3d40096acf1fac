"""A foreign key points to the same room or a lower one, and leaves no name behind above."""

import tomllib
from pathlib import Path

from django.apps import apps

ROOT = Path(__file__).resolve().parents[3]


def levels() -> dict[str, int]:
    """Return each room's height, from import-linter's layers."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = config["tool"]["importlinter"]["contracts"][0]["layers"]
    return {
        room.strip(): -index
        for index, layer in enumerate(layers)
        for room in layer.replace(":", "|").split("|")
    }


def test_relations_point_down() -> None:
    height = levels()
    wrong = []
    for model in apps.get_models():
        room = model._meta.app_label
        if not model.__module__.startswith("postlude."):
            continue
        for field in model._meta.get_fields():
            target = field.related_model if field.is_relation and field.concrete else None
            if target is None or not target.__module__.startswith("postlude."):
                continue
            other = target._meta.app_label
            if other != room and height[other] >= height[room]:
                wrong.append(f"{model.__name__}.{field.name} -> {other}")
            if field.remote_field is not None and field.remote_field.related_name != "+":
                wrong.append(f"{model.__name__}.{field.name} lacks related_name='+'")
    assert [] == wrong
