"""What cannot be used is refused with a code, nothing of it is kept, and what can be used is."""

from datetime import timedelta

import pytest

from postlude.kernel import clock, store
from support.bad_letters import BAD_BODIES, BAD_HITS
from support.beacons import SHOP, event, page_view


def rows() -> int:
    return store.rows_sql(
        "SELECT (SELECT COUNT(*) FROM activity_facts_activity) + "
        "(SELECT COUNT(*) FROM people_facts_visitor) + (SELECT COUNT(*) FROM orders_shoporder)"
    )[0][0]


def test_hits_that_cannot_be_used_are_named_and_those_beside_them_are_kept(page):
    bad = [hit for hit, _ in BAD_HITS.values()]
    codes = [code for _, code in BAD_HITS.values()]

    answer = page.send(*bad, event("add_to_cart"))

    assert 200 == answer.status_code
    assert codes == [each["code"] for each in answer.json()["refused"]]
    assert all(each["hint"] for each in answer.json()["refused"])
    assert 2 == rows()  # the event and its visitor
    assert [("add_to_cart",)] == store.rows_sql("SELECT action FROM activity_facts_activity")


def test_where_nothing_can_be_used_nothing_is_let_in(page):
    answer = page.send(*[hit for hit, _ in BAD_HITS.values()])

    assert 422 == answer.status_code
    assert len(BAD_HITS) == len(answer.json()["refused"])
    assert 0 == rows()


def test_a_body_that_cannot_be_read_is_told_so(page):
    for name, (body, code, status) in BAD_BODIES.items():
        answer = page.post(body)
        assert (status, code) == (answer.status_code, answer.json()["error"]["code"]), name
        assert answer.json()["error"]["hint"]
    assert 0 == rows()


def test_a_clock_that_is_an_hour_fast_is_set_right(page):
    page.send(page_view(at=int((clock.now() + timedelta(hours=1)).timestamp() * 1_000)))

    ((at, received),) = store.rows_sql("SELECT at, received_at FROM activity_facts_activity")
    assert store.known_instant(at) <= store.known_instant(received)


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "https://evil.example",
        "http://shop.example.test",
        "https://shop.example.test.evil.example",
        "https://shop.example.test@evil.example",
        "https://shop.example.test:8443",
        "https://sub.shop.example.test",
        "HTTPS://SHOP.EXAMPLE.TEST",
    ],
)
def test_a_page_of_another_site_is_turned_away(page, origin):
    answer = page.send(page_view(), origin=origin)

    assert (403, "origin_not_allowed") == (answer.status_code, answer.json()["error"]["code"])
    assert "access-control-allow-origin" not in answer.headers
    assert 0 == rows()


def test_a_key_that_is_nobodys_or_was_taken_back_opens_nothing(page, collector):
    from postlude.orgs import api as orgs

    orgs.revoke_write_key(page.org, page.key, now=clock.now())
    revoked = page.send(page_view())
    page.key = "plw_" + "A" * 20
    unknown = page.send(page_view())

    assert [404, 404] == [revoked.status_code, unknown.status_code]
    assert "unknown_write_key" == revoked.json()["error"]["code"]
    assert 404 == collector.post("/b/plw_x", content=b"{}").status_code
    assert 0 == rows()


def test_an_answer_is_never_kept_by_a_cache_and_only_the_pages_own_origin_reads_it(page):
    headers = page.send(page_view()).headers

    assert "no-store" in headers["cache-control"]
    assert "no-referrer" == headers["referrer-policy"]
    assert (SHOP, "true") == (
        headers["access-control-allow-origin"],
        headers["access-control-allow-credentials"],
    )
    assert "origin" in headers["vary"]


def test_a_browser_that_asks_before_is_told_what_it_may(page, collector):
    allowed = collector.options(f"/b/{page.key}", headers={"origin": SHOP})
    stranger = collector.options(f"/b/{page.key}", headers={"origin": "https://evil.example"})

    assert (204, "POST") == (allowed.status_code, allowed.headers["access-control-allow-methods"])
    assert 403 == stranger.status_code
    assert 405 == collector.get(f"/b/{page.key}", headers={"origin": SHOP}).status_code


def test_words_with_half_a_letter_and_nothing_in_them_are_kept_as_far_as_they_can_be(page):
    hit = event(
        "加入購物車", properties={"note": "a\x00b \ud83d call 0912-345-678 or ann@example.test"}
    )

    assert 200 == page.send(hit, cid="\x00" * 20).status_code  # the cid is ignored, and told so
    from postlude.activity import api as activity

    ((number,),) = store.rows_sql("SELECT activity FROM activity_facts_activity")
    note = activity.activities(page.org, [number])[number].properties["note"]
    assert "ab � call [number] or [e-mail]" == note
