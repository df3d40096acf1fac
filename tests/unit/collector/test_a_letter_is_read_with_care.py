"""Nothing in a body is trusted; what cannot be used has a code, and the rest is read."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from postlude.activity.types import Sign
from postlude.collector.batches import MOST_BODY, WORDS, TooMany, read_batch
from postlude.collector.instants import Instants, WrongTime
from postlude.kernel.errors import BadInput
from postlude.kernel.money import Money
from support.bad_letters import BAD_BODIES, BAD_HITS
from support.beacons import SHOP, event, order, page_view, uuid7

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1_000)


def read(*hits: object, **envelope: object):
    body = json.dumps({"hits": hits, **envelope}).encode()
    return read_batch(body, currency="TWD", received_at=NOW)


@pytest.mark.parametrize(("hit", "code"), BAD_HITS.values(), ids=BAD_HITS)
def test_a_bad_hit_has_a_code_and_a_hint(hit, code):
    batch = read(hit)

    assert ([(0, code)], ()) == ([(each.place, each.code) for each in batch.refused], batch.told)
    assert WORDS[code]


@pytest.mark.parametrize(("body", "code", "status"), BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_bad_body_has_a_code(body, code, status):
    if len(body) > MOST_BODY and code == "body_too_big":
        return  # never gets as far as that
    with pytest.raises(BadInput) as refused:
        read_batch(body, currency="TWD", received_at=NOW)

    assert (code, status) == (refused.value.code, refused.value.http_status)


def test_a_hundred_hits_are_taken_and_one_more_is_too_many():
    assert 100 == len(read(*[page_view() for _ in range(100)]).told)
    with pytest.raises(TooMany):
        read(*[page_view() for _ in range(101)])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (f"{SHOP}/hats?email=ann@example.test", f"{SHOP}/hats"),
        (f"{SHOP}/hats#top", f"{SHOP}/hats"),
        (f"{SHOP}/帽子", f"{SHOP}/帽子"),
        (f"{SHOP}/u/ann@example.test", "[e-mail]"),
        (f"{SHOP}/u/ann%40example.test", "[e-mail]"),
    ],
)
def test_an_address_is_kept_without_what_may_be_a_persons(given, kept):
    (told,) = read(page_view(given)).told
    assert kept in told.url
    assert "ann" not in told.url


@pytest.mark.parametrize(
    ("amount", "minor"),
    [("1200", 120000), (1200, 120000), (12.5, 1250), ("0", 0), ("1,200", 120000)],
)
def test_an_amount_is_exact(amount, minor):
    (told,) = read(order(amount=amount, currency="twd")).told
    assert Money(minor, "TWD") == told.order


def test_an_order_may_come_without_an_amount():
    (told,) = read(order(amount=None)).told
    assert told.is_order
    assert told.order is None


@pytest.mark.parametrize(
    ("said", "sent", "at", "sign"),
    [
        (0, 0, 0, Sign.NONE),
        (-60, 0, -60, Sign.NONE),
        (-3_600, 0, -3_600, Sign.LATE),
        (-864_000 - 60, -864_000, -60, Sign.NONE),  # ten days slow
        (864_000, 864_000, 0, Sign.NONE),  # ten days fast
        (60, 0, 0, Sign.NONE),  # never after it has arrived
        (3_600, 0, 0, Sign.CLOCK_AHEAD),
    ],
)
def test_a_clock_that_is_wrong_is_set_right_by_when_it_says_it_sent(said, sent, at, sign):
    times = Instants(NOW, NOW + timedelta(seconds=sent))
    said_at = NOW + timedelta(seconds=said)

    assert (NOW + timedelta(seconds=at), said_at, sign) == times.of(said_at.isoformat())


@pytest.mark.parametrize(
    ("age", "code"), [(-82_801, "from_the_future"), (31 * 86_400 + 1, "too_old")]
)
def test_times_have_ends(age, code):
    times = Instants(NOW, NOW)
    within = age - 1 if age > 0 else age + 1
    times.of((NOW - timedelta(seconds=within)).isoformat())
    with pytest.raises(WrongTime) as wrong:
        times.of((NOW - timedelta(seconds=age)).isoformat())
    assert code == wrong.value.code


def test_an_id_has_the_same_day_however_it_is_spelled():
    plain = uuid7(NOW_MS)
    hits = page_view(id=plain), page_view(id=plain.upper()), page_view(id=plain.replace("-", ""))
    assert 1 == len({(told.message_id, told.sent_ms) for told in read(*hits).told})


def test_what_an_event_says_is_kept_without_persons_in_it():
    said = {"note": "a\x00b \ud83d 0912-345-678 ann@example.test", "n": 1, "x": 1.5, "no": None}
    (told,) = read(event(properties=said)).told
    assert {"note": "ab \ufffd [number] [e-mail]", "n": 1, "x": 1.5} == told.properties
