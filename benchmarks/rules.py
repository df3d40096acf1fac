"""200 rules against an event: closures, index, explanation, and the engines of others beside them.

    python benchmarks/rules.py [--quick] [--json] [--no-peers]

One run measures everything on one machine: the product with the rules of its real catalogue, a
function of 200 plain `if` (what Python allows without an index), and each engine on PyPI that
installs here, in an environment of its own under var/peers (made by uv or pip when absent). Every
way has to count the matches that a plain reference counts, or it is not shown. --quick takes 1,000
of the 10,000 events and less time for each engine; medians differ little.

Keys of --json: closures_us, index_us, explain_us, if_limit_us (microseconds for all rules against
one event, median), fastest_peer_us, fastest_peer, index_times and closures_times (how many times
faster than that), audience_ms_sqlite and audience_ms_postgresql (benchmarks/audience.py, when it
runs here), peers, missing (an engine's name: why).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import rule_engines
from peer_environments import installed, last_line
from rule_engines import ENGINES, Facts

BARS = {"closures_us": 60, "index_us": 5, "explain_us": 250}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="1,000 events, one second an engine")
    parser.add_argument("--json", action="store_true", help="only the JSON object")
    parser.add_argument("--no-peers", action="store_true", help="the product alone")
    arguments = parser.parse_args()
    events, rounds, seconds = (1_000, 3, 1) if arguments.quick else (10_000, 3, 5)
    figures = product(events, rounds)
    figures["if_limit_us"] = if_limit(events, rounds)
    peers, missing = ({}, {}) if arguments.no_peers else engines(seconds)
    figures |= against(figures, peers) | audience(quick=arguments.quick)
    figures |= {"peers": peers, "missing": missing}
    if not arguments.json:
        show(figures)
    print(json.dumps(figures))


def product(events: int, rounds: int) -> dict[str, Any]:
    os.environ["DJANGO_SETTINGS_MODULE"] = "postlude.wiring.settings"
    with tempfile.TemporaryDirectory(prefix="postlude-bench-") as home:
        os.environ["POSTLUDE_HOME"] = home
        import django

        django.setup()
        from postlude.rules.measuring import figures

        return figures.measured(rules=200, events=events, rounds=rounds).as_dict()


def if_limit(events: int, rounds: int) -> float:
    """One generated function of 200 straight `if`: Python's limit without an index."""
    from postlude.rules.measuring import figures, workload

    asked, happened = workload.rules(), workload.events(events)
    values: dict[str, Any] = {}
    lines = ["def count(c):", " amount, second, product = c['amount'], c['second'], c['product']"]
    lines += [" quantity, n = c['quantity'], 0"]
    lines += [f" s{number} = c['s{number}']" for number in range(workload.SEGMENTS)]
    for number, rule in enumerate(asked):
        values[f"l{number}"] = frozenset(rule.products or ())
        lines.append(f" if {_python(rule, number)}: n += 1")
    exec("\n".join([*lines, " return n"]), values)
    contexts = [rule_engines.facts(event) for event in happened]
    expected = workload.expected(asked, happened)
    return figures.median_us(values["count"], contexts, expected, rounds)


def _python(rule: rule_engines.Asked, number: int) -> str:
    parts = []
    if rule.products is not None:
        parts.append(f"product in l{number}")
    if rule.segment is not None:
        parts.append(f"s{rule.segment}")
    for name, span in (("amount", rule.amount), ("second", rule.seconds)):
        if span is not None:
            parts.append(f"{span[0]} <= {name} < {span[1]}")
    if rule.quantity is not None:
        parts.append(f"quantity >= {rule.quantity}")
    return " and ".join(parts)


def engines(seconds: float) -> tuple[dict[str, Facts], dict[str, str]]:
    """Return what each engine took, slowest last, and why others could not be measured."""
    peers, missing = {}, {}
    for name, (requirement, _) in ENGINES.items():
        folder, why = installed(requirement)
        figures, why = (None, why) if why else run(name, folder, seconds)
        if figures is None:
            missing[name] = why
        elif figures["matches"] != figures["expected"]:
            missing[name] = f"counts {figures['matches']} matches, not {figures['expected']}"
        else:
            peers[name] = figures | {"requirement": requirement}
    return dict(sorted(peers.items(), key=lambda each: each[1]["median_us"])), missing


def run(name: str, folder: Path, seconds: float) -> tuple[Facts | None, str]:
    environment = os.environ | {"PYTHONPATH": str(folder)}
    command = [sys.executable, str(Path(rule_engines.__file__)), name, str(seconds)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment, check=False, timeout=120
        )
    except subprocess.TimeoutExpired:
        return None, "not ready within two minutes"
    if done.returncode:
        return None, last_line(done.stderr)
    return json.loads(done.stdout.splitlines()[-1]), ""


def against(figures: dict[str, Any], peers: dict[str, Facts]) -> dict[str, Any]:
    if not peers:
        return {"fastest_peer": None, "fastest_peer_us": None}
    name, fastest = next(iter(peers.items()))
    peer_us = fastest["median_us"]
    return {
        "fastest_peer": name,
        "fastest_peer_us": round(peer_us, 1),
        "index_times": round(peer_us / figures["index_us"], 1),
        "closures_times": round(peer_us / figures["closures_us"], 1),
    }


def audience(*, quick: bool) -> dict[str, Any]:
    """Return the time of one rule's audience by SQL on both engines, where it can be measured."""
    script = Path(__file__).with_name("audience.py")
    found: dict[str, Any] = {}
    for engine in ("sqlite", "postgresql"):
        key = f"audience_ms_{engine}"
        found[key] = None
        if not script.exists():
            continue
        command = [sys.executable, str(script), "--json", "--engine", engine]
        done = subprocess.run(
            [*command, *(["--quick"] if quick else [])], capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            found[key] = json.loads(done.stdout.splitlines()[-1]).get(key)
    return found


def show(figures: dict[str, Any]) -> None:
    print(f"{figures['rules']} rules, {figures['events']:,} events, {figures['matches']:,} matches")
    ways = [
        ("closures", figures["closures_us"]),
        ("index", figures["index_us"]),
        ("every leaf explained", figures["explain_us"]),
        ("200 plain ifs", figures["if_limit_us"]),
        *((name, peer["median_us"]) for name, peer in figures["peers"].items()),
    ]
    for name, taken in sorted(ways, key=lambda way: way[1]):
        print(f"{name:>28} {taken:>12,.1f} µs")
    for name, why in figures["missing"].items():
        print(f"{name:>28}      missing: {why}")
    for key, bar in BARS.items():
        print(f"{key:>28} {figures[key]:>12,.1f} of {bar} µs")


if __name__ == "__main__":
    main()
