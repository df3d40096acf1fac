import pytest

from postlude.kernel import work
from postlude.wiring import registry
from support.measured import Shop


@pytest.fixture
def place(org, clock, settings, tmp_path) -> Shop:
    """A shop on a frozen clock, wired as in production."""
    settings.POSTLUDE_STAMP_FILE = tmp_path / "epoch.stamp"
    work.unsubscribe_all()
    registry._done.clear()
    registry.register_all()
    return Shop(org.id)
