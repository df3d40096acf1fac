from collections.abc import Iterator

import pytest

from postlude.kernel import clock as kernel_clock
from postlude.kernel import work
from postlude.wiring import registry
from support.crediting import Shop, at


@pytest.fixture
def clock() -> Iterator[kernel_clock.FrozenClock]:
    """Stands still at noon of 12 March 2026 in Taipei, when all is over."""
    with kernel_clock.use(kernel_clock.FrozenClock(at("12:00:00", 12))) as it:
        yield it


@pytest.fixture
def shop(org, clock, settings, tmp_path) -> Shop:
    """A shop wired as in production."""
    settings.POSTLUDE_STAMP_FILE = tmp_path / "epoch.stamp"
    work.unsubscribe_all()
    registry._done.clear()
    registry.register_all()
    return Shop(org.id)


@pytest.fixture
def fixed_verdicts(shop, monkeypatch) -> None:
    """Verdicts are what a test says, and nobody's who looks at what browsers did."""
    wanted = {"credit", "orders"}
    kept = {key: each for key, each in work._subscriptions.items() if each.consumer in wanted}
    monkeypatch.setattr(work, "_subscriptions", kept)
