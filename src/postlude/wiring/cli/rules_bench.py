"""How fast rules are on this machine: rules bench."""

from typing import Annotated

import typer

from postlude.rules.cli.bench import measured
from postlude.wiring.cli import output
from postlude.wiring.cli.choosing import Json


def bench(
    rules: Annotated[int, typer.Option(min=1, max=5_000, help="How many rules.")] = 200,
    events: Annotated[int, typer.Option(min=10, max=10_000, help="How many events.")] = 1_000,
    json: Json = False,
) -> None:
    """Measure how long rules take on this machine; no data is read or written."""
    found = measured(rules=rules, events=events, rounds=3)
    if json:
        output.emit(found)
        return
    output.table(
        f"{found.rules} rules, {found.events} events, {found.matches} matches",
        ["way", "µs for all rules and one event"],
        [
            ["index", found.index_us],
            ["closures", found.closures_us],
            ["every leaf explained", found.explain_us],
        ],
    )
    output.out.print(
        f"One rule in words: {found.words_us} µs. "
        f"Before: bound in {found.bind_ms:.0f} ms, compiled in {found.compile_ms:.0f} ms."
    )
