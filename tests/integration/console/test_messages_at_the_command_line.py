"""`postlude messages`: the page *Messages* for scripts and terminals, with the same rules."""

import csv
import json
from typing import Any

import pytest

from postlude.kernel import clock as kernel_clock
from postlude.kernel import store, vault
from postlude.messages.models import Message, ShownText
from postlude.people.models import ViewAudit
from postlude.wiring.cli import output
from postlude.wiring.cli.commands import run

from .test_messages_show_what_came_back import place  # noqa: F401 - a fixture


def told(capsys, *command: str, code: int = 0) -> dict[str, Any]:
    capsys.readouterr()
    assert code == run(["messages", *command, "--json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def ids(found: dict[str, Any]) -> list[int]:
    return [each["id"] for each in found["items"]]


def test_the_newest_stand_first_and_people_are_masked(place, capsys) -> None:  # noqa: F811
    found = told(capsys, "list")
    everything = [*place.invited, *place.asked, *place.failed]
    assert sorted(everything, reverse=True) == ids(found)
    newest = found["items"][0]
    assert ("invite", "gift", "failed", "") == tuple(
        newest[each] for each in ("kind", "action", "state", "reaction")
    )
    assert "•" in newest["to"] or "*" in newest["to"] or "…" in newest["to"]
    assert 0 == ViewAudit.objects.filter(actor_kind="cli").count()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--kind", "feedback"], 1),
        (["--kind", "invite", "--action", "gift"], 3),
        (["--state", "failed"], 1),
        (["--reaction", "reacted"], 1),
        (["--channel", "email"], 5),
        (["--channel", "push"], 0),
        (["--since", "2099-01-01"], 0),
        (["--until", "2000-01-01"], 0),
        (["--branch", "nowhere"], 0),
    ],
)
def test_each_filter_narrows(place, capsys, options, expected) -> None:  # noqa: F811
    assert expected == len(ids(told(capsys, "list", *options)))


def test_one_persons_messages(place, capsys) -> None:  # noqa: F811
    row = Message.objects.get(id=place.failed[0])
    assert place.failed == ids(told(capsys, "list", "--contact", str(row.contact)))
    told(capsys, "list", "--contact", "nobody@example.test", code=3)


def test_pages_follow_each_other(place, capsys) -> None:  # noqa: F811
    everything, seen, before = ids(told(capsys, "list")), [], []
    while True:
        found = told(capsys, "list", "--limit", "2", *before)
        seen += ids(found)
        if found["next_before"] is None:
            break
        before = ["--before", str(found["next_before"])]
    assert everything == seen


def test_what_cannot_be_asked_for_is_said_and_not_left_out(place, capsys) -> None:  # noqa: F811
    """The page leaves a bad word out; a script would take everything for what it asked for."""
    error = told(capsys, "list", "--state", "sentt", code=3)["error"]
    assert "sentt" in error["message"]
    assert error["hint"]
    told(capsys, "list", "--since", "yesterday", code=3)


def test_a_file_has_what_the_list_has(place, capsys, tmp_path) -> None:  # noqa: F811
    path = tmp_path / "messages.csv"
    assert 0 == run(["messages", "list", "--csv", str(path)])
    rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert [str(each) for each in ids(told(capsys, "list"))] == [row["id"] for row in rows]
    assert {"invite", "feedback"} == {row["kind"] for row in rows}


def test_one_message_is_told_whole(place, capsys) -> None:  # noqa: F811
    found = told(capsys, "show", str(place.invited[0]))
    assert ("invite", "reacted", "A-1") == tuple(
        found["line"][each] for each in ("kind", "reaction", "effect")
    )
    assert "decided" in [each["step"] for each in found["entries"]]
    assert found["back"]["answer"]["label"]
    assert [found["line"]["id"]] == [each["id"] for each in found["turn"]]
    assert found["text"] is None
    told(capsys, "show", "17", code=3)


def test_the_text_needs_a_purpose_and_leaves_a_trace(place, org, capsys) -> None:  # noqa: F811
    number, now = place.invited[0], kernel_clock.now()
    with store.write():
        ShownText.objects.create(
            message=number, org_id=org.id, expires_at=now.replace(year=now.year + 1),
            sealed=vault.encrypt(org.id, "shown-text", "Дарим 100 бонусов".encode()),
        )  # fmt: skip
    assert told(capsys, "show", str(number))["text"] is None
    before = ViewAudit.objects.count()
    assert "Дарим 100 бонусов" == told(capsys, "show", str(number), "--reveal", "case 7")["text"]
    assert 1 == ViewAudit.objects.count() - before
    assert "case 7" == ViewAudit.objects.latest("id").purpose


def test_eighty_columns_are_enough(place, capsys, monkeypatch) -> None:  # noqa: F811
    monkeypatch.setattr(output.out, "_width", 80)
    for command in (["list"], ["show", str(place.invited[0])]):
        capsys.readouterr()
        assert 0 == run(["messages", *command])
        shown = capsys.readouterr().out
        assert "…" not in shown
        assert max(map(len, shown.splitlines())) <= 80
    assert "Order A-1" not in shown or "reacted" in shown
