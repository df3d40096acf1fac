"""Which language a person gets, and when a month begins."""

from datetime import UTC, datetime, timedelta

import pytest

from postlude.messages import locales, months


@pytest.mark.parametrize(
    ("available", "wanted", "usual", "got"),
    [
        (["zh-Hant", "en"], "en", "zh-Hant", "en"),
        (["zh-Hant", "en"], "en-GB", "zh-Hant", "en"),
        (["zh-Hant", "en"], "zh_hant_TW", "en", "zh-Hant"),
        (["zh-Hant", "en"], "zh-CN", "en", "zh-Hant"),
        (["zh-Hant", "en"], "ru", "zh-Hant", "zh-Hant"),
        (["zh-Hant", "en"], "", "", "en"),
        (["ru"], "de", "fr", "ru"),
    ],
)
def test_the_fall_back_order(available, wanted, usual, got):
    assert locales.choose(available, wanted, usual) == got


def test_months_are_local():
    late = datetime(2023, 12, 31, 16, 30, tzinfo=UTC)
    assert months.month_of(late, "Asia/Taipei") == "2024-01"
    assert months.month_of(late, "UTC") == "2023-12"
    assert months.next_month(late, "UTC") == datetime(2024, 1, 1, tzinfo=UTC)
    assert months.next_month(late, "Asia/Taipei") == datetime(2024, 1, 31, 16, tzinfo=UTC)


def test_a_vendors_quota_is_asked_for_again_next_month():
    taipei, may = "Asia/Taipei", datetime(2023, 5, 17, 3, tzinfo=UTC)
    assert months.after_the_quota(may, taipei) == datetime(2023, 5, 31, 16, tzinfo=UTC)


def test_in_our_first_hours_the_vendors_last_month_may_not_be_over():
    taipei = "Asia/Taipei"
    first = datetime(2023, 5, 31, 16, tzinfo=UTC)  # the first of June in Taipei
    assert months.after_the_quota(first, taipei) == first + timedelta(hours=1)
    over = first + months.ZONES_DIFFER
    assert months.after_the_quota(over, taipei) == datetime(2023, 6, 30, 16, tzinfo=UTC)
