"""Every command of `postlude`, gathered."""

import sys
from collections.abc import Sequence

import typer
from django.db import DatabaseError

from postlude import __version__
from postlude.kernel.errors import AppError
from postlude.wiring import database_trouble
from postlude.wiring.cli import (
    access,
    announcements,
    coupons,
    data,
    discord,
    journeys,
    mails,
    operate,
    output,
    people,
    points,
    quotas,
    reports,
    rules,
    run_processes,
    shop,
    support,
    team,
)

app = typer.Typer(
    name="postlude",
    help="Everything that should happen after somebody buys.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done · 1 unexpected error · 2 wrong usage · 3 bad input · "
    "4 something outside does not answer · 5 done, with findings · 6 bad configuration",
)
for group in (
    run_processes,
    operate,
    data,
    people,
    team,
    access,
    journeys,
    mails,
    reports,
    discord,
    rules,
    support,
    points,
    coupons,
    quotas,
    shop,
):
    group.add_to(app)
announcements.add_to(app)


@app.command()
def version() -> None:
    """Print the version."""
    output.out.print(__version__)


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code."""
    try:
        result = app(args=list(arguments), standalone_mode=False)
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
