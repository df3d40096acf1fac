"""Lines that cannot be kept are named, with what to do; the good ones beside them are in."""

import json

import pytest

from postlude.kernel import store
from postlude.orders import api as orders
from postlude.sources.history.mistakes import CODES

AT = "2026-03-10T10:00:00+08:00"
ANN = {"kind": "contact", "id": "A1", "name": "Ann"}
MAIL = {
    "kind": "message",
    "id": "m1",
    "contact": "A1",
    "channel": "email",
    "node": "N1",
    "template": "T1",
    "at": AT,
    "state": "delivered",
}
ORDER = {"kind": "order", "id": "o1", "contact": "A1", "closed_at": AT, "amount": 100}

WRONG = {
    "a line of 1 MB": (b'{"kind": "contact", "id": "' + b"x" * 1_000_000 + b'"}', "line_too_long", ""),
    "no UTF-8": (b'{"kind": "contact", "id": "\xff\xfe"}', "not_utf8", ""),
    "no JSON": (b'{"kind": "contact",', "not_json", ""),
    "nested too deep": (b"[" * 60_000, "not_json", ""),
    "a list": (b"[1, 2]", "not_an_object", ""),
    "NaN": (b'{"kind": "order", "id": "o2", "amount": NaN}', "not_a_number", ""),
    "Infinity": (b'{"kind": "order", "id": "o2", "amount": -Infinity}', "not_a_number", ""),
    "no kind": ({"id": "A2"}, "unknown_kind", "kind"),
    "an unknown kind": ({"kind": "horoscope", "id": "A2"}, "unknown_kind", "kind"),
    "an unknown field": ({**ANN, "id": "A2", "shoe": 43}, "unknown_field", "shoe"),
    "a missing field": ({"kind": "message", "id": "m2"}, "missing_field", "contact"),
    "no state": ({k: v for k, v in MAIL.items() if k != "state"} | {"id": "m2"}, "missing_field", "state"),
    "a time to come": ({**MAIL, "id": "m2", "at": "2031-01-01T00:00:00Z"}, "future", "at"),
    "an ancient time": ({**MAIL, "id": "m2", "at": "1970-01-01T00:00:00Z"}, "ancient", "at"),
    "the year 0": ({**MAIL, "id": "m2", "at": "0000-00-00T00:00:00Z"}, "ancient", "at"),
    "no zone": ({**MAIL, "id": "m2", "at": "2026-03-10T10:00:00"}, "bad_time", "at"),
    "a number for a time": ({**MAIL, "id": "m2", "at": 1_773_000_000}, "bad_time", "at"),
    "a state nobody knows": ({**MAIL, "id": "m2", "state": "lost"}, "bad_value", "state"),
    "a negative amount": ({**ORDER, "id": "o2", "amount": -5}, "negative_amount", "amount"),
    "a negative text": ({**ORDER, "id": "o2", "amount": "-0.50"}, "negative_amount", "amount"),
    "half a cent": ({**ORDER, "id": "o2", "amount": "1.001"}, "bad_amount", "amount"),
    "another currency": ({**ORDER, "id": "o2", "currency": "USD"}, "other_currency", "currency"),
    "a branch nobody knows": ({**ORDER, "id": "o2", "branch": "moon"}, "unknown_branch", "branch"),
    "an order without a time": ({"kind": "order", "id": "o2"}, "missing_field", "opened_at"),
    "a contact nobody knows": ({**MAIL, "id": "m2", "contact": "A9"}, "missing_reference", "contact"),
    "a message nobody knows": (
        {"kind": "touch", "id": "k1", "message": "m9", "what": "open", "at": AT},
        "missing_reference",
        "message",
    ),
    "a mail told otherwise": ({**MAIL, "state": "bounced"}, "told_otherwise", "id"),
    "an e-mail in an event": (
        {"kind": "activity", "id": "h1", "visitor": "browser-number-1", "what": "event", "at": AT, "properties": {"who": "ann@x.test"}},
        "personal",
        "properties",
    ),
    "an e-mail in a campaign": (
        {"kind": "activity", "id": "h1", "visitor": "browser-number-1", "what": "page", "at": AT, "utm_source": "ann@x.test"},
        "personal",
        "utm_source",
    ),
    "an e-mail that is none": (
        {"kind": "suppression", "email": "no e-mail", "reason": "manual", "at": AT},
        "bad_address",
        "email",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_bad_line_is_named_and_the_others_are_in(history, name: str) -> None:
    """The line by its number, what is wrong with it, and a hint; all of it in the rejects."""
    line, code, about = WRONG[name]
    path = history.write(ANN, MAIL, line, ORDER)
    report = history.load(path)
    assert report.rejected == {code: 1}
    assert report.new == {"contact": 1, "message": 1, "order": 1}
    (mistake,) = report.first
    assert (mistake.line, mistake.code, mistake.field) == (3, code, about)
    assert mistake.hint
    written = path.parent / f"{path.name}.rejects"
    (reject,) = [json.loads(each) for each in written.read_text(encoding="utf-8").splitlines()]
    assert (reject["line"], reject["code"], reject["hint"]) == (3, code, mistake.hint)
    assert written.stat().st_mode & 0o077 == 0
    assert store.rows_sql("SELECT COUNT(*) FROM messages_message") == [(1,)]


def test_every_code_has_words_and_a_hint() -> None:
    assert all(words and hint for words, hint in CODES.values())
    tried = {code for _, code, _ in WRONG.values()}
    others = {"bad_address", "taken", "erased", "refused", "no_longer_kept"}
    assert CODES.keys() - tried == others - tried


def test_what_was_missing_may_come_later(history) -> None:
    """A file with mistakes is tried again once what it names is there."""
    path = history.write(MAIL, name="mails.ndjson")
    assert history.load(path).rejected == {"missing_reference": 1}
    history.tell(ANN)
    report = history.load(path)
    assert not report.rejected
    assert report.new == {"message": 1}
    assert history.load(path).repeated


def test_an_address_that_is_none_leaves_the_contact(history) -> None:
    """A person is known without the address that cannot be one, and it is said."""
    report = history.tell(
        {"kind": "contact", "id": "A1", "email": "王 小明@x.test", "name": "王小明"},
        {"kind": "contact", "id": "A2", "email": "two@x.test"},
        {"kind": "contact", "id": "A3", "email": "two@x.test"},
    )
    assert report.new == {"contact": 3}
    assert report.warned == {"bad_address": 1, "taken": 1}
    assert not report.rejected


def test_too_many_mistakes_stop_the_load(history) -> None:
    """What is in stays in; with more allowed, the same file goes on where it stopped."""
    wrong = [{**MAIL, "id": f"w{n}", "contact": "A9"} for n in range(3)]
    path = history.write(ANN, *wrong, ORDER)
    report = history.load(path, most_mistakes=2)
    assert report.stopped
    assert report.new == {"contact": 1}
    assert not orders.shop_orders_named(history.org, ["o1"])
    again = history.load(path, most_mistakes=3)
    assert again.resumed
    assert again.new == {"contact": 1, "order": 1}
    assert again.rejected == {"missing_reference": 3}


def test_an_order_that_the_till_told_otherwise_stays(history) -> None:
    """History does not overrule what was told here."""
    history.tell(ANN)
    history.tell(ORDER)
    found = orders.shop_orders_named(history.org, ["o1"])["o1"]
    report = history.tell({**ORDER, "amount": 900})
    assert report.rejected == {"told_otherwise": 1}
    assert orders.shop_orders_named(history.org, ["o1"])["o1"] == found
