"""A new installation in a folder and a database of its own, worked by its command line."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import psycopg

from postlude.wiring import demo_environment
from support import migrated_once

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Run:
    """How a command ended: its exit code, its JSON answer, and the JSON lines of its log."""

    code: int
    answer: Any
    logs: list[dict[str, Any]]
    errors: str


class FreshHome:
    """Runs `postlude` in processes of its own, as cron would.

    Its database has its tables already where the run has some to copy, unless it is to be `bare`.
    """

    def __init__(self, folder: Path, sandbox: str, engine: str, *, bare: bool = False) -> None:
        self._folder = folder
        self._copied = migrated_once.offered() and not bare
        self._name = f"postlude_test_home_{os.getpid()}"
        self._server = os.environ.get("POSTLUDE_TEST_POSTGRESQL", "postgresql:///postgres")
        self._postgresql = engine == "postgresql"
        self._environment = {
            **os.environ,
            **demo_environment.vendors(sandbox),
            "POSTLUDE_HOME": str(folder / "home"),
            "POSTLUDE_DATABASE_URL": self._url(folder),
        }
        # As on a new machine: the keys are made at the first start.
        self._environment.pop("POSTLUDE_SECRET_KEYS", None)

    def __enter__(self) -> Self:
        if self._copied:
            migrated_once.copy_to(self._name if self._postgresql else str(self._file(self._folder)))
        else:
            self._ask_server(f'CREATE DATABASE "{self._name}"')
        return self

    def __exit__(self, *_: object) -> None:
        self._ask_server(f'DROP DATABASE IF EXISTS "{self._name}" WITH (FORCE)')

    def run(self, *arguments: str) -> Run:
        """Run one command to its end."""
        done = subprocess.run(
            [sys.executable, "-m", "postlude.wiring", *arguments],
            cwd=ROOT,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=180,  # it hangs; a busy machine takes some seconds
            check=False,
        )
        answer = json.loads(done.stdout) if "--json" in arguments else done.stdout
        lines = [json.loads(line) for line in done.stderr.splitlines() if line.strip()]
        return Run(done.returncode, answer, lines, done.stderr)

    def _url(self, folder: Path) -> str:
        if not self._postgresql:
            return f"sqlite:///{self._file(folder)}"
        base, _, _ = self._server.rpartition("/")
        return f"{base}/{self._name}"

    @staticmethod
    def _file(folder: Path) -> Path:
        return folder / "home" / "postlude.sqlite3"

    def _ask_server(self, statement: str) -> None:
        if self._postgresql:
            with psycopg.connect(self._server, autocommit=True) as connection:
                connection.execute(statement)  # type: ignore[arg-type]
