"""What `postlude doctor` looks at. Each finding says what to fix."""

import os
import stat
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx
from django.conf import settings
from django.core import checks as django_checks
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from postlude.access import api as access
from postlude.channels import api as channels
from postlude.chatops import api as chatops
from postlude.collector import api as collector
from postlude.kernel import http, keys, nightly, skew, store, work
from postlude.kernel.doctor import Finding
from postlude.kernel.errors import AppError
from postlude.messages import api as messages
from postlude.orgs import api as orgs
from postlude.reports import api as reports
from postlude.rewards import api as rewards
from postlude.sources import api as sources
from postlude.warehouse import api as warehouse
from postlude.wiring.database_trouble import NotMigrated

_WAL_BYTES = 256 * 1024 * 1024


def examine(
    *, online: bool, more: list[Callable[[bool], list[Finding]]] | None = None
) -> list[Finding]:
    """Return every finding; a check that breaks becomes a finding itself."""
    found: list[Finding] = []
    for check in (_home, _keys, _database, _configuration):
        found += _safely(check.__name__.strip("_"), check)
    if any(each.level == "problem" and each.check == "database" for each in found):
        return found  # all that follows reads its tables
    found += _safely("work", _work)
    for other in more or []:
        found += _safely(other.__name__.strip("_"), partial(other, online))
    return found


def _safely(name: str, check: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return check()
    except (AppError, DatabaseError, OSError, httpx.HTTPError) as error:
        hint = error.hint if isinstance(error, AppError) else ""
        if isinstance(error, DatabaseError):
            hint = "Does the database of POSTLUDE_DATABASE_URL run, and let this user in?"
        return [Finding(name, "problem", http.words(error), hint)]


def _home() -> list[Finding]:
    home = Path(settings.POSTLUDE_HOME)
    if home.exists() and not os.access(home, os.W_OK):
        return [Finding("home", "problem", f"{home} cannot be written", "chown it to this user.")]
    return [Finding("home", "ok", str(home))]


def _keys() -> list[Finding]:
    ring = keys.ring()
    file = Path(settings.POSTLUDE_HOME) / "keys"
    found = [Finding("keys", "ok", f"{len(ring)} key(s), version {keys.current_version()} in use")]
    if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
        found.append(
            Finding("keys", "problem", f"{file} can be read by others", f"chmod 600 {file}")
        )
    if file.exists() and not settings.POSTLUDE_PRODUCTION:
        found.append(
            Finding(
                "keys",
                "warning",
                "the keys were made here and live in one file",
                f"Keep a copy of {file} apart from the database's backups: without it pseudonyms "
                "and sealed payloads cannot be read.",
            )
        )
    return found


def _database() -> list[Finding]:
    connection.ensure_connection()
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    name = "PostgreSQL" if store.is_postgresql() else "SQLite"
    if plan:
        missing = NotMigrated()
        what = f"{missing.code}: {len(plan)} migrations are missing"
        return [Finding("database", "problem", what, missing.hint)]
    found = [Finding("database", "ok", f"{name}, up to date")]
    off = skew.seconds()
    if off > skew.MOST_SECONDS:
        found.append(
            Finding("clock", "problem", f"{off:.0f} s from the database's", "Run NTP on both.")
        )
    wal = Path(f"{connection.settings_dict['NAME']}-wal")
    if not store.is_postgresql() and wal.exists() and wal.stat().st_size > _WAL_BYTES:
        size = wal.stat().st_size // 1024**2
        found.append(
            Finding("database", "warning", f"WAL of {size} MB", "Close long-reading programs.")
        )
    return found


def _configuration() -> list[Finding]:
    messages = django_checks.run_checks()
    found = [
        Finding(
            "configuration",
            "problem" if each.level >= django_checks.ERROR else "warning",
            f"{each.id}: {each.msg}",
            each.hint or "",
        )
        for each in messages
        if not each.is_silenced() and each.level >= django_checks.WARNING
    ]
    return found or [Finding("configuration", "ok", "no complaint")]


def _work() -> list[Finding]:
    dead = work.dead_rows()
    if dead:
        return [
            Finding(
                "work",
                "warning",
                f"{len(dead)} pieces of work were given up",
                "Look at Attention in the console.",
            )
        ]
    return [Finding("work", "ok", "nothing was given up")]


def _restore(online: bool) -> list[Finding]:  # noqa: ARG001, FBT001 - the shape of a check
    status = messages.epoch_status()
    if status.held:
        return [
            Finding(
                "restore",
                "problem",
                "the database is behind its stamp: it looks like a restored backup",
                "Nothing is sent until an operator says so: Attention in the console.",
            )
        ]
    return [Finding("restore", "ok", "the database is as new as its stamp")]


def _organisations(online: bool) -> list[Finding]:  # noqa: ARG001, FBT001 - the shape of a check
    if not orgs.all_orgs():
        fix = "postlude apply playbooks/tickets.yaml"
        return [Finding("playbook", "warning", "no organisation yet", fix)]
    if settings.POSTLUDE_PRODUCTION and not settings.POSTLUDE_BASE_URL.startswith("https://"):
        return [
            Finding(
                "address",
                "problem",
                f"links in mails would lead to {settings.POSTLUDE_BASE_URL}",
                "Set POSTLUDE_BASE_URL to the public https address.",
            )
        ]
    return [Finding("address", "ok", f"links in mails lead to {settings.POSTLUDE_BASE_URL}")]


def _checks(online: bool) -> list[Finding]:  # noqa: ARG001, FBT001 - the shape of a check
    found = [
        Finding(
            f"figures of {org.slug}",
            "problem",
            f"figures_differ: {each.differing} differences in {each.name}, "
            f"found in the night of {each.night}",
            "`postlude checks list` says what differs and what mends it",
        )
        for org in orgs.all_orgs()
        for each in nightly.known(org.id)
        if each.differing
    ]
    return found or [Finding("figures", "ok", "no check found a difference")]


ROOMS: list[Callable[[bool], list[Finding]]] = [
    _organisations,
    _restore,
    sources.doctor,
    collector.doctor,
    _checks,
    reports.doctor,
    access.doctor,
    channels.doctor,
    rewards.doctor,
    warehouse.doctor,
    chatops.doctor,
]
