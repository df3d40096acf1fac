"""Commands that run: up, web, collector, worker, migrate."""

from typing import Annotated

import typer
from granian.constants import Interfaces
from granian.server import Server as Granian

from postlude.kernel import keys, store
from postlude.wiring import processes
from postlude.wiring.cli import output

Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(help="Port to listen on.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (up, web, collector, worker, migrate):
        app.command()(command)


# Whoever runs begins with the keys: without them nothing that comes in can be kept, and cookies
# would be signed with a key that everybody knows.
def up(host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Run everything in this process, on one port."""
    keys.ring()
    output.err.print(f"Postlude is at [bold]http://{host}:{port}[/] (stop with Ctrl-C)")
    processes.up(host=host, port=port)


def web(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option(help="Processes.")] = 2,
) -> None:
    """Run the console and the API alone (Granian, WSGI)."""
    keys.ring()
    _warn_of_sqlite()
    Granian(
        "postlude.wiring.serving:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
    ).serve()


def collector(host: Host = "127.0.0.1", port: Port = 8001) -> None:
    """Run the collector alone: beacon, pixel, clicks, access links, mails as pages, unsubscribe."""
    keys.ring()
    _warn_of_sqlite()
    processes.collector(host=host, port=port)


def worker(
    lanes: Annotated[
        str, typer.Option(help="Which work: urgent, bulk, or urgent,bulk.")
    ] = "urgent,bulk",
) -> None:
    """Run the jobs; any number of workers on PostgreSQL, one on SQLite."""
    keys.ring()
    wanted = [lane.strip() for lane in lanes.split(",") if lane.strip()]
    unknown = [lane for lane in wanted if lane not in processes.LANES]
    if unknown or not wanted:
        raise typer.BadParameter(f"lanes are urgent and bulk, not {', '.join(unknown)}")
    processes.worker(lanes=wanted)


def migrate() -> None:
    """Bring the database to this version; safe to repeat."""
    processes.migrate(quiet=False)


def _warn_of_sqlite() -> None:
    """Several processes on SQLite work, and wait for each other; say what is better."""
    if not store.is_postgresql():
        output.err.print(
            "[yellow]![/] On SQLite one process should write: use `postlude up`, or PostgreSQL "
            "(POSTLUDE_DATABASE_URL)."
        )
