"""POSTLUDE_WAREHOUSE as an address of BigQuery: what is read, and what is refused with its reason."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from postlude.warehouse import backend, schema
from postlude.warehouse.bigquery import layout, target
from postlude.warehouse.errors import BadTarget


@pytest.fixture(autouse=True)
def no_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(target.EMULATOR, raising=False)


def test_the_tables_are_named_as_in_the_seed() -> None:
    plain = target.parse("bigquery://pycontw-225217/ods")
    assert [plain.full(plain.table(each)) for each in schema.TABLES[:3]] == [
        "pycontw-225217.ods.ods_kktix_ticket_corporate_attendees",
        "pycontw-225217.ods.ods_kktix_ticket_individual_attendees",
        "pycontw-225217.ods.ods_kktix_ticket_reserved_attendees",
    ]
    assert (plain.location, plain.every, plain.endpoint) == ("", timedelta(minutes=2), "")


def test_location_pace_and_names_can_be_chosen() -> None:
    chosen = target.parse(
        "bigquery://pycontw-225217/raw_tickets?location=asia-east1&every=300&tables=sold_{kind}"
    )
    assert chosen.table(schema.TABLES[0]) == "sold_corporate"
    assert chosen.location == "asia-east1"
    assert chosen.every == timedelta(minutes=5)
    assert chosen.shown == "bigquery://pycontw-225217/raw_tickets"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("bigquery://p/ods", "“p” is no id of a project"),
        ("bigquery://pycontw`; DROP/ods", "is no id of a project"),
        ("bigquery://pycontw-225217", "“” is no name of a dataset"),
        ("bigquery://pycontw-225217/ods/more", "is no name of a dataset"),
        ("bigquery://pycontw-225217/ods?where=x", "no option “where”"),
        ("bigquery://pycontw-225217/ods?every=soon", "no number of seconds"),
        ("bigquery://pycontw-225217/ods?location=a b", "no location"),
        ("bigquery://pycontw-225217/ods?tables=sold", "needs {kind} once"),
        ("bigquery://pycontw-225217/ods?tables={kind}`x", "needs {kind} once"),
        ("bigquery://pycontw-225217/ods?tables=postlude_{kind}", "among our own"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, words: str) -> None:
    with pytest.raises(BadTarget) as refused:
        target.parse(text)
    assert words in refused.value.text()
    assert "bigquery://project/dataset" in refused.value.hint


@pytest.mark.parametrize(
    "host", ["example.test:9050", "http://10.0.0.7:8090", "https://google.test"]
)
def test_a_simulator_elsewhere_is_refused(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(target.EMULATOR, host)
    with pytest.raises(BadTarget, match="another machine"):
        target.parse("bigquery://pycontw-225217/ods")


@pytest.mark.parametrize("host", ["127.0.0.1:9050", "http://localhost:8090/bigquery/"])
def test_a_simulator_here_is_spoken_to(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(target.EMULATOR, host)
    found = target.parse("bigquery://pycontw-225217/ods").endpoint
    assert found == ("http://" + host if "://" not in host else host.rstrip("/"))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("bigquery://pycontw-225217/ods", "bigquery"),
        (Path("var/warehouse.duckdb"), "duckdb"),
        ("duckdb:var/warehouse.duckdb", "duckdb"),
    ],
)
def test_the_setting_chooses_the_back_end(text: Any, name: str, settings: Any) -> None:
    settings.POSTLUDE_WAREHOUSE = text
    assert backend.configured().name == name


def test_an_unknown_back_end_is_refused(settings: Any) -> None:
    settings.POSTLUDE_WAREHOUSE = "snowflake://account"
    with pytest.raises(BadTarget, match="snowflake"):
        backend.configured()


def test_both_back_ends_know_the_same_versions_of_the_schema() -> None:
    assert len(layout.STEPS) == schema.VERSION
    assert {c.name: c for step in layout.STEPS for c in step[schema.TABLES[0]]} == {
        column.name: column for column in schema.COLUMNS
    }
