"""What `plain` lets pass is a body that reading keeps whole; all else is left to reading."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postlude.collector.batches import read_batch
from postlude.collector.hearing import LETTERS
from postlude.collector.letters import Sealed
from postlude.collector.plainly import plain

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
MS = int(NOW.timestamp() * 1_000)
DAY_MS = 86_400_000


def hit(**more: Any) -> dict[str, Any]:
    made = f"{MS:012x}70008f0653963aed3986"
    page = {"id": made, "type": "page", "at": MS, "url": "https://shop.example.test/hats/1"}
    return {name: each for name, each in (page | more).items() if each is not ...}


def body(*hits: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"sent_at": MS, "cid": "browser-of-ann-0001", "hits": list(hits or [hit()])} | more


def passes(said: Any) -> bool:
    return plain(json.dumps(said).encode(), NOW) is not None


PLAIN = (
    body(),
    body(hit(), hit(type="event", action="add to cart", url=..., products=["hat-1", "a/b"])),
    body(hit(properties={"size": "XL", "many": 3, "gift": True, "code": "A_1"})),
    body(member="M-17", consent=True, source="news.example.test"),
    body(marks={"google": "GA1.2.33", "scid": "x"}),
    body(hit(at=MS - DAY_MS)),
)


@pytest.mark.parametrize("said", PLAIN)
def test_what_pages_mostly_tell_is_plain(said):
    assert passes(said)


OTHERS = (
    body(hit(url="https://shop.example.test/?mail=ann@example.test")),
    body(hit(url="https://shop.example.test/ann@example.test")),
    body(hit(url="https://shop.example.test/ann%40example.test")),
    body(hit(url="javascript:alert(1)")),
    body(hit(properties={"who": "ann@example.test"})),
    body(hit(properties={"phone": "0912345678"})),
    body(hit(properties={"token": "abcdefghijklmnopqrstuvwxyz"})),
    body(hit(properties={"price": 1.5})),
    body(hit(properties={"two": "two  blanks"})),
    body(hit(id="x")),
    body(hit(url=...)),
    body(hit(type="event")),
    body(hit(type="order", number="1", amount="1.00")),
    body(hit(type="popup", shown="x", action="clicked")),
    body(hit(more=1)),
    body(hit(at=MS - 32 * DAY_MS)),
    body(hit(at=MS + DAY_MS)),
    body(hit(at=float(MS))),
    body(hit(id=f"{MS - 400 * DAY_MS:012x}70008f0653963aed3986")),
    body(cid="0" * 16),
    body(member="null"),
    body(member="0"),
    body(member="ann@example.test"),
    body(source="shop at 0912345678"),
    body(consent=False),
    body(consent=1),
    body(consent=1.0),
    body(consent="true"),
    body(automated=True),
    body(click="x"),
    body(sent_at=None),
    body(sent_at=1),
    body(marks={"other": "x"}),
    {"hits": []},
    [],
)


@pytest.mark.parametrize("said", OTHERS)
def test_whatever_else_there_is_has_to_be_read(said):
    assert not passes(said)


@pytest.mark.parametrize("raw", [b"", b"{", b'{"hits": [NaN]}', b'{"hits": "\xff"}', b"[" * 5_000])
def test_what_is_no_json_has_to_be_read(raw):
    assert plain(raw, NOW) is None


def test_of_a_name_that_comes_twice_nothing_is_left_behind():
    raw = json.dumps(body()).replace('"cid"', '"cid": "ann@example.test", "cid"').encode()
    said = plain(raw, NOW)
    assert said is None or "ann@example.test" not in str(said)


SAMPLES = [
    "add_to_cart",
    "a b",
    "ann@example.test",
    "0912345678",
    "x" * 24,
    "A1",
    "https://x.test/?q",
]
texts = st.sampled_from(["hat-1", "A1", "size"]) | st.sampled_from(SAMPLES) | st.text(max_size=30)
numbers = (
    st.just(MS) | st.integers(-5, 5) | st.integers(MS - 40 * DAY_MS, MS + 2 * DAY_MS) | st.floats()
)
values = texts | numbers | st.booleans() | st.none()
hits = st.builds(
    lambda changes: hit(**changes),
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["page", "event", "order", "popup", 1]),
            "at": numbers,
            "url": texts | st.sampled_from(["https://shop.example.test/a(1)!", "http://x:80/~a"]),
            "action": texts,
            "products": st.lists(texts | st.integers(0, 9), max_size=3),
            "properties": st.dictionaries(texts, values, max_size=3),
        },
    ),
)
bodies = st.builds(
    lambda told, changes: body(*told, **changes),
    st.lists(hits, min_size=1, max_size=3),
    st.fixed_dictionaries(
        {},
        optional={
            "cid": texts | st.just("browser-of-ann-0001"),
            "member": texts | st.sampled_from(["M1", "nil", "00"]),
            "consent": st.booleans() | st.sampled_from([1, 1.0, 0, "true"]),
            "source": texts | st.just("news.example.test"),
            "marks": st.dictionaries(st.sampled_from(["google", "scid", "x"]), texts, max_size=2),
            "sent_at": numbers,
        },
    ),
)


@given(bodies)
def test_what_passes_is_kept_whole_and_as_reading_keeps_it(said):
    """Whatever is let pass, reading refuses nothing of, ignores nothing of and cuts nothing."""
    raw = json.dumps(said).encode()
    passed = plain(raw, NOW)
    if passed is None:
        return
    batch = read_batch(raw, currency="TWD", received_at=NOW)
    assert (len(said["hits"]), (), ()) == (len(batch.told), batch.refused, batch.ignored)
    assert batch.cid == passed.get("cid", "")
    assert batch.member == passed.get("member", "")
    assert batch.source == passed.get("source", "")
    assert batch.consent is passed.get("consent")
    assert not batch.automated
    for told, each in zip(batch.told, passed["hits"], strict=True):
        assert told.url == each.get("url", "")
        assert dict(told.properties) == each.get("properties", {})
        assert list(told.products) == each.get("products", [])


def test_it_is_put_aside_and_comes_back_as_it_was():
    for said in PLAIN:
        passed = plain(json.dumps(said).encode(), NOW)
        letter = Sealed(
            7, "browser-of-ann-0001", NOW + timedelta(microseconds=1), "x", 3, "", passed
        )
        assert [letter, letter] == LETTERS.read(LETTERS.spell([letter, letter]))
