"""No heading and no figure is cut off in a narrow terminal."""

import pytest
from rich.console import Console

from postlude.wiring.cli import narrow, output

RUNS = ["run", "state", "selected", "before", "selection", "entered", "sent", "blocked"]
RUNS += ["failed", "waiting", "unknown", "held out"]
RUN = ["2026-11-21 12:00", "done", "1000000", "0", "short", "1000000", "999000", "no_consent 7"]
RUN += ["1", "2", "3", "1000"]
AFTER = ["", "", "", "", "long", "12", "11", "0", "0", "0", "0", "1"]


def printed(columns: list[str], rows: list[list[str]], width: int) -> str:
    console = Console(width=width, file=None, color_system=None)
    with console.capture() as found:
        console.print(narrow.table("invite", columns, rows, width), highlight=False)
    return found.get()


def words(text: str) -> set[str]:
    return set(text.split())


@pytest.mark.parametrize("width", [40, 60, 80, 100, 132, 200])
def test_every_word_is_whole_at_every_width(width) -> None:
    shown = printed(RUNS, [RUN, AFTER], width)
    assert max(map(len, shown.splitlines())) <= width
    assert "…" not in shown
    wanted = {word for cell in [*RUNS, *RUN, *AFTER] for word in cell.split()}
    assert wanted <= words(shown)


def test_columns_stay_columns_where_they_fit() -> None:
    assert "┃" in printed(["a", "b"], [["one", "two words that may be folded"]], 20)
    assert "┃" in printed(RUNS, [RUN], 132)
    assert "┃" not in printed(RUNS, [RUN], 80)


def test_one_below_another_each_value_has_its_heading() -> None:
    lines = printed(RUNS, [RUN], 80).splitlines()
    assert ["invite", "run 2026-11-21 12:00"] == [each.strip() for each in lines[:2]]
    assert "blocked no_consent 7" in " ".join(lines)
    assert "held out 1000" in " ".join(lines)


def test_what_looks_like_markup_is_shown_as_it_is() -> None:
    shown = printed(["name", *RUNS], [["\\[bold]", *RUN]], 80)
    assert "name [bold]" in shown


def test_a_long_text_is_folded_and_not_cut() -> None:
    text = " ".join(["words"] * 40)
    shown = printed([*RUNS, "do"], [[*RUN, text]], 80)
    assert 40 == shown.count("words")
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("width", [200, 80])
@pytest.mark.parametrize("word", ["[bold]", "[/]", "[e-mail] bounced", "a\\[b]", "C:\\"])
def test_what_anybody_wrote_is_shown_letter_by_letter(monkeypatch, width, word) -> None:
    console = Console(width=width, color_system=None)
    monkeypatch.setattr(output, "out", console)
    with console.capture() as found:
        output.table(f"of {word}", ["what", *RUNS], [[word, *RUN], [None, *RUN]])
    assert 2 == found.get().count(word)


def test_our_own_marks_are_colours(monkeypatch) -> None:
    console = Console(width=80, color_system=None)
    monkeypatch.setattr(output, "out", console)
    with console.capture() as found:
        output.table("t", ["a"], [[output.Marked("[green]ok[/]")]])
    assert "ok" in found.get()
    assert "green" not in found.get()
