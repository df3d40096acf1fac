"""The organisation is the first column of every unique key of a business table."""

from django.apps import apps
from django.db import models

# Tables that belong to the installation, or whose key is an id that is already the organisation's.
INSTALLATION = {
    "kernel_job_slot",
    "orgs_organization",
    "messages_epoch",
}


def unique_keys(model: type[models.Model]) -> list[tuple[str, ...]]:
    keys = [
        tuple(each.fields)
        for each in model._meta.constraints
        if isinstance(each, models.UniqueConstraint)
    ]
    keys += [
        (field.name,)
        for field in model._meta.concrete_fields
        if field.unique and not field.primary_key and not field.is_relation
    ]
    return keys + [tuple(each) for each in model._meta.unique_together]


def owned_within_the_room(model: type[models.Model], field_name: str) -> bool:
    """Say whether the first column is a row of the same room that itself belongs to one organisation."""
    field = model._meta.get_field(field_name)
    target = field.related_model if field.is_relation else None
    return target is not None and any(each.name == "org" for each in target._meta.concrete_fields)


def test_organisation_comes_first() -> None:
    wrong = [
        f"{model._meta.db_table}: {key}"
        for model in apps.get_models()
        if model.__module__.startswith("postlude.") and model._meta.db_table not in INSTALLATION
        for key in unique_keys(model)
        if key and key[0] not in {"org", "org_id"} and not owned_within_the_room(model, key[0])
    ]
    assert [] == wrong
