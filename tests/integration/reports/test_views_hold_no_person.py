"""What rooms publish for SQL: without personal data, the organisation first, and no hindrance."""

import re

from django.db import connection, models

from postlude.kernel import store

PERSONAL = re.compile(
    r"(^|_)(e?mail|phone|mobile|address|answer\w*|ip|origin|user_agent|recipient|words|context|"
    r"settings|provider_id|external_name|payload|body|sealed)(_|$)"
)
ROOMS = {"access", "journeys", "messages", "orders", "tracking"}


def views() -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_list(cursor)
        names = sorted(each.name for each in found if each.type == "v" and "_facts_" in each.name)
        return {
            name: [
                column.name
                for column in connection.introspection.get_table_description(cursor, name)
            ]
            for name in names
        }


def test_every_room_of_the_funnel_publishes() -> None:
    assert {name.split("_")[0] for name in views()} >= ROOMS


def test_the_organisation_is_the_first_column() -> None:
    assert [name for name, columns in views().items() if columns[0] != "org"] == []


def test_no_column_holds_a_person() -> None:
    wrong = [
        f"{name}.{each}"
        for name, columns in views().items()
        for each in columns
        if PERSONAL.search(each)
    ]
    assert wrong == []


def test_a_personal_column_would_be_seen() -> None:
    assert PERSONAL.search("contact_email")
    assert not PERSONAL.search("contact")


def test_a_table_that_a_view_reads_can_still_be_changed() -> None:
    """SQLite changes a table by making it anew; that must not stumble over the view."""

    class Seen(models.Model):
        number = models.IntegerField()

        class Meta:
            app_label = "reports_test"
            db_table = "reports_test_seen"

    more = models.IntegerField(default=3)
    more.set_attributes_from_name("more")
    try:
        with connection.schema_editor() as editor:
            editor.create_model(Seen)
        store.execute("CREATE VIEW reports_test_facts_seen AS SELECT number FROM reports_test_seen")
        store.execute("INSERT INTO reports_test_seen (number) VALUES (7)")
        with connection.schema_editor() as editor:
            editor.add_field(Seen, more)
        assert store.rows_sql("SELECT number FROM reports_test_facts_seen") == [(7,)]
    finally:
        store.execute("DROP VIEW IF EXISTS reports_test_facts_seen")
        store.execute("DROP TABLE IF EXISTS reports_test_seen")
