"""The command line. `postlude --help` lists it; docs/reference/cli.md is tested against it."""

import os
import sys

import django
from django.core.exceptions import ImproperlyConfigured
from environs import EnvError

from postlude.kernel import heap
from postlude.kernel.errors import AppError
from postlude.wiring import demo_environment
from postlude.wiring.cli import output


def main() -> None:
    """Run `postlude`; errors become one message with its fix, and an exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "postlude.wiring.settings")
    if "demo" in sys.argv[1:2]:
        demo_environment.prepare(sys.argv[2:])
    try:
        with heap.starting():
            django.setup()
            from postlude.wiring.cli import commands  # noqa: PLC0415 - models need the set-up

            commands.load(sys.argv[1:])
    except (EnvError, ImproperlyConfigured, AppError, ValueError, OSError) as error:
        output.fail(error, as_json="--json" in sys.argv)
        sys.exit(output.BAD_CONFIGURATION)

    sys.exit(commands.run(sys.argv[1:]))
