"""A page of docs/howto walked as a reader would: its blocks typed into a shell, in an empty folder."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from support.fresh_home import ROOT, FreshHome

_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def halves(page: str, second: str) -> tuple[str, str]:
    """Return what a page says to type before `postlude up`, and beside it: from `second` on."""
    text = (ROOT / "docs" / "howto" / page).read_text(encoding="utf-8")
    before, words, beside = "".join(_BLOCK.findall(text)).partition(second)
    lines = [line for line in before.splitlines() if not line.startswith("postlude up ")]
    assert len(lines) < len(before.splitlines())
    return "\n".join(lines), words + beside


def empty_folder(inside: Path) -> Path:
    """Return where a reader begins: an empty folder with the playbooks."""
    folder = inside / "empty"
    folder.mkdir()
    (folder / "playbooks").symlink_to(ROOT / "playbooks")
    return folder


def typed(text: str, home: FreshHome, folder: Path) -> str:
    """Type it into a shell that stops at the first command that fails; return what it shows."""
    begin = f'set -eo pipefail\npostlude() {{ "{sys.executable}" -m postlude.wiring "$@"; }}\n'
    done = subprocess.run(
        ["bash", "-c", begin + text],
        cwd=folder,
        env={**home._environment, "COLUMNS": "200", "no_proxy": "*"},
        capture_output=True,
        text=True,
        timeout=800,
        check=False,
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


def answers(shown: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in shown.splitlines() if line.startswith("{")]
