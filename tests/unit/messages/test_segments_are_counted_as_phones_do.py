"""Segments as GSM 03.38 and 03.40 count them, against a slow reading of the same rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postlude.messages import segments
from postlude.messages.segments import Segments

GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
ESCAPED = "\f^{}\\[~]|€"
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)
gsm = st.text(st.sampled_from(GSM + ESCAPED * 4), max_size=700)
odd = st.text(st.sampled_from("aя生€🎁{"), max_size=400)


def slowly(text: str) -> tuple[str, int, int]:
    """Write each letter as its units and fill segments one by one."""
    if all(each in GSM + ESCAPED for each in text):
        letters = [["esc", each] if each in ESCAPED else [each] for each in text]
        name, single, several = "gsm7", 160, 153
    else:
        encoded = [each.encode("utf-16-be") for each in text]
        letters = [[each[i : i + 2] for i in range(0, len(each), 2)] for each in encoded]
        name, single, several = "ucs2", 70, 67
    units = sum(map(len, letters))
    if units <= single:
        return name, units, 1 if units else 0
    filled: list[list[object]] = [[]]
    for letter in letters:
        if len(filled[-1]) + len(letter) > several:
            filled.append([])
        filled[-1] += letter
    return name, units, len(filled)


@given(texts | gsm | odd)
def test_the_count_is_that_of_a_slow_reading(text: str) -> None:
    found = segments.count(text)

    assert slowly(text) == (found.encoding, found.units, found.count)


@given(gsm | odd, st.sampled_from("aя€🎁"))
def test_a_longer_text_never_takes_fewer_segments(text: str, more: str) -> None:
    assert segments.count(text).count <= segments.count(text + more).count


@given(texts)
def test_what_is_counted_fits_into_its_segments(text: str) -> None:
    found = segments.count(text)

    assert found.units <= found.room


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments("gsm7", 0, 0, 160)),
        ("a" * 160, Segments("gsm7", 160, 1, 160)),
        ("a" * 161, Segments("gsm7", 161, 2, 306)),
        ("a" * 306, Segments("gsm7", 306, 2, 306)),
        ("a" * 307, Segments("gsm7", 307, 3, 459)),
        ("€" * 80, Segments("gsm7", 160, 1, 160)),
        ("a" + "€" * 80, Segments("gsm7", 161, 2, 306)),
        # No escape stands alone at the end of a part: 76 pairs in each, and one is left.
        ("€" * 153, Segments("gsm7", 306, 3, 459)),
        ("я" * 70, Segments("ucs2", 70, 1, 70)),
        ("я" * 71, Segments("ucs2", 71, 2, 134)),
        ("я" * 134, Segments("ucs2", 134, 2, 134)),
        ("я" * 135, Segments("ucs2", 135, 3, 201)),
        ("🎁" * 35, Segments("ucs2", 70, 1, 70)),
        ("🎁" * 36, Segments("ucs2", 72, 2, 134)),
        # Nor is a surrogate pair cut: 33 in each part of 67.
        ("🎁" * 67, Segments("ucs2", 134, 3, 201)),
        ("`", Segments("ucs2", 1, 1, 70)),
        ("Как насчет скидки? -10% по промокоду PRO10", Segments("ucs2", 42, 1, 70)),
    ],
)
def test_edges(text: str, expected: Segments) -> None:
    assert expected == segments.count(text)
