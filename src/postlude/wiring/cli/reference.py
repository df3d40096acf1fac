"""Writes docs/reference/cli.md from the commands themselves, so that it cannot be wrong."""

import re
from collections.abc import Iterator
from typing import Any

import typer.main

from postlude.wiring.cli.commands import MODULES, app_with

_HEAD = """# The command line

Written from the commands themselves (`make docs`); a test compares the two.

`--json`, where a command has it, prints one JSON object on standard output, errors included;
progress bars and hints go to standard error. Commands are safe to repeat.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | unexpected error |
| 2 | wrong usage |
| 3 | bad input: the message says where and what to do |
| 4 | something outside (a source, the database) does not answer |
| 5 | done, with findings (an import's warnings, `doctor`'s problems, work left over) |
| 6 | bad configuration: a setting or a key is missing or wrong |
| 130 | interrupted |
"""


def render() -> str:
    """Return the page."""
    root = typer.main.get_command(app_with(MODULES))
    return _HEAD + "".join(_command(name, each) for name, each in _walk("postlude", root))


def _walk(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    children = getattr(command, "commands", None)
    if children is None:
        yield name, command
        return
    for child in sorted(children):
        yield from _walk(f"{name} {child}", children[child])


def _command(name: str, command: Any) -> str:
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    options = [each for each in command.params if each.param_type_name == "option"]
    usage = " ".join(
        str(each.name).upper() if each.required else f"[{str(each.name).upper()}]"
        for each in arguments
    )
    lines = [f"\n## `{name}{' ' + usage if usage else ''}`\n", f"{command.help or ''}\n"]
    if options or arguments:
        lines += ["| | |", "|---|---|"]
        lines += [
            f"| `{str(each.name).upper()}` | {getattr(each, 'help', '') or ''} |"
            for each in arguments
        ]
        lines += [f"| `{_spelling(each)}` | {_help(each)} |" for each in options]
        lines.append("")
    return "\n".join(lines)


def _spelling(option: Any) -> str:
    return " ".join([*option.opts, *option.secondary_opts])


def _help(option: Any) -> str:
    words = re.sub(r"\s+", " ", getattr(option, "help", "") or "")
    default = option.default
    shown = default not in (None, False, "", ()) and not callable(default)
    return f"{words} (default `{default}`)" if shown else words


if __name__ == "__main__":
    print(render(), end="")  # noqa: T201 - this module is the printer
