import pytest

from postlude.kernel import work
from postlude.wiring import registry
from support.noticing import Restaurant


@pytest.fixture
def place(org, clock, settings, tmp_path) -> Restaurant:
    """A restaurant on a frozen clock, wired as in production."""
    settings.POSTLUDE_STAMP_FILE = tmp_path / "epoch.stamp"
    work.unsubscribe_all()
    registry._done.clear()
    registry.register_all()
    return Restaurant(org.id).open()
