"""Packages the product is measured against: each in a folder of its own, never in the product's.

They lie under var/peers and are fetched by uv (or pip) where they are absent.
"""

import shutil
import subprocess
import sys
from pathlib import Path

PEERS = (
    Path(__file__).resolve().parents[1]
    / "var"
    / "peers"
    / f"{sys.version_info[0]}.{sys.version_info[1]}"
)
# Outside of the project's environment, so that none of its packages is found by a peer.
BARE_PYTHON = getattr(sys, "_base_executable", None) or sys.executable
_LONGEST_S = 180


def installed(*requirements: str) -> tuple[Path, str]:
    """Return the folder of a peer, installed if it was not, and what went wrong."""
    folder = PEERS / " ".join(requirements)
    if (folder / ".complete").exists():
        return folder, ""
    shutil.rmtree(folder, ignore_errors=True)
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    pip = (
        [uv, "pip", "install", "--python", sys.executable]
        if uv
        else [sys.executable, "-m", "pip", "install"]
    )
    command = [*pip, "--quiet", "--target", str(folder), *requirements]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=_LONGEST_S
        )
    except subprocess.TimeoutExpired:
        return folder, f"not installed within {_LONGEST_S} s"
    if done.returncode:
        return folder, last_line(done.stderr)
    (folder / ".complete").touch()
    return folder, ""


def last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1][:200] if lines else "failed without a word"
