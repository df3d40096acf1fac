"""docs/reference/playbook.md and playbooks/schema.json are written from the playbook's shape."""

import json
import re
from pathlib import Path

from postlude.playbooks import durations, schema

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_is_current() -> None:
    page = (ROOT / "docs" / "reference" / "playbook.md").read_text(encoding="utf-8")

    assert schema.reference() == page, "run `make docs`"


def test_the_schema_is_current() -> None:
    published = (ROOT / "playbooks" / "schema.json").read_text(encoding="utf-8")

    assert schema.published() == published, "run `make docs`"


def test_an_editor_is_offered_only_values_that_may_stand_there() -> None:
    """Editors insert defaults and examples, and check the formats that JSON Schema knows."""
    parts = schema.schema()["$defs"].values()
    texts = [each for part in parts for each in part.get("properties", {}).values()]
    lengths = [each for each in texts if each.get("format") == "length of time"]
    assert len(lengths) >= 4
    for each in lengths:
        durations.parse(each["default"])
    formats = {each.get("format") for each in texts}
    assert not formats & {"date", "time", "date-time", "duration", "email", "uri", "regex"}


def test_an_editor_finds_a_secret_that_stands_in_the_file() -> None:
    secret = schema.schema()["$defs"]["Mailgun"]["properties"]["api_key"]

    fits = [
        bool(re.search(secret["pattern"], each)) for each in ("${A_KEY}", "${A_KEY:-}", "key-1")
    ]
    assert fits == [True, True, False]


def test_the_shipped_playbook_names_the_schema_beside_it() -> None:
    first = (ROOT / "playbooks" / "tickets.yaml").read_text(encoding="utf-8").splitlines()[0]

    assert first == "# yaml-language-server: $schema=schema.json"


def test_every_part_says_what_it_is() -> None:
    whole = json.loads(schema.published())

    assert [] == [name for name, part in whole["$defs"].items() if not part.get("description")]
