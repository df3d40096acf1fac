"""What a beacon may be sent, by mistake or on purpose, and what is said of it."""

import json

from support.beacons import SHOP, event, order, page_view, uuid7

BAD_HITS = {
    "no hit at all": ("x", "not_a_hit"),
    "an id of the wrong version": (
        page_view(id="0b9c2b52-7b0a-4c6e-9c57-3d7a0f3f1a11"),
        "bad_id",
    ),
    "an id that is a number": (page_view(id=7), "bad_id"),
    "an id of years ago": (page_view(id=uuid7(1_500_000_000_000)), "id_too_old"),
    "a day ahead": (page_view(at=4_000_000_000_000), "from_the_future"),
    "a time years ago": (page_view(at=1_500_000_000_000), "too_old"),
    "a time without a zone": (page_view(at="2026-01-01T00:00:00"), "bad_time"),
    "a time that is no time": (page_view(at="soon"), "bad_time"),
    "a time out of this world": (page_view(at=10**30), "bad_time"),
    "a type that is none": (page_view(type="drop"), "bad_type"),
    "a script for an address": (page_view("javascript:alert(1)"), "bad_url"),
    "data for an address": (page_view("data:text/html,<script>"), "bad_url"),
    "a file for an address": (page_view("file:///etc/passwd"), "bad_url"),
    "an address with a password": (page_view("https://user:pass@shop.example.test/"), "bad_url"),
    "an address of 100,000 letters": (page_view(f"{SHOP}/{'a' * 30_000}"), "bad_url"),
    "a page without an address": (page_view(None), "bad_url"),
    "an action that is SQL": (event("x'; DROP TABLE orgs_organization; --"), "bad_action"),
    "an action that is HTML": (event("<script>alert(1)</script>"), "bad_action"),
    "no action": (event(""), "bad_action"),
    "products that are no list": (event(products={"a": 1}), "bad_products"),
    "a thousand products": (event(products=["a"] * 1_000), "bad_products"),
    "properties within properties": (event(properties={"a": {"b": 1}}), "bad_properties"),
    "a name that is SQL": (event(properties={"a'; --": 1}), "bad_properties"),
    "a number beyond counting": (event(properties={"a": 10**40}), "bad_properties"),
    "an amount below nothing": (order(amount="-1"), "bad_amount"),
    "half a cent": (order(amount="1.005"), "bad_amount"),
    "an amount in words": (order(amount="a lot"), "bad_amount"),
    "an amount beyond counting": (order(amount="9" * 30), "bad_amount"),
    "another currency": (order(currency="USD"), "wrong_currency"),
    "an order without a number": (order(""), "bad_order_number"),
}

BAD_BODIES = {
    "nothing": (b"", "bad_input", 400),
    "no JSON": (b"hits=1", "bad_input", 400),
    "no UTF-8": (b'{"hits": ["\xff\xfe"]}', "bad_input", 400),
    "UTF-16": ('{"hits": []}'.encode("utf-16"), "bad_input", 400),
    "a list": (b"[]", "bad_input", 400),
    "no hits": (b'{"hits": []}', "bad_input", 400),
    "hits that are no list": (b'{"hits": {"a": 1}}', "bad_input", 400),
    "no number": (b'{"hits": [NaN]}', "bad_input", 400),
    "a number of 5,000 digits": (b'{"hits": [' + b"9" * 5_000 + b"]}", "bad_input", 400),
    "a pit": (b"[" * 60_000, "bad_input", 400),
    "a time of sending that is none": (b'{"hits": [1], "sent_at": "now"}', "bad_input", 400),
    "1 MB": (b'{"hits": ["' + b"a" * 1_000_000 + b'"]}', "body_too_big", 413),
    "101 hits": (json.dumps({"hits": [1] * 101}).encode(), "too_many_hits", 413),
    "10,000 hits": (json.dumps({"hits": [1] * 10_000}).encode(), "too_many_hits", 413),
}
