from datetime import UTC, datetime, timedelta

import pytest

from postlude.channels.mailgun.signature import Trust, judge, sign

KEY, STAMP, TOKEN = "test-signing-key", "1763690000", "0" * 50
NOW = datetime.fromtimestamp(1763690000, tz=UTC)


def block(**changes: object) -> dict[str, object]:
    right = {"timestamp": STAMP, "token": TOKEN, "signature": sign(KEY, STAMP, TOKEN)}
    return {**right, **changes}


def test_the_signature_is_the_one_of_the_contract():
    expected = "977cb58fbda13af43bb3007dc9fc2b71761e56900ea16a2d55f915e607e768b7"
    assert expected == sign(KEY, STAMP, TOKEN)


def test_a_right_and_fresh_one_is_good_and_names_its_token():
    judgement = judge(block(), KEY, now=NOW + timedelta(seconds=900))

    assert (Trust.GOOD, TOKEN) == (judgement.trust, judgement.token)


@pytest.mark.parametrize("late", [timedelta(seconds=901), timedelta(seconds=-901)])
def test_one_older_than_a_quarter_of_an_hour_is_old(late):
    assert judge(block(), KEY, now=NOW + late).trust is Trust.OLD


@pytest.mark.parametrize(
    "changes", [{"signature": "0" * 64}, {"signature": "é"}, {"token": "1" * 50}]
)
def test_a_changed_one_is_wrong(changes):
    assert judge(block(**changes), KEY, now=NOW).trust is Trust.WRONG


@pytest.mark.parametrize(
    "given",
    [
        None,
        [],
        "x",
        {},
        {"timestamp": STAMP, "token": TOKEN},
        block(timestamp="soon"),
        block(timestamp="9" * 40),
        block(timestamp=1.5),
        block(token=""),
        block(token="x" * 200),
        block(signature=None),
    ],
)
def test_anything_else_is_unreadable(given):
    assert judge(given, KEY, now=NOW).trust is Trust.UNREADABLE


@pytest.mark.parametrize("name", ["token", "signature", "timestamp"])
def test_half_a_character_is_unreadable_and_no_error(name):
    assert judge(block(**{name: "\ud83d"}), KEY, now=NOW).trust is Trust.UNREADABLE
