"""What comes from outside can be kept by both engines, whatever bytes it was made of."""

from datetime import UTC, datetime

import pytest

from postlude.channels.types import Verdict
from postlude.kernel import redact, storable


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("plain 票 😀", "plain 票 😀"),
        ("a\x00b", "ab"),
        ("cut \ud83d", "cut \ufffd"),
        ("\ude00 cut", "\ufffd cut"),
    ],
)
def test_a_text_loses_only_what_no_engine_holds(given: str, kept: str) -> None:
    assert kept == storable.text(given)
    assert kept.encode()


def test_a_vendors_words_and_numbers_can_be_kept() -> None:
    assert "550 \ufffdno" == redact.cut("550 \ud83d\x00no")
    outcome = Verdict("accepted", provider_id="<1\x00\ud83d@mail>").of(7)
    assert "<1\ufffd@mail>" == outcome.provider_id


@pytest.mark.parametrize("year", [1, 1970, 2200, 9999])
def test_a_time_out_of_this_world_is_refused(year: int) -> None:
    with pytest.raises(ValueError, match="world"):
        storable.instant(datetime(year, 1, 1, tzinfo=UTC))
