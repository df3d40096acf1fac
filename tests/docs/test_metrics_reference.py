"""The page of metrics is what the code says, whole: fourteen metrics, twelve columns, no empty cell."""

import ast
from dataclasses import astuple, fields
from pathlib import Path

from postlude.reports import metrics

ROOT = Path(__file__).parents[2]


def test_it_is_written_from_the_code() -> None:
    page = (ROOT / "docs/reference/metrics.md").read_text(encoding="utf-8")
    assert metrics.render() == page, "make docs"


def test_nothing_is_left_empty() -> None:
    assert 14 == len(metrics.METRICS)
    assert 12 == len(fields(metrics.Metric))
    assert all(text.strip() for each in metrics.METRICS for text in astuple(each))
    assert 14 == len({each.metric for each in metrics.METRICS})


def test_what_it_names_exists() -> None:
    """`room.module.name`, and `room.module`, are in the code."""
    named = [
        word for text in metrics.NAMES.values() for word in text.split("`")[1::2] if "." in word
    ]
    assert len(named) > 10
    for word in named:
        assert exists(word.split(".")), word


def exists(parts: list[str]) -> bool:
    base = ROOT / "src/postlude"
    if (base / "/".join(parts)).with_suffix(".py").exists():
        return True
    module = (base / "/".join(parts[:-1])).with_suffix(".py")
    if not module.exists():
        return False
    found = ast.parse(module.read_text(encoding="utf-8")).body
    return parts[-1] in {getattr(each, "name", "") for each in found}


def test_the_names_that_merchants_look_for_are_there() -> None:
    said = " ".join(metrics.NAMES)
    for name in (
        *("check_not_in_no_bother_time", "_base_query_filter", "get_cache"),
        *("calculate_channel_usagedata_count", "get_channel_usagedata_queryset"),
        "EmailMarketFeeHandler",
    ):
        assert name in said
