"""A cell of a report that takes long to count is not counted again for each message: it rests."""

from postlude.reports.models import Count
from postlude.reports.rollups import news
from support.measured import Shop


def sent() -> int:
    return sum(Count.objects.values_list("n", flat=True))


def test_news_of_a_resting_cell_waits_and_is_not_lost(place: Shop, clock, monkeypatch) -> None:
    monkeypatch.setattr(news, "_LONG_SECONDS", 0.0)
    monkeypatch.setattr(news, "_REST", 1_000_000)
    at = clock.now()
    place.send(1, at)
    place.work()
    before = sent()
    place.send(2, at)
    place.work()
    assert (1, 1) == (before, sent())
    news._rests.clear()
    clock.advance(days=365)
    place.work()
    assert 2 == sent()
