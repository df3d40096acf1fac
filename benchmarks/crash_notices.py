"""kill -9 at random points of a restaurant's daily run: nobody may hear twice, nobody be missed.

    python benchmarks/crash_notices.py [--quick] [--json] [--engine sqlite|postgresql]
                                       [--people N] [--kills N] [--seed N]

Makes a database of its own with 20,000 invented customers (1,000 with --quick), about half of whom
are due at noon, and kills its workers 50 times (10) while they live one day: at the nth statement
of the run, at boundaries between two commits, and at any moment. Texts go over HTTP to the gateway
simulator, which takes 2 % of the texts and drops the connection, sends nothing for 3 %, and is slow
for 4 %. On PostgreSQL two workers run side by side. Exit code 1 when anything is wrong; it ends by
itself within --ends-within seconds after the last kill.

Keys of --json: people, selected, kills, killed_while (by the phase of the day), dropped (by the
gateway), sent, failed, blocked, held_out, unknown (and unknown_bound: one window a kill, and what
was dropped), arrived_unknown, feedback (orders asked about), twice, missed, seconds, wrong
(how many complaints; they go to standard error), load_before (of the machine).
"""

import argparse
import json
import os
import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from support import noticed
from support.killing_workers import Outcome, Size, Stage

PEOPLE, KILLS = 20_000, 50
QUICK_PEOPLE, QUICK_KILLS = 1_000, 10
_BAR = 40


def main() -> int:
    wanted = _arguments()
    people = wanted.people or (QUICK_PEOPLE if wanted.quick else PEOPLE)
    kills = wanted.kills or (QUICK_KILLS if wanted.quick else KILLS)
    load = os.getloadavg()[0]
    size = Size(people, ends_within_s=wanted.ends_within)
    _say(wanted, f"{people} customers are invented …")
    with Stage(wanted.engine, size) as stage:
        done = Counter[str]()

        def seen(phase: str) -> None:
            done[phase] += 1
            bar = "█" * (_BAR * done.total() // kills)
            _say(
                wanted,
                f"{bar:<{_BAR}} {done.total()} of {kills} killed, {phase}, "
                f"{stage.arrived()} texts have arrived",
            )

        outcome = stage.lived(kills, random.Random(wanted.seed), seen=seen)
    wrong = noticed.complaints(outcome, size.window)
    figures = {
        "engine": wanted.engine,
        "people": people,
        **_figures(outcome, size.window),
        "wrong": len(wrong),
        "load_before": round(load, 1),
    }
    _say(wanted, "", end="")
    if not wanted.json:
        for name, value in figures.items():
            print(f"{name:>16}  {value}")
    print(json.dumps(figures))
    for words in wrong:
        print(words[:500], file=sys.stderr)
    return 1 if wrong else 0


def _say(wanted: argparse.Namespace, words: str, end: str = "") -> None:
    if not wanted.json:
        print(f"\r\033[K{words}", end=end, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_PEOPLE} customers")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--engine", default="sqlite", choices=("sqlite", "postgresql"))
    parser.add_argument("--people", type=int, help=f"customers, {PEOPLE}")
    parser.add_argument("--kills", type=int, help=f"how often, {KILLS}")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--ends-within", type=float, default=900.0, help="seconds")
    return parser.parse_args()


def _figures(outcome: Outcome, window: int) -> dict[str, Any]:
    """Count the notice `invite`, in people; `unknown` is of both notices."""
    facts = outcome.facts
    served = noticed.served(facts).values()
    states = Counter(each["message"]["state"] for each in served)
    fates = Counter(each["outcome"] for each in facts["attempts"])
    heard = {to for to, text in outcome.texts if text != noticed.FEEDBACK}
    unsure = [
        facts["people"][str(each["contact"])]["phone"]
        for each in served
        if each["message"]["state"] == "unknown"
    ]
    return {
        "selected": len(facts["attempts"]),
        "kills": outcome.kills.total(),
        "killed_while": dict(outcome.kills),
        "dropped": outcome.dropped,
        "sent": states["accepted"],
        "failed": states["failed"],
        "blocked": fates["blocked"],
        "held_out": fates["held_out"],
        "unknown": noticed.unknown(facts),
        "unknown_bound": window * outcome.kills.total() + outcome.dropped,
        "arrived_unknown": sum(phone in heard for phone in unsure),
        "feedback": facts["feedback"]["attempts"],
        "twice": len(noticed.twice(outcome)),
        "missed": len(noticed.missed(facts)),
        "seconds": round(outcome.seconds, 1),
    }


if __name__ == "__main__":
    sys.exit(main())
