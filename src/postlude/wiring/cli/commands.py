"""Every command of `postlude`, gathered."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module

import typer
from django.db import DatabaseError

from postlude import __version__
from postlude.kernel.errors import AppError
from postlude.wiring import database_trouble
from postlude.wiring.cli import output

# Which module has which commands: the one that is asked for is the only one that is imported.
MODULES: Mapping[str, tuple[str, ...]] = {
    "run_processes": ("up", "web", "collector", "worker", "migrate"),
    "trying": ("sandbox", "demo"),
    "operate": ("doctor", "apply", "jobs"),
    "data": ("sync", "import", "warehouse"),
    "history": ("load", "export"),
    "people": ("timeline", "erase"),
    "contacts": ("contacts",),
    "team": ("staff", "keys", "branches"),
    "access": ("access",),
    "journeys": ("journeys",),
    "mails": ("templates", "senders"),
    "messages": ("messages",),
    "reports": ("report",),
    "rollups": ("reports",),
    "discord": ("discord",),
    "rules": ("rules",),
    "support": ("people", "erasures"),
    "points": ("points",),
    "coupons": ("coupons",),
    "quotas": ("quotas",),
    "shop": ("invent-members", "invent-customers"),
    "beacon": ("beacon",),
    "hits": ("hits",),
    "checks": ("checks",),
    "credit": ("attribution",),
    "measuring": ("measuring",),
    "retention": ("retention",),
    "shops": ("shops",),
    "announcements": ("announce", "announcements"),
}


def app_with(modules: Iterable[str]) -> typer.Typer:
    """Return the command line with the commands of some modules."""
    app = typer.Typer(
        name="postlude",
        help="Everything that should happen after somebody buys.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        epilog="Exit codes: 0 done · 1 unexpected error · 2 wrong usage · 3 bad input · "
        "4 something outside does not answer · 5 done, with findings · 6 bad configuration",
    )
    app.callback()(lambda: None)  # one command alone would take the place of all
    for name in modules:
        import_module(f"postlude.wiring.cli.{name}").add_to(app)
    app.command()(version)
    return app


def modules_of(arguments: Sequence[str]) -> list[str]:
    """Return the modules a command line needs: all, unless its first word is a known command."""
    first = next(iter(arguments), "")
    found = [name for name, commands in MODULES.items() if first in commands]
    return found if found or first == "version" else list(MODULES)


def load(arguments: Sequence[str]) -> None:
    """Import the modules a command line needs."""
    for name in modules_of(arguments):
        import_module(f"postlude.wiring.cli.{name}")


def version() -> None:
    """Print the version."""
    output.out.print(__version__)


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code."""
    try:
        result = app_with(modules_of(arguments))(args=list(arguments), standalone_mode=False)
    except typer.Exit as leaving:
        return leaving.exit_code
    except typer.Abort:
        return output.INTERRUPTED
    except (typer.TyperException, AppError, DatabaseError, FileNotFoundError) as error:
        return _explain(error, as_json="--json" in arguments)
    return result if isinstance(result, int) else output.OK


def _explain(error: Exception, *, as_json: bool) -> int:
    """Print an error with its fix, and return the exit code it stands for."""
    if isinstance(error, typer.TyperException):
        show = getattr(error, "show", None)
        if show is None or as_json:
            output.fail(error, as_json=as_json)
        else:
            show(sys.stderr)
        return output.USAGE
    if isinstance(error, DatabaseError):
        error = database_trouble.trouble(error)
    output.fail(error, as_json=as_json)
    return output.exit_code_of(error) if isinstance(error, AppError) else output.BAD_INPUT
