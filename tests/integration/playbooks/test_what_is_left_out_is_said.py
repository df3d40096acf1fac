"""Leaving a part out deletes nothing, and the report says what becomes of it."""

from types import SimpleNamespace

import pytest

from postlude.orgs import api as orgs
from postlude.playbooks.errors import PlaybookInvalid


def test_a_source_and_a_conference_that_are_left_out_are_named(book: SimpleNamespace) -> None:
    book.apply()
    book.edit("  kktix: {", "  kktix-2: {")
    book.edit("  pycon-2023:\n", "  pycon-2024:\n")
    report = book.apply(dry_run=True)

    assert report.left_out == (
        "source kktix: what it sold stays, and it is still polled",
        "conference pycon-2023: its tickets and what they opened stay",
    )
    assert (
        "  ! left out: source kktix: what it sold stays, and it is still polled" in report.lines()
    )


def test_a_journey_that_is_left_out_is_named(book: SimpleNamespace) -> None:
    book.apply()
    book.edit("  invite:\n    do:", "  welcome:\n    do:")

    assert book.apply().left_out == (
        "journey invite: nobody enters it any more; who is in it goes on",
    )


def test_a_second_playbook_for_the_organisation_is_refused(book: SimpleNamespace) -> None:
    """Each would undo the other's kinds and answers, and both would say “no change”."""
    book.apply()
    book.edit("playbook: tickets", "playbook: speakers")
    book.edit("name: PyCon\n", "name: Another\n")

    with pytest.raises(PlaybookInvalid, match="yaml:1:11: pycon follows the playbook tickets"):
        book.apply()
    assert orgs.by_slug("pycon").name == "PyCon"


def test_the_reply_address_is_filled_in_and_checked(
    book: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    book.edit("host: 127.0.0.1,", "host: 127.0.0.1, reply_to: '${HELP}',")
    with pytest.raises(PlaybookInvalid, match="HELP is not set"):
        book.apply()
    monkeypatch.setenv("HELP", "help@example.test")

    assert book.apply().outcome == "applied"


def test_the_same_file_again_lets_in_who_a_crash_left_out(
    book: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the commit and the catching up: the next apply does the rest."""
    from postlude.playbooks import applying

    caught: list[int] = []

    def die(org: int, *, now: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(applying.journeys, "catch_up", die)
    with pytest.raises(KeyboardInterrupt):
        book.apply()
    monkeypatch.setattr(applying.journeys, "catch_up", lambda org, **_: caught.append(org))

    assert book.apply().outcome == "no change"
    assert caught == [orgs.by_slug("pycon").id]
    book.apply(dry_run=True)
    assert len(caught) == 1
