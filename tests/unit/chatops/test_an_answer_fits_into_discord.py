"""An answer is at most 2,000 characters; what does not fit is counted, and in a file."""

from hypothesis import given
from hypothesis import strategies as st

from postlude.chatops.commands.fitting import fit, plain, unmarked
from postlude.chatops.discord import replies

LONG = [f"- Ticket {number} 票種: total: 10 sold: {number}" for number in range(5_000)]


def test_what_fits_is_whole() -> None:
    answer = fit(["Head"], LONG[:10], name="x")
    assert "\n".join(["Head", *LONG[:10]]) == answer.text
    assert answer.file is None


def test_what_does_not_fit_is_cut_at_a_line_and_counted() -> None:
    answer = fit(["Head"], LONG, name="x")
    *kept, more = answer.text.split("\n")
    assert len(answer.text) <= 2_000
    assert ["Head", *LONG[: len(kept) - 1]] == kept
    assert f"… {5_000 - len(kept) + 1} more" in more
    assert answer.file is not None
    assert "x.txt" == answer.file.name
    assert answer.file.content.decode("utf-8-sig").split("\n") == ["Head", *LONG]


def test_one_enormous_line_is_left_to_the_file() -> None:
    answer = fit(["Head"], ["x" * 5_000], name="x")
    assert len(answer.text) <= 2_000
    assert answer.file is not None


@given(st.text(max_size=200))
def test_a_name_is_shown_letter_by_letter(name: str) -> None:
    shown = plain(name)
    assert "\n" not in shown
    for mark in "*_~`|<":
        assert shown.count(mark) == shown.count("\\" + mark)
    assert " ".join(name.split()) == unmarked(shown) or "\\" in name


def test_names_of_the_spec_stay_as_they_are() -> None:
    for name in (
        "PyCon APAC 2022 Registration: Reserved【Online Conference】",
        "Submitter投稿者票（with Pyckage）",
        "Speaker 講者票（with Pyckage）",
    ):
        assert name == plain(name)


def test_nobody_is_pinged_whatever_a_ticket_is_called() -> None:
    for reply in (replies.message("@everyone <@1>"), replies.instead("@everyone")):
        assert {"parse": []} == reply["data"]["allowed_mentions"]


def test_at_most_25_choices_are_offered() -> None:
    reply = replies.choices([("l" * 300, f"slug-{number}") for number in range(60)])
    listed = reply["data"]["choices"]
    assert 25 == len(listed)
    assert all(len(each["name"]) <= 100 for each in listed)
    assert [] == replies.choices([("label", "v" * 101)])["data"]["choices"]
