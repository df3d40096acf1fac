from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from support.touching import Street

MARCH_10 = datetime(2026, 3, 10, tzinfo=ZoneInfo("Asia/Taipei"))


@pytest.fixture
def street(org, clock) -> Street:
    """Everybody of the tenth of March 2026."""
    clock.advance(seconds=(MARCH_10 - clock.now()).total_seconds())
    return Street(org.id, day=MARCH_10)
