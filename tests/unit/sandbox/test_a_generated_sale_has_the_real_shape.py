import csv
from collections import Counter

from postlude.sandbox.sale import expected_pairs, generate_sale, write_sale
from postlude.sandbox.sale.columns import ATTENDEE_COLUMNS, ORDER_COLUMNS
from postlude.sandbox.sale.rows import read_csv
from postlude.sandbox.sale.script import script


def test_the_proportions_are_those_of_the_real_export():
    event = generate_sale(7).individual

    states = Counter((row["票券狀態"], row["付款狀態"]) for row in event.orders)
    expected = {
        ("activated", "已繳費"): 154,
        ("cancelled", "未繳費"): 30,
        ("cancelled", "已繳費"): 1,
        ("cancelled", "已繳費有退款"): 1,
    }
    assert expected == states
    assert len(event.attendees) == 154
    assert sum(row["票面價格"] == "0.0" for row in event.attendees) == 32
    assert [row["退票金額"] for row in event.orders if row["退款時間"]] == ["-1290.0"]


def test_the_same_seed_gives_the_same_rows_and_another_seed_others():
    assert generate_sale(3) == generate_sale(3)
    assert generate_sale(3) != generate_sale(4)


def test_no_two_buyers_of_the_individual_event_share_an_address():
    event = generate_sale(1, orders=5000).individual

    assert len({row["Email"] for row in event.orders}) == 5000
    assert len({row["訂單編號"] for row in event.orders}) == 5000
    assert all(row["Email"].endswith("@example.test") for row in event.orders)


def test_extra_events_bring_refunds_a_double_order_and_returning_buyers():
    individual, corporate, reserved = generate_sale(2).events

    assert "reserved【online conference】" in reserved.name.lower()
    assert sum(row["付款狀態"] == "已繳費有退款" for row in corporate.orders) == 2
    assert max(Counter(row["訂單編號"] for row in corporate.attendees).values()) == 2
    everyone = {row["聯絡人 Email"] for row in individual.attendees}
    assert len(everyone & {row["聯絡人 Email"] for row in reserved.attendees}) == 3
    assert len({row["Id"] for row in corporate.attendees}) == len(corporate.attendees)


def test_written_files_have_the_columns_and_read_back(tmp_path):
    sale = generate_sale(5)

    attendees, orders = write_sale(sale, tmp_path)["2023-individual"]

    assert sale.individual.attendees == read_csv(attendees)
    with orders.open(encoding="utf-8") as file:
        assert list(ORDER_COLUMNS) == next(csv.reader(file))
    assert set(ATTENDEE_COLUMNS) == set(sale.individual.attendees[0])


def test_the_script_sells_in_time_order_and_ends_where_the_rows_end():
    sale = generate_sale(6)
    alive: dict[int, tuple[str, str]] = {}

    steps = script(sale)
    for step in steps:
        if step.verb == "sell":
            alive[step.order_no] = (step.buyer.email, step.event)
        elif step.verb in ("cancel", "refund"):
            alive.pop(step.order_no, None)

    ids = {ticket.attendee_id for step in steps for ticket in step.tickets} - {None}
    assert {int(row["Id"]) for event in sale.events for row in event.attendees} == ids
    assert sorted(step.at for step in steps) == [step.at for step in steps]
    assert expected_pairs(sale) == set(alive.values())
