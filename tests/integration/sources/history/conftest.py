import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from postlude.kernel import clock as kernel_clock
from postlude.kernel import work
from postlude.sources import api as sources
from postlude.sources.api import LoadReport
from postlude.wiring import registry

EXAMPLE = Path(__file__).with_name("worked_example_1.ndjson")


class History:
    """An organisation that loads files of facts, wired as in production."""

    def __init__(self, org: Any, folder: Path) -> None:
        self.org, self.folder = org.id, folder

    def write(self, *facts: Any, name: str = "facts.ndjson") -> Path:
        """Write lines, each an object, or bytes as they are."""
        path = self.folder / name
        lines = [
            each if isinstance(each, bytes) else json.dumps(each, ensure_ascii=False).encode()
            for each in facts
        ]
        path.write_bytes(b"".join(line + b"\n" for line in lines))
        return path

    def load(self, path: Path, **more: Any) -> LoadReport:
        rejects = path.with_name(f"{path.name}.rejects")
        return sources.load_facts(
            self.org, path, now=kernel_clock.now(), **{"rejects_to": rejects, **more}
        )

    def tell(self, *facts: Any, **more: Any) -> LoadReport:
        return self.load(self.write(*facts), **more)


@pytest.fixture
def history(org, settings, tmp_path):
    settings.POSTLUDE_STAMP_FILE = tmp_path / "epoch.stamp"
    work.unsubscribe_all()
    registry._done.clear()
    registry.register_all()
    with kernel_clock.use(kernel_clock.FrozenClock(datetime(2026, 4, 1, 2, tzinfo=UTC))):
        yield History(org, tmp_path)
