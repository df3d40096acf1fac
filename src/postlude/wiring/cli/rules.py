"""Commands about rules in files: whether they are right, and why one holds or not."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.tree import Tree

from postlude.kernel import clock
from postlude.rules.cli import files
from postlude.rules.cli.files import CheckedRule
from postlude.rules.cli.reasons import Join, LeafTrace, Reasons, Trace, reasons
from postlude.wiring.cli import output, rules_bench
from postlude.wiring.cli.carets import marked
from postlude.wiring.cli.choosing import Json

_MARKS = {True: "[green]✓[/]", False: "[bold red]✗[/]", None: "[yellow]?[/]"}
_WORDS = {True: "holds", False: "does not hold", None: "is unknown"}


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    group = typer.Typer(help="Rules: check them, and ask why.", no_args_is_help=True)
    group.command("check")(check)
    group.command("explain")(explain)
    group.command("bench")(rules_bench.bench)
    app.add_typer(group, name="rules")


def check(
    file: Annotated[Path, typer.Argument(help="A template's text, or a YAML file with rules.")],
    json: Json = False,
) -> int:
    """Name everything that is wrong with the rules of a file: 3 for mistakes, 5 for warnings."""
    rules = files.check(file)
    if json:
        output.emit({"rules": rules})
    else:
        for rule in rules:
            _print_checked(rule)
    if not all(rule.ok for rule in rules):
        return output.BAD_INPUT
    return output.FINDINGS if any(rule.problems for rule in rules) else output.OK


def _print_checked(rule: CheckedRule) -> None:
    count = len(rule.problems)
    mark = _MARKS[rule.ok] if not count or not rule.ok else "[yellow]![/]"
    said = "no mistakes" if not count else f"{count} problem" + ("s" if count > 1 else "")
    _say(f"{mark} [bold]{escape(rule.key)}[/]: {said}")
    for problem in rule.problems:
        colour = "red" if problem.severity.value == "error" else "yellow"
        place = f" [dim]{escape(problem.pointer)}[/]" if problem.pointer else ""
        _say(f"\n  [{colour}]{problem.code}[/]{place} {escape(problem.message)}")
        if problem.span is not None:
            for line in marked(rule.text, problem.span.start, problem.span.end):
                _say(f"    {escape(line)}")
        if problem.hint:
            _say(f"    [dim]→[/] {escape(problem.hint)}")


def explain(
    rule: Annotated[str, typer.Argument(help="A YAML file with a rule; FILE#KEY with several.")],
    context: Annotated[
        Path, typer.Argument(help="A JSON file of facts; under `claims` what is scarce.")
    ],
    reveal: Annotated[
        bool, typer.Option("--reveal", help="Show personal facts of the context too.")
    ] = False,
    json: Json = False,
) -> None:
    """Say what a rule makes of a context, leaf by leaf, and what it lacks to hold."""
    path, _, key = rule.partition("#")
    found = reasons(Path(path), key, context, now=clock.now(), reveal=reveal)
    if json:
        output.emit(found)
    else:
        _print_reasons(found)


def _print_reasons(found: Reasons) -> None:
    tree = Tree(f"{_MARKS[found.verdict]} [bold]{escape(found.rule)}[/] {_WORDS[found.verdict]}")
    for part in found.trace.parts:
        _grow(tree, part)
    output.out.print(tree, highlight=False)
    because = f" ({found.reason}: {', '.join(found.because)})"
    _say(f"\nfollows: [bold]{found.branch}[/]" + escape(because if found.because else ""))
    for words in found.actions.values():
        _say(f"  • {escape(words)}")
    for claim in found.claims:
        _say(f"  takes {claim.spec.quantity} of {escape(claim.spec.resource)}")
    if found.assumed:
        _say(f"[dim]taken as if there were enough: {escape(', '.join(found.assumed))}[/]")
    if found.nearest is None:
        _say("it can never hold")
    elif found.nearest:
        _say("nearest miss: " + escape("; ".join(each.words for each in found.nearest)))


_JOINS = {Join.AND: "all of", Join.OR: "any of", Join.NOT: "not"}


def _grow(tree: Tree, trace: Trace) -> None:
    """Add a trace to a tree: groups as branches, leaves with what was asked and what there was."""
    mark = _MARKS[trace.verdict]
    if isinstance(trace, LeafTrace):
        there = "; ".join(f"{each.title}: {each.text}" for each in trace.actual)
        refused = trace.code.partition(":")[2]
        tree.add(
            f"{mark} [bold]{escape(trace.alias)}[/] {escape(trace.expected)}"
            + (f" [dim]({escape(there)})[/]" if there else "")
            + (f" [dim]({escape(refused)})[/]" if refused else "")
        )
        return
    words = _JOINS.get(trace.join) or f"rule {escape(trace.name)}"
    branch = tree.add(f"{mark} {words}")
    for part in trace.parts:
        _grow(branch, part)


def _say(text: str) -> None:
    output.out.print(text, highlight=False, soft_wrap=True)
