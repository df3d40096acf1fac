"""Where in BigQuery: `bigquery://project/dataset?location=…&every=…&tables=…`. No network here."""

import os
import re
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

from postlude.warehouse import schema
from postlude.warehouse.errors import BadTarget

SCHEME = "bigquery"
EMULATOR = "BIGQUERY_EMULATOR_HOST"  # the official client's own name for it
EVERY = timedelta(seconds=120)
SERVICE_TABLES = "postlude_"

_PROJECT = re.compile(r"(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{4,61}[a-z0-9]")
_DATASET = re.compile(r"\w{1,1024}", re.ASCII)
_TABLE = re.compile(r"[\w-]{1,200}", re.ASCII)
_LOCATION = re.compile(r"[A-Za-z0-9-]{2,40}")
_HERE = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Target:
    """A dataset, the names of its tables, and how often it is loaded at most."""

    project: str
    dataset: str
    location: str = ""  # the dataset's own; US for one that is made
    every: timedelta = EVERY
    pattern: str = schema.PATTERN
    endpoint: str = ""

    @property
    def shown(self) -> str:
        """The target as people read it, and as URLs are kept: without options."""
        return f"{SCHEME}://{self.project}/{self.dataset}"

    def table(self, ours: str) -> str:
        """Name the table over there of one of `schema.TABLES`."""
        return self.pattern.replace("{kind}", schema.kind_of(ours))

    def service(self, name: str) -> str:
        """Name a table of our own bookkeeping."""
        return f"{SERVICE_TABLES}{name}"

    def full(self, table: str) -> str:
        """Return `project.dataset.table`."""
        return f"{self.project}.{self.dataset}.{table}"


def parse(text: str) -> Target:
    """Read POSTLUDE_WAREHOUSE; raise BadTarget with what to write instead."""
    parts = urlsplit(text)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    unknown = options.keys() - {"location", "every", "tables"}
    if unknown:
        raise BadTarget(words=f"it has no option “{min(unknown)}”")
    project, dataset = parts.netloc, parts.path.strip("/")
    if not _PROJECT.fullmatch(project):
        raise BadTarget(words=f"“{project}” is no id of a project")
    if not _DATASET.fullmatch(dataset):
        raise BadTarget(words=f"“{dataset}” is no name of a dataset")
    return Target(
        project,
        dataset,
        _location(options.get("location", "")),
        _every(options.get("every", "")),
        _pattern(options.get("tables", schema.PATTERN)),
        endpoint(),
    )


def endpoint() -> str:
    """Return the address of a simulator on this machine, or nothing: the real BigQuery.

    Credentials are never sent anywhere else, so a simulator elsewhere is refused.
    """
    host = os.environ.get(EMULATOR, "")
    if not host:
        return ""
    url = host if "://" in host else f"http://{host}"
    if urlsplit(url).hostname not in _HERE:
        raise BadTarget(words=f"{EMULATOR} names another machine")
    return url.rstrip("/")


def _location(text: str) -> str:
    if text and not _LOCATION.fullmatch(text):
        raise BadTarget(words=f"“{text}” is no location")
    return text


def _every(text: str) -> timedelta:
    if text and not text.isdecimal():
        raise BadTarget(words=f"every={text} is no number of seconds")
    return timedelta(seconds=int(text)) if text else EVERY


def _pattern(text: str) -> str:
    if text.count("{kind}") != 1 or not _TABLE.fullmatch(text.replace("{kind}", "kind")):
        raise BadTarget(words=f"tables={text} needs {{kind}} once, letters, digits, _ and -")
    if text.startswith(SERVICE_TABLES):
        raise BadTarget(words=f"tables={text} would stand among our own, {SERVICE_TABLES}*")
    return text
