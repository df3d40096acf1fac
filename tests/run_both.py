"""Run the suite on SQLite and on PostgreSQL, side by side; fail if either fails.

`make test` calls it. The two runs have processes, homes and databases of their own, and each shares
its files out among POSTLUDE_TEST_WORKERS processes (2): much of a test's time is waiting, for
servers that start, disks and clocks. POSTLUDE_EXPECT_POSTGRESQL=1 makes a missing PostgreSQL an
error instead of a loud skip.

A few tests that failed are asked once more at the end, alone on a machine that does nothing else. One
that passes then was at the mercy of the load or of the clock: it is named as WAVERED, to be mended,
and holds nothing up. One that fails again fails the run. POSTLUDE_TEST_AGAIN=0 asks nobody twice.

Every minute it says how far both are. What failed is shown at the end, and after it, in the last
lines, everything in short: for a log of which only the end is kept.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

ENGINES = ("sqlite", "postgresql")
EVERY_S = 60
_NOTHING_TO_RUN = 5  # pytest's word for it: what was asked for runs on the other engine only
_DETAILS = 400  # lines of tracebacks an engine may show
_SLOWEST = 10
_MOST_AGAIN = 10  # failed tests of an engine; more are no accident
_WRONG = ("failed", "error")
_DONE = re.compile(r"^\[gw\d+\] \[ *\d+%\] ([A-Z]+) ", re.MULTILINE)
_FAILED = re.compile(r"^\[gw\d+\] \[ *\d+%\] (?:FAILED|ERROR) (.+?) *$", re.MULTILINE)
_SECTION = re.compile(r"^=+ (ERRORS|FAILURES) =+$", re.MULTILINE)
_AFTER = re.compile(r"^=+ (slowest|short test summary|warnings summary)", re.MULTILINE)


@dataclass
class Case:
    """One test of a report: how it ended, and the first line of its error."""

    name: str
    seconds: float
    word: str = ""
    said: str = ""


class Run:
    """The suite on one engine: its process, its log, and the report it leaves."""

    def __init__(self, engine: str, folder: Path) -> None:
        self.engine = engine
        self._log, self._report = folder / f"{engine}.log", folder / f"{engine}.xml"
        self._again = folder / f"{engine}-again.xml"
        self._began = time.monotonic()
        self.seconds = 0.0
        self.wavered: list[Case] = []
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "pytest", "-v", "--engine", engine),
                    *("-n", os.environ.get("POSTLUDE_TEST_WORKERS", "2"), "--dist", "loadfile"),
                    # In the order of collection, which puts the long files first: conftest.py.
                    *("--no-loadscope-reorder", f"--junitxml={self._report}"),
                    *sys.argv[1:],
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def ended(self) -> bool:
        if self._process.poll() is None:
            return False
        self.seconds = self.seconds or time.monotonic() - self._began
        return True

    @property
    def code(self) -> int:
        return 0 if self.wavered else self._process.wait()

    def ask_again(self) -> None:
        """Run the few that failed once more, by themselves; all have to pass."""
        wrong = [each for each in _cases(self._report) if each.word in _WRONG]
        tests = sorted(set(_FAILED.findall(self.log)))
        if self._process.wait() != 1 or not 0 < len(tests) <= _MOST_AGAIN:
            return
        print(f"{self.engine}: {len(tests)} failed; once more, alone", flush=True)
        with self._log.open("a") as log:
            words = [sys.executable, "-m", "pytest", "-v", "--engine", self.engine, "-n", "0"]
            options = [each for each in sys.argv[1:] if each.startswith("-")]
            done = subprocess.run(
                [*words, f"--junitxml={self._again}", *options, *tests],
                env={**os.environ, "POSTLUDE_TEST_NAMED": "1"},
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
            )
        passed = {each.name for each in _cases(self._again) if not each.word}
        if done.returncode == 0 and {each.name for each in wrong} <= passed:
            self.wavered = wrong

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    def progress(self) -> str:
        counts = Counter(word.lower() for word in _DONE.findall(self.log))
        said = ", ".join(f"{number:,} {word}" for word, number in sorted(counts.items()))
        return f"{self.engine}: {said or 'begins'}{' (ended)' if self.ended() else ''}"

    def details(self) -> str:
        """Return the tracebacks; of a run that ended without a report, the end of its log."""
        if self._process.wait() in (0, _NOTHING_TO_RUN):
            return ""
        text = self.log
        begin = _SECTION.search(text)
        if begin is None:
            lines = text.splitlines()
        else:
            end = _AFTER.search(text, begin.end())
            lines = text[begin.start() : end.start() if end else None].splitlines()
        cut = [f"… {len(lines) - _DETAILS} lines before these"] if len(lines) > _DETAILS else []
        return "\n".join([*cut, *lines[-_DETAILS:]])

    def summary(self) -> list[str]:
        cases = _cases(self._report)
        words = Counter(each.word or "passed" for each in cases)
        counts = ", ".join(f"{words[word]:,} {word}" for word in sorted(words))
        minutes, seconds = divmod(round(self.seconds), 60)
        lines = [f"{self.engine}: {counts or 'no report'} in {minutes}:{seconds:02d}"]
        lines += [f"  exit code {self.code}"] * bool(self.code)
        slowest = sorted(cases, key=lambda each: -each.seconds)[:_SLOWEST]
        lines += [f"  {each.seconds:7.1f} s {each.name}" for each in slowest]
        wrong = [each for each in cases if each.word in _WRONG]
        for each in wrong:
            word = "WAVERED (passed alone)" if self.wavered else each.word.upper()
            lines.append(f"  {word} {each.name}: {each.said}")
        return lines


def _cases(report: Path) -> list[Case]:
    try:
        found = ET.parse(report).iter("testcase")
    except (OSError, ET.ParseError):
        return []
    return [_case(each) for each in found]


def _case(told: ET.Element) -> Case:
    case = Case(f"{told.get('classname')}::{told.get('name')}", float(told.get("time") or 0))
    for tag, word in (("skipped", "skipped"), ("error", "error"), ("failure", "failed")):
        part = told.find(tag)
        if part is not None:
            case.word = word
            case.said = (part.get("message") or "").partition("\n")[0][:200]
    return case


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="postlude-both-") as folder:
        runs = [Run(engine, Path(folder)) for engine in ENGINES]
        _watch(runs)
        if os.environ.get("POSTLUDE_TEST_AGAIN") != "0":
            for run in runs:
                run.ask_again()
        for run in runs:
            if details := run.details():
                print(f"━━━ {run.engine} " + "━" * 60, details, sep="\n", flush=True)
        print("━━━ both " + "━" * 60, flush=True)
        for run in runs:
            print("\n".join(run.summary()), flush=True)
        missing = any("NO POSTGRESQL FOUND" in run.log for run in runs)
        if missing:
            print("!!! The PostgreSQL cases were SKIPPED: no PostgreSQL was found. !!!", flush=True)
        if missing and os.environ.get("POSTLUDE_EXPECT_POSTGRESQL") == "1":
            return 1
        codes = {run.code for run in runs}
        return max(codes - {_NOTHING_TO_RUN}, default=_NOTHING_TO_RUN)


def _watch(runs: list[Run]) -> None:
    """Say how far they are until all have ended."""
    began = said = time.monotonic()
    left = runs
    while left := [run for run in left if not run.ended()]:
        time.sleep(1)
        if time.monotonic() - said >= EVERY_S:
            said = time.monotonic()
            minutes = round((said - began) / 60)
            print(f"{minutes} min · " + " · ".join(run.progress() for run in runs), flush=True)


if __name__ == "__main__":
    sys.exit(main())
