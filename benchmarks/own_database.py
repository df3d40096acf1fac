"""A database and a folder of a benchmark's own, gone when it has ended."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def own_database(engine: str) -> Iterator[None]:
    """Name it to Django, which is set up inside the block: `ready`."""
    folder = Path(tempfile.mkdtemp(prefix="postlude-bench-"))
    name = f"postlude_bench_{os.getpid()}"
    if engine == "postgresql":
        subprocess.run(["createdb", name], check=True)
        os.environ["POSTLUDE_DATABASE_URL"] = f"postgresql:///{name}"
    else:
        os.environ.pop("POSTLUDE_DATABASE_URL", None)
    os.environ |= {"POSTLUDE_HOME": str(folder), "POSTLUDE_LOG_LEVEL": "CRITICAL"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "postlude.wiring.settings"
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if engine == "postgresql":
            # By force: this very process is connected still.
            subprocess.run(["dropdb", "--if-exists", "--force", name], check=False)


def ready() -> int:
    """Set Django up, make the tables and an organisation; return its id."""
    import django

    django.setup()
    from django.core.management import call_command

    from postlude.orgs import api as orgs

    call_command("migrate", verbosity=0)
    return orgs.create("bench", "Bench", zone="Asia/Taipei", currency="TWD").id


def analyze() -> None:
    """Let the database look at what it was filled with, as it does by itself in time."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
