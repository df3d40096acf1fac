"""No table outside `people` has a column for a name, an address, a phone or what a person wrote."""

import re

from django.apps import apps
from django.db import models

PERSONAL = re.compile(
    r"(^|_)(e?mail|phone|mobile|first_name|last_name|full_name|nickname|birth\w*|street|city|"
    r"address_raw|raw_address|answer\w*|ip|user_agent|recipient|search_string|raw|payload|body)(_|$)"
)
# Each exception says why it is none.
ALLOWED = {
    "messages_template_version.body": "the text of a template, written by the organiser",
    "access_grant.answer_mark": "a keyed hash of the answer that led there",
}

# Columns that could hold anything: each says what it holds.
FREE = {
    "orgs_organization.caps": "counts and days",
    "orgs_organization.fees": "rates",
    "collector_putaside.hit": "what is kept of a hit, checked, for a moment: ids, names of events, a veiled address",
    "kernel_night_check.examples": "numbers of orders, names of nodes and of columns",
    "orgs_apikey.scopes": "names of permissions",
    "orgs_writekey.origins": "addresses of sites",
    "attribution_orderrule.windows": "seconds by channel",
    "activity_activity.products": "ids of products",
    "activity_toldevent.properties": "what another system says of an event, not of a person",
    "activity_activity.properties": "what a page says of an event, without e-mails and phones",
    "messages_sender.settings": "${NAME} references",
    "messages_templateversion.context_sample": "invented samples",
    "messages_templatetext.subject": "the organiser's text, with placeholders",
    "messages_templatetext.mjml": "the organiser's text, with placeholders",
    "messages_templatetext.html": "the organiser's text, with placeholders",
    "messages_templatetext.text": "the organiser's text, with placeholders",
    "messages_templatetext.compiled_html": "the organiser's text, with placeholders",
    "messages_templatetext.compiled_text": "the organiser's text, with placeholders",
    "messages_link.target": "the organiser's address, with placeholders",
    "messages_message.context": "ids of conference and tickets",
    "messages_dispatch.context": "ids of conference and tickets",
    "messages_dispatch.vendor": "the vendor's ids of what it made, and of contacts it knew before",
    "messages_sender.reports": "the vendor's ids of metrics, and how far each was read",
    "orgs_organization.identity": "two switches",
    "sources_source.settings": "${NAME} references",
    "sources_fact_file.counts": "counts by kind of row",
    "access_resource.settings": "${NAME} references",
    "access_rule.resources": "keys of resources",
    "journeys_version.definition": "the organiser's journey",
    "journeys_member.tickets": "ids of tickets",
    "journeys_portion.people": "ids of contacts and orders",
    "journeys_sendblock.reasons": "counts by reason",
    "popups_version.definition": "the organiser's popup",
    "rewards_card.rules": "ids of rule versions",
    "rules_version.definition": "the organiser's rule",
    "rules_book.groups": "the organiser's groups",
    "rules_order.facts": "what rules read of an order and a member, but for personal facts",
    "rules_order.gifts": "what was given, in the words of the rule",
    "rules_order.missed": "which leaf kept a rule out, in the words of the rule",
    "rules_order.versions": "ids of rule versions",
    "warehouse_policy.definition": "columns and labels",
    "warehouse_loader_state.row_counts": "counts by table",
    "warehouse_loader_state.refunded_counts": "counts by table",
    "warehouse_erasure.pseudonyms": "keyed hashes",
    "playbooks_playbook_version.source": "the organiser's playbook",
    "playbooks_playbook_version.files": "the organiser's templates",
    "chatops_alert_setting.definition": "${NAME} references",
    "chatops_discord_setting.definition": "${NAME} references, ids of Discord, permissions, counts",
    "chatops_alert.facts": "counts, slugs, and a vendor's words without the person",
}
# Dense numbers of people and numbers of cycles, whose names nobody can read from them.
BITMAPS = {"reports_sent.cycles"} | {
    f"reports_people.{what}_{reading}"
    for what in ("opened", "clicked")
    for reading in ("raw", "human", "filtered")
}
SEALED = {
    "access_grant.outside",
    "access_removal.outside",
    "chatops_request.sealed",
    "kernel_inbox_delivery.sealed",
    "messages_showntext.sealed",
}


def columns() -> list[tuple[str, models.Field]]:
    return [
        (f"{model._meta.db_table}.{field.column}", field)
        for model in apps.get_models()
        if model.__module__.startswith("postlude.") and model._meta.app_label != "people"
        for field in model._meta.concrete_fields
    ]


def test_personal_data_lives_in_people() -> None:
    wrong = [
        name
        for name, field in columns()
        if PERSONAL.search(field.column)
        and not isinstance(field, models.BinaryField)  # sealed by kernel.vault
        and not field.is_relation
        and name not in ALLOWED
    ]
    assert [] == wrong


def test_nobody_uses_an_address_field_outside_people() -> None:
    kinds = (models.EmailField, models.GenericIPAddressField)
    assert [] == [name for name, field in columns() if isinstance(field, kinds)]


def test_a_column_that_could_hold_anything_says_what_it_holds() -> None:
    kinds = (models.JSONField, models.TextField)
    free = {name for name, field in columns() if isinstance(field, kinds)}
    assert free == set(FREE), "say in FREE what a new column holds, and why nobody is in it"


def test_bytes_are_kept_only_where_they_are_sealed() -> None:
    """The leak test searches them for what should not be readable; bitmaps hold numbers alone."""
    assert {name for name, field in columns() if isinstance(field, models.BinaryField)} == (
        SEALED | BITMAPS
    )


def test_a_personal_column_would_be_seen() -> None:
    assert PERSONAL.search("contact_email")
    assert PERSONAL.search("phone")
    assert not PERSONAL.search("received_at")
