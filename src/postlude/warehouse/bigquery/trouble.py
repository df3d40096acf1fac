"""Google's errors in our words: what to wait for, until when, and what a person must mend."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final

import requests
from google.api_core import exceptions
from google.api_core.retry import Retry
from google.auth import exceptions as auth
from google.cloud.bigquery.retry import DEFAULT_RETRY

from postlude.kernel import redact
from postlude.kernel.errors import AppError
from postlude.warehouse.errors import (
    RowsRefused,
    WarehouseAway,
    WarehouseForbidden,
    WarehouseQuota,
    WarehouseRefused,
)

# The client tries rateLimitExceeded, backendError and broken connections again, for this long.
PATIENCE: Final = Retry(
    predicate=DEFAULT_RETRY._predicate,  # noqa: SLF001 - the official list of what may pass
    initial=0.5,
    maximum=8,
    timeout=30,
)
CALL_SECONDS: Final = 30.0
UPLOAD_TRIES: Final = 3
QUOTA_PAUSE: Final = timedelta(minutes=30)  # quotas of a day refill bit by bit, over the day

_PASSES = {
    *("backendError", "internalError", "rateLimitExceeded", "badGateway", "timeout", "stopped"),
    *("jobBackendError", "jobInternalError", "jobRateLimitExceeded", "resourceInUse"),
}
_ACCESS = {"accessDenied", "authError", "required", "forbidden", "responsePermissionDenied"}
_BEATEN = "concurrent update"  # two transactions wanted one table: the other one was first
_BROKEN = (
    requests.exceptions.RequestException,
    exceptions.RetryError,
    auth.TransportError,
    ConnectionError,
    TimeoutError,
)


class Failed(Exception):
    """A job is done with an error; `found`: somebody had sent it before; `rows`: a load job."""

    def __init__(self, error: Mapping[str, Any], *, found: bool) -> None:
        super().__init__(str(error.get("reason")))
        self.error, self.found, self.rows = error, found, False
        self.message = str(error.get("message"))


def passes(error: Mapping[str, Any]) -> bool:
    """Say whether a job that failed like this may be sent again under another id."""
    return error.get("reason") in _PASSES or _BEATEN in str(error.get("message"))


def _of_job(failed: Failed, now: datetime) -> AppError:
    error = failed.error
    reason, words = str(error.get("reason")), redact.cut(error.get("message"), 200)
    if reason == "quotaExceeded":
        return _quota(words, now)
    if passes(error) or reason == "notFound":
        return WarehouseAway(words=f"{reason}: {words}")
    if reason in _ACCESS:
        return WarehouseForbidden(words=words)
    if failed.rows and reason == "invalid":
        return RowsRefused(words=words)
    return WarehouseRefused(words=f"{reason}: {words}")


@contextmanager
def told(now: datetime) -> Iterator[None]:
    """Tell trouble with BigQuery in our words."""
    try:
        yield
    except Failed as failed:
        raise _of_job(failed, now) from failed
    except exceptions.GoogleAPICallError as error:
        raise _of_call(error, now) from error
    except (auth.DefaultCredentialsError, auth.RefreshError) as error:
        raise WarehouseForbidden(words=redact.cut(error, 200)) from error
    except _BROKEN as error:
        raise WarehouseAway(words=type(error).__name__) from error


def _of_call(error: exceptions.GoogleAPICallError, now: datetime) -> AppError:
    first = _first(error)
    reason, words = str(first.get("reason", "")), redact.cut(first.get("message", error), 200)
    if reason == "quotaExceeded":
        return _quota(words, now)
    if reason in _ACCESS or error.code in (401, 403):
        if reason in _PASSES:
            return WarehouseAway(words=f"{reason}: {words}")
        return WarehouseForbidden(words=words)
    if error.code in (404, 408, 429) or (error.code or 500) >= 500:  # noqa: PLR2004 - HTTP
        return WarehouseAway(words=f"{error.code} {words}")
    return WarehouseRefused(words=f"{reason or error.code}: {words}")


def _first(error: exceptions.GoogleAPICallError) -> Mapping[str, Any]:
    """Return the first error of the API's envelope; a proxy's answer has none."""
    first = error.errors[0] if error.errors else {}
    return first if isinstance(first, Mapping) else {}


def _quota(words: str, now: datetime) -> WarehouseQuota:
    until = now + QUOTA_PAUSE
    return WarehouseQuota(
        words=words, until=until, shown=f"{until:%H:%M} UTC, {until.day} {until:%B}"
    )
