"""The playbook of docs/howto/journeys.md is a good one."""

import re
from pathlib import Path

from postlude.playbooks import api as playbooks

PAGE = Path(__file__).resolve().parents[2] / "docs" / "howto" / "journeys.md"


def test_the_journey_of_the_how_to_applies(tmp_path: Path) -> None:
    (written,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    file = tmp_path / "playbook.yaml"
    file.write_text(written, encoding="utf-8")
    assert [] == playbooks.validate(file)
