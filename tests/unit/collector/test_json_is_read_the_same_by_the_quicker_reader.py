"""What the quicker reader understands, the exact one understands the same."""

import json
from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from postlude.collector import batches

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


def exact(body: bytes) -> object:
    return batches._DECODER.decode(body.decode("utf-8"))


def kinds(value: object) -> object:
    if isinstance(value, dict):
        return {name: kinds(each) for name, each in value.items()}
    if isinstance(value, list):
        return [kinds(each) for each in value]
    return type(value)


def both(body: bytes) -> None:
    try:
        quick = batches._read(body)
    except (ValueError, RecursionError):
        return
    right = exact(body)
    assert right == quick
    assert kinds(right) == kinds(quick)


@given(plain, st.booleans(), st.sampled_from([None, 1]))
@example(0.0, True, None)
@example([{"a": [1e20]}], True, 1)
def test_what_a_page_may_send_is_the_same(value, ascii_only, indent):
    both(json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode("utf-8", "surrogatepass"))


@given(plain, st.integers(0, 200), st.binary(max_size=3))
@example({"a": 1}, 0, b"\xef\xbb\xbf")
@example({"a": 1}, 1, b"NaN")
@example("\ud800", 3, b"")
@example([], 1, b"-0")
@example([], 1, b"01")
@example([], 1, b"1E2")
def test_nonsense_is_the_same_nonsense(value, place, added):
    body = json.dumps(value).encode()
    both(body[:place] + added + body[place:])


def test_an_amount_with_a_fraction_stays_exact():
    for text in (b'{"a":12.10}', b'{"a" : \n12.10}', b"[12.10]", b"[1,\t12.10]", b'{"a":-12.1e0}'):
        assert "Decimal" in repr(batches._read(text)), text
    assert {"a": Decimal("0.1000000000000000000000001")} == batches._read(
        b'{"a":0.1000000000000000000000001}'
    )


def test_digits_in_a_text_cost_no_more_than_time():
    assert {"url": ",1.5"} == batches._read(b'{"url":",1.5"}')


def test_a_batch_without_a_fraction_takes_the_quicker_reader(monkeypatch):
    monkeypatch.setattr(batches, "_DECODER", None)
    assert {"id": "0190e3", "n": 7} == batches._read(b'{"id":"0190e3","n":7}')
