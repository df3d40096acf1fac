"""Commands to try things without anybody outside: sandbox, demo."""

from pathlib import Path
from typing import Annotated

import typer

from postlude.sandbox.server import run_forever
from postlude.wiring import demo as demonstration
from postlude.wiring.cli import output
from postlude.wiring.cli.run_processes import Host, Port


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (sandbox, demo):
        app.command()(command)


def sandbox(
    host: Host = "127.0.0.1",
    port: Port = 8090,
    smtp_port: Annotated[int, typer.Option(help="Port of the SMTP sink.")] = 8025,
) -> None:
    """Run simulators of KKTIX, Gather, Mailgun, Klaviyo, Discord and SMTP, for a dry run."""
    run_forever(host=host, port=port, smtp_port=smtp_port)


def demo(  # noqa: PLR0913, PLR0917 - the options of a command
    attendees: Annotated[Path | None, typer.Option(help="A KKTIX attendee export.")] = None,
    orders: Annotated[
        Path | None, typer.Option(help="The order export that belongs to it.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the invented sale.")] = 2023,
    port: Port = 8000,
    sandbox_port: Annotated[int, typer.Option(help="Port of the sandbox.")] = 8090,
    once: Annotated[
        bool, typer.Option("--once", help="Stop when the sale is replayed and drained.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object at the end.")] = False,
) -> None:
    """Start Postlude with the sandbox and replay a whole conference sale through it."""
    result = demonstration.run(
        demonstration.Plan(
            attendees=attendees,
            orders=orders,
            seed=seed,
            port=port,
            sandbox_port=sandbox_port,
            once=once,
            quiet=json,
        )
    )
    if json:
        output.emit(result)
