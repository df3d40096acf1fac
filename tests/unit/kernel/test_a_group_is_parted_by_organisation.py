"""Who gathers from several organisations is acted for once an organisation, in order of arrival."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from postlude.kernel.gathering_by_org import by_organisation

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
LATER = NOON + timedelta(seconds=1)


def test_each_organisation_has_its_batch_and_each_asker_its_answer() -> None:
    batches = []

    def act(org: int, items: Sequence[str], now: datetime) -> list[str | Exception]:
        batches.append((org, list(items), now))
        return [f"{org}{item}" for item in items]

    asked = [(2, "a", LATER), (1, "b", NOON), (2, "c", NOON), (1, "d", LATER)]
    assert ["2a", "1b", "2c", "1d"] == by_organisation(act)(asked)
    assert [(1, ["b", "d"], LATER), (2, ["a", "c"], LATER)] == batches
