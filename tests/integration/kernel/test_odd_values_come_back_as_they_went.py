"""Few rows go to the engine as one array a column: whatever stands in them comes back unchanged."""

from datetime import UTC, datetime

import pytest

from postlude.kernel import ids, store
from postlude.kernel.models import InboxDelivery

ODD = ["", "NULL", "{a,b}", 'a"b', "a\\b", "\\", "',--", "a\nb\tc", "%s %%", "生日🎁", " ", "null"]
REST = "attempts owner dead_reason"
WHEN = datetime(2026, 3, 1, 12, 0, 0, 5, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_texts_bytes_and_instants_come_back_as_they_went():
    sealed = [None if n == 0 else bytes([0, 34, 92, 255, n]) for n in range(len(ODD))]
    columns = f"id org source delivery_id sealed received_at processed_at due {REST}".split()
    rows = [
        (new, 1, "s", text, blob, WHEN, None if blob is None else WHEN, WHEN, 0, "", "")
        for new, text, blob in zip(ids.new_ids(len(ODD)), ODD, sealed, strict=True)
    ]

    store.insert_many(InboxDelivery, columns, rows)

    found = InboxDelivery.objects.order_by("id")
    assert [(row[3], row[4], row[6]) for row in rows] == [
        (row.delivery_id, row.sealed and bytes(row.sealed), row.processed_at) for row in found
    ]
    key = f"SELECT delivery_id FROM kernel_inbox_delivery WHERE delivery_id {store.among()}"
    assert sorted(ODD) == sorted(row[0] for row in store.rows_sql(key, [store.many(ODD)]))
    assert [] == store.rows_sql(key, [store.many([])])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("text", [*ODD, "it's", "notice.finished", "7"])
def test_a_text_or_a_number_that_many_rows_share_comes_back_as_it_went(text: str):
    columns = f"id org source delivery_id received_at due {REST}".split()
    rows = [
        (new, -(2**62), text, f"d{new}", WHEN, WHEN, -1, text, text) for new in ids.new_ids(101)
    ]

    store.insert_many(InboxDelivery, columns, rows)

    taken = "org", "source", "received_at", "due", "attempts", "owner", "dead_reason"
    expected = (-(2**62), text, WHEN, WHEN, -1, text, text)
    assert [expected] * len(rows) == list(InboxDelivery.objects.values_list(*taken))


@pytest.mark.django_db(transaction=True)
def test_rows_that_are_given_change_their_own():
    columns = f"id org source delivery_id received_at due {REST}".split()
    rows = [(n, 1, "s", text, WHEN, WHEN, 0, "", "") for n, text in enumerate(ODD, 1)]
    store.insert_many(InboxDelivery, columns, rows)
    changed = [(n, 9 if n % 2 else None, text[::-1]) for n, text in enumerate(ODD, 1) if n > 3]

    given, values = store.given(InboxDelivery, ("id", "attempts", "dead_reason"), changed)
    count = store.execute(
        "UPDATE kernel_inbox_delivery SET attempts = COALESCE(given.attempts, 7), "
        f"dead_reason = given.dead_reason FROM {given} WHERE kernel_inbox_delivery.id = given.id",
        values,
    )

    assert len(changed) == count
    found = InboxDelivery.objects.filter(id__gt=3).order_by("id")
    assert [(attempts or 7, text) for _, attempts, text in changed] == [
        (row.attempts, row.dead_reason) for row in found
    ]
    assert {(0, "")} == set(
        InboxDelivery.objects.filter(id__lte=3).values_list("attempts", "dead_reason")
    )
