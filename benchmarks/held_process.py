"""Run a command that ends when whoever started it does, whatever kills that one.

    python benchmarks/held_process.py SECONDS COMMAND…

The command gets a process group of its own; this process waits for the end of its standard input,
of the command, or of SECONDS, whichever comes first, and then ends the whole group. `held()` and
`answer()` start commands in this way: standard input is a pipe that closes with the caller.
"""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

LONGEST_S = 3_600.0
_GRACE_S = 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command printed, and its exit code."""

    code: int
    said: str
    complaints: str

    @property
    def last_words(self) -> str:
        lines = self.complaints.strip().splitlines()
        return lines[-1][:200] if lines else "failed without a word"


def answer(
    command: Sequence[str], *, longest_s: float = LONGEST_S, env: Mapping[str, str] | None = None
) -> Answer:
    """Run a command to its end and return what it said; it is ended after `longest_s`."""
    with tempfile.TemporaryFile("w+") as complaints:
        with held(command, longest_s=longest_s, env=env, stderr=complaints) as process:
            said = process.stdout.read()  # type: ignore[union-attr]
            code = process.wait()
        complaints.seek(0)
        return Answer(code, said, complaints.read())


@contextmanager
def held(
    command: Sequence[str],
    *,
    longest_s: float = LONGEST_S,
    env: Mapping[str, str] | None = None,
    stderr: Any = None,
) -> Iterator[subprocess.Popen[str]]:
    """Run a command until the block ends; its output can be read line by line."""
    process = subprocess.Popen(
        [sys.executable, __file__, str(longest_s), *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        env=env,
        start_new_session=True,  # the end of its caller's group must not take it before its command
    )
    try:
        yield process
    finally:
        process.stdin.close()  # type: ignore[union-attr]
        try:
            process.wait(3 * _GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()  # type: ignore[union-attr]


def main() -> int:
    longest_s, command = float(sys.argv[1]), sys.argv[2:]
    over = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: over.set())
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)

    def until_the_caller_ends() -> None:
        while os.read(0, 4_096):
            pass
        over.set()

    def until_the_command_ends() -> None:
        process.wait()
        over.set()

    for wait in (until_the_caller_ends, until_the_command_ends):
        threading.Thread(target=wait, daemon=True).start()
    if not over.wait(longest_s):
        print(f"ended after {longest_s:g} s", file=sys.stderr, flush=True)
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
            process.wait(_GRACE_S)
        except ProcessLookupError:
            break
        except subprocess.TimeoutExpired:
            continue
    return abs(process.wait())


if __name__ == "__main__":
    sys.exit(main())
