"""kill -9 at random moments of a sale, 200 of them: nobody may be lost, nobody invited twice.

    python benchmarks/crash.py [--quick] [--json] [--engine sqlite|postgresql]

Half of the points are the nth crossing of any named boundary, half a moment in time. After each
kill Postlude is started again until it is done, and the result is compared with a plain script's
set of buyers. Exit code 1 when somebody is lost or invited twice. The vendors are the sandbox,
over HTTP.
"""

import argparse
import json
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from support.killing import Outcome, Stage, complaints

POINTS, QUICK = 200, 20


def main() -> int:
    wanted = _arguments()
    points = QUICK if wanted.quick else POINTS
    began = time.monotonic()
    with Stage(wanted.engine) as stage:
        outcomes, wrong = _kill(stage, points, wanted.seed, shown=not wanted.json)
        report = _report(stage, outcomes) | {"engine": wanted.engine}
    seconds = round(time.monotonic() - began, 1)
    if wanted.json:
        print(json.dumps(report))
    else:
        print("\r" + " · ".join(f"{name} {value}" for name, value in report.items()), end=" ")
        print(f"· {seconds} s")
    for words in wrong:
        print(words, file=sys.stderr)
    return 1 if wrong else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} points instead of {POINTS}")
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    parser.add_argument("--engine", default="sqlite", choices=("sqlite", "postgresql"))
    parser.add_argument("--seed", type=int, default=2023)
    return parser.parse_args()


def _kill(stage: Stage, points: int, seed: int, *, shown: bool) -> tuple[list[Outcome], list[str]]:
    dice = random.Random(seed)
    began = time.monotonic()
    crossings = len(stage.recorded("sale")[0])
    whole = time.monotonic() - began
    outcomes, wrong = [], []
    for number in range(points):
        if number % 2:
            place = {"crash_at": f"*:{dice.randint(1, crossings)}"}
        else:
            place = {"kill_after_s": dice.uniform(0.0, whole)}
        outcome = stage.killed_once("sale", **place)
        outcomes.append(outcome)
        wrong += [f"point {number} ({place}): {each}" for each in complaints(stage, outcome)]
        if shown:
            print(f"\r{number + 1} of {points}", end="", flush=True)
    return outcomes, wrong


def _report(stage: Stage, outcomes: list[Outcome]) -> dict[str, int]:
    """Sum up over all points, in people."""
    expected = stage.small.expected
    lost = [expected - set(each.invited) - set(each.unknown) for each in outcomes]
    return {
        "points": len(outcomes),
        "killed": sum(each.kills for each in outcomes),
        "invited": sum(len(expected & set(each.invited)) for each in outcomes),
        "unknown": sum(len(expected & set(each.unknown)) for each in outcomes),
        "lost": sum(len(each) for each in lost),
        "duplicates": sum(
            count - 1 for each in outcomes for count in each.invited.values() if count > 1
        ),
    }


if __name__ == "__main__":
    sys.exit(main())
