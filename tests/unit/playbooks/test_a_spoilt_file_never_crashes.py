"""However a playbook is spoilt, there is a list of problems with places in it, never a crash."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from postlude.playbooks import checking
from postlude.playbooks.checking import Checked
from postlude.playbooks.definitions import instant
from support import playbook_files
from support.playbook_files import TEXT

FRAGMENTS = (
    "*x|&x|<<: *x|!!int x|!!binary x|!!omap [a: 1]|!!timestamp q|!foo|? |- |{}|[]|null|~|1e999|.nan"
    "|true|> |'|\"|\t|#|: |${|${A}|{{ x }}|{% for|2027-13-40|\u2028|0o8|-1|<<: 1|%YAML 1.1|---|..."
).split("|")


def spoilt(dice: random.Random) -> str:
    lines = TEXT.splitlines()
    for _ in range(dice.randint(1, 4)):
        number = dice.randrange(len(lines))
        line, fragment = lines[number], dice.choice(FRAGMENTS)
        at = dice.randrange(len(line) + 1)
        name, colon, _value = line.partition(": ")
        lines[number : number + 1] = dice.choice(
            [
                [],
                [line + fragment],
                [name + colon + fragment],
                [" " * at + line],
                [fragment, line],
                [line[:at] + fragment + line[at:]],
                [line, dice.choice(lines)],
            ]
        )
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("seed", range(4))
def test_no_file_crashes_the_check(tmp_path: Path, seed: int) -> None:
    playbook_files.write(tmp_path)
    dice = random.Random(seed)
    for _ in range(100):
        text = spoilt(dice)
        found = checking.check(text, "p.yaml", tmp_path)
        if isinstance(found, Checked):
            continue
        assert found
        last = len(text.splitlines()) + 1
        places = [(each.line, each.column) for each in found if each.file == "p.yaml"]
        assert all(1 <= line <= last and column >= 1 for line, column in places)


@pytest.mark.parametrize("written", ["2027-02-30 09:00:00", "2027-13-01", "2027-09-02 25:00"])
def test_a_day_that_no_calendar_has_is_shown_where_it_stands(tmp_path: Path, written: str) -> None:
    text = TEXT.replace("    name: PyCon TW 2023\n", f"    name: PyCon\n    ends: {written}\n")
    playbook_files.write(tmp_path)
    (problem,) = checking.check(text, "p.yaml", tmp_path)
    assert (problem.line, problem.column) == (playbook_files.line_of(text, "ends:"), 11)
    assert written in problem.message


@pytest.mark.parametrize(
    "written",
    [
        "2027-09-02 09:00",
        "2027-09-02 09:00:00",
        "'2027-09-02T01:00Z'",
        "2027-09-02T09:00:00+08:00",
        "2027-09-02T01:00:00Z",
    ],
)
def test_a_time_is_the_same_however_it_is_written(tmp_path: Path, written: str) -> None:
    text = TEXT.replace("    name: PyCon TW 2023\n", f"    name: PyCon\n    ends: {written}\n")
    playbook_files.write(tmp_path)
    found = checking.check(text, "p.yaml", tmp_path)
    assert isinstance(found, Checked)
    ends = instant(found.playbook.conferences["pycontw-2023"].ends, "Asia/Taipei")
    assert ends == datetime(2027, 9, 2, 1, tzinfo=UTC)


def test_a_mistake_beside_a_merged_part_is_placed(tmp_path: Path) -> None:
    text = TEXT.replace(
        '{event: "*", ticket: "*", to: [venue, talks]}',
        '&all {event: "*", ticket: "*", to: [venue, talks]}\n      - {<<: *all, tikcet: x}',
    )
    playbook_files.write(tmp_path)
    (problem,) = checking.check(text, "p.yaml", tmp_path)
    assert problem.line == playbook_files.line_of(text, "tikcet")
    assert problem.hint == "Did you mean “ticket”?"
