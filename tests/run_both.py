"""Run the suite on SQLite and on PostgreSQL, side by side; fail if either fails.

`make test` calls it. The two runs have processes, homes and databases of their own, and each shares
its files out among POSTLUDE_TEST_WORKERS processes (2): most of a test's time is waiting, for
servers that start, disks and clocks. POSTLUDE_EXPECT_POSTGRESQL=1 makes a missing PostgreSQL an
error instead of a loud skip.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
from typing import IO

ENGINES = ("sqlite", "postgresql")


def main() -> int:
    with contextlib.ExitStack() as stack:
        logs = {engine: stack.enter_context(tempfile.TemporaryFile("w+")) for engine in ENGINES}
        return run(logs)


def run(logs: dict[str, IO[str]]) -> int:
    runs = {
        engine: subprocess.Popen(
            [
                *(sys.executable, "-m", "pytest", "--durations=15", "--engine", engine),
                *("-n", os.environ.get("POSTLUDE_TEST_WORKERS", "2"), "--dist", "loadfile"),
                *sys.argv[1:],
            ],
            stdout=logs[engine],
            stderr=subprocess.STDOUT,
        )
        for engine in ENGINES
    }
    codes = {engine: run.wait() for engine, run in runs.items()}
    missing = False
    for engine, log in logs.items():
        log.seek(0)
        text = log.read()
        missing |= "NO POSTGRESQL FOUND" in text
        print(f"━━━ {engine} " + "━" * 60, text, sep="\n", flush=True)
    if missing:
        print("!!! The PostgreSQL cases were SKIPPED: no PostgreSQL was found. !!!", flush=True)
    if missing and os.environ.get("POSTLUDE_EXPECT_POSTGRESQL") == "1":
        return 1
    return max(codes.values())


if __name__ == "__main__":
    sys.exit(main())
