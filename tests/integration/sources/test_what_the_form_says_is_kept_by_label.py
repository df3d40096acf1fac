"""Each answer of a buyer's form is kept under its label, whichever door brings it."""

from typing import Any

from postlude.people import api as people
from postlude.sources import api as sources

NAME = "PyCon TW 2023 Registration: Individual"
LABELS = {"Nickname / 暱稱": "Annie", "T-shirt": "L"}
FORM = [list(each) for each in LABELS.items()]
HEADER = "Id,訂單編號,報名序號,票種,票券付款狀態,售出日期,票面價格,Nickname / 暱稱,T-shirt,聯絡人 姓名,聯絡人 Email,聯絡人 手機\n"


def answers(shop: Any) -> list[dict[str, str]]:
    references = [f"ticket:{each.id}" for each in shop.tickets()]
    return [dict(each) for each in people.answers(shop.org.id, references).values()]


def test_a_poll_keeps_them(shop: Any) -> None:
    shop.sell(tickets=[{"name": "一般票", "price": 2790, "data": FORM}])
    shop.good_poll()
    (kept,) = answers(shop)
    assert LABELS.items() <= kept.items()
    assert "ann@example.test" == kept["聯絡人 Email"]


def test_a_file_keeps_them(shop: Any) -> None:
    row = "1,101,1,一般票,paid,2023-08-18,2790.0,Annie,L,王小明,ann@example.test,0912345678\n"
    sources.import_csv(
        shop.org.id,
        attendees=(HEADER + row).encode(),
        orders=None,
        event_slug="2023-individual",
        event_name=NAME,
        kind=None,
        now=shop.clock.now(),
    )
    (kept,) = answers(shop)
    assert LABELS.items() <= kept.items()


def test_which_labels_are_the_person_is_the_organisers_choice(shop: Any) -> None:
    form = [["Your mail", "boss@example.test"], ["聯絡人 Email", "ann@example.test"]]
    shop.define(labels={"email": "Your mail"})
    shop.sell(tickets=[{"name": "一般票", "price": 2790, "data": form}])
    shop.good_poll()
    assert {"boss@example.test"} == shop.emails()
