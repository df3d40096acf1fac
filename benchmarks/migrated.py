"""A new database of a benchmark: empty, or with its tables where the suite has some to copy.

Migrating takes ten seconds of a processor, which no benchmark measures.
"""

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from support import migrated_once


def made(engine: str, name: str, home: Path) -> None:
    """Make it: `name` on PostgreSQL, on SQLite the file that an installation in `home` has."""
    # The suite's server may be another one than a benchmark's.
    if migrated_once.offered() and not os.environ.get("POSTLUDE_TEST_POSTGRESQL"):
        file = str(home / "postlude.sqlite3")
        migrated_once.copy_to(name if engine == "postgresql" else file)
    elif engine == "postgresql":
        subprocess.run(["createdb", name], check=True)
