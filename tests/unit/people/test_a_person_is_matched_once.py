"""Which contact a seen person is, case by case."""

import pytest

from postlude.people.matching import Match, Referred, Verdict, match

REACHED = Referred(7, has_email=True, past_emails=frozenset({"old@example.test"}))
STRANDED = Referred(7, has_email=False)
GONE = Referred(7, has_email=False, erased=True)
NEW = "ann@example.test"


@pytest.mark.parametrize(
    ("email", "referred", "owner", "erased_owner", "expected"),
    [
        (NEW, None, None, None, Match(Verdict.NEW)),
        (NEW, None, 3, None, Match(Verdict.KNOWN, 3)),
        (NEW, REACHED, 3, None, Match(Verdict.KNOWN, 3)),
        (NEW, REACHED, None, None, Match(Verdict.NEW)),
        ("old@example.test", REACHED, None, None, Match(Verdict.KNOWN, 7)),
        ("old@example.test", REACHED, 3, None, Match(Verdict.KNOWN, 7)),
        (NEW, STRANDED, None, None, Match(Verdict.ATTACH, 7)),
        (NEW, STRANDED, 3, None, Match(Verdict.JOIN, 3)),
        (NEW, STRANDED, 7, None, Match(Verdict.KNOWN, 7)),
        (NEW, STRANDED, None, 5, Match(Verdict.ERASED, 5)),
        (NEW, None, None, 5, Match(Verdict.ERASED, 5)),
        (NEW, GONE, 3, None, Match(Verdict.ERASED, 7)),
        (None, GONE, None, None, Match(Verdict.ERASED, 7)),
        (None, STRANDED, None, None, Match(Verdict.KNOWN, 7)),
        (None, None, None, None, Match(Verdict.NEW)),
    ],
)
def test_the_table(email, referred, owner, erased_owner, expected) -> None:
    found = match(
        email, referred=referred, owner=owner, erased_owner=erased_owner, has_reference=True
    )
    assert expected == found


def test_without_e_mail_and_reference_nobody_is_kept() -> None:
    found = match(None, referred=None, owner=None, erased_owner=None, has_reference=False)
    assert Match(Verdict.NOBODY) == found


@pytest.mark.parametrize(
    ("email", "referred", "owner", "is_news", "expected"),
    [
        (NEW, REACHED, None, True, Match(Verdict.NEW)),
        (NEW, REACHED, 3, True, Match(Verdict.KNOWN, 3)),
        ("old@example.test", REACHED, None, True, Match(Verdict.NEW)),
        (NEW, REACHED, None, False, Match(Verdict.KNOWN, 7)),
        (NEW, REACHED, 3, False, Match(Verdict.KNOWN, 7)),
        (NEW, STRANDED, None, False, Match(Verdict.ATTACH, 7)),
    ],
)
def test_a_row_that_shows_nothing_new_leads_where_it_led(
    email, referred, owner, is_news, expected
) -> None:
    """Whatever was changed here since holds; a change at the source is followed."""
    found = match(
        email,
        referred=referred,
        owner=owner,
        erased_owner=None,
        has_reference=True,
        is_news=is_news,
    )
    assert expected == found
