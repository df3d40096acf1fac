"""The SDK's client, set up so that it tries once, answers in time and follows no redirect.

The SDK's retry wrapper would sleep up to a minute inside a call, far beyond the lease of a window;
urllib3 below it would repeat by itself what may have been taken. Both are left out: when to try
again is decided by `answers`, by `messages.retry` and by the dispatch.
"""

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
from urllib3.exceptions import HTTPError

from postlude.channels import failures
from postlude.channels.errors import MissingSdk
from postlude.channels.klaviyo.account import Account
from postlude.channels.unanswered import NoAnswer
from postlude.kernel import http

if TYPE_CHECKING:
    from openapi_client import ApiClient

_log = logging.getLogger(__name__)

TIMEOUT_S = (5.0, 12.0)  # connect, read: a call has to end inside a lease of 30 s
MOST_CONNECTIONS = 16
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """What Klaviyo said: a status, a document (empty when there was none) and how long to wait."""

    status: int
    document: Json = field(default_factory=dict)
    text: str = ""
    retry_after: float | None = None

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004

    @property
    def data(self) -> Any:
        """The primary data of the document."""
        return self.document.get("data")

    @property
    def readable(self) -> bool:
        """Is it a document, or nothing at all?"""
        return bool(self.document) or not self.text

    @property
    def code(self) -> str:
        """The code of the first error, such as duplicate_profile."""
        return str(self.error.get("code") or "")

    @property
    def error(self) -> Json:
        errors = self.document.get("errors")
        first = errors[0] if isinstance(errors, list) and errors else {}
        return first if isinstance(first, dict) else {}


class Clients:
    """One SDK client for each account: it keeps its connections and is thread-safe."""

    def __init__(self) -> None:
        self._open: dict[Account, ApiClient] = {}
        self._lock = threading.Lock()

    def of(self, account: Account) -> "ApiClient":
        """Return the client of an account; raise MissingSdk."""
        with self._lock:
            if account not in self._open:
                self._open[account] = _client(account)
            return self._open[account]

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            clients, self._open = self._open, {}
        for client in clients.values():
            client.rest_client.pool_manager.clear()


def _client(account: Account) -> "ApiClient":
    sdk = load()
    # Its constructor sets the levels of loggers that are not its own.
    before = logging.getLogger("urllib3").level
    configuration = sdk.Configuration(
        host=account.host,
        api_key={"Klaviyo-API-Key": f"Klaviyo-API-Key {account.api_key}"},
    )
    logging.getLogger("urllib3").setLevel(before)
    configuration.retries = False
    configuration.connection_pool_maxsize = MOST_CONNECTIONS
    client = sdk.ApiClient(configuration, options={"USE_DICTIONARY_FOR_RESPONSE_DATA": True})
    client.set_default_header("revision", account.revision)
    return client


def load() -> Any:
    """Import the SDK at first use: it is an extra, and takes half a second."""
    try:
        import openapi_client  # noqa: PLC0415
    except ImportError:
        raise MissingSdk(sdk="Klaviyo's SDK", extra="klaviyo") from None
    return openapi_client


def call(operation: Callable[..., Any], *arguments: Any, **named: Any) -> Answer:
    """Call an endpoint of the SDK (a `…_without_preload_content` function) once; raise NoAnswer.

    The answer is read here: the SDK's own reader breaks on a page that a proxy puts in its place.
    """
    from openapi_client.exceptions import ApiException  # noqa: PLC0415 - an extra, see `load`

    try:
        response = operation(*arguments, _request_timeout=TIMEOUT_S, **named)
        raw_body = response.data
    except ApiException:  # raised for TLS failures only, with their text
        raise NoAnswer("TLS failed", left_us=False) from None
    except HTTPError as error:
        raise NoAnswer(type(error).__name__, left_us=failures.left_us(error)) from None
    return _answer(response.status, (raw_body or b"").decode(errors="replace"), response.headers)


def raw(client: "ApiClient", path: str, body: Json) -> Answer:
    """Post to a path by the SDK's client alone, without its models; raise NoAnswer."""
    kind = "application/vnd.api+json"
    request = client.param_serialize(
        method="POST",
        resource_path=path,
        query_params=[],
        header_params={"Accept": kind, "Content-Type": kind},
        body=body,
        auth_settings=["Klaviyo-API-Key"],
    )

    def post(*, _request_timeout: tuple[float, float]) -> Any:
        return client.call_api(*request, _request_timeout=_request_timeout).response

    return call(post)


def _answer(status: int, text: str, headers: Any) -> Answer:
    try:
        document = json.loads(text) if text else {}
    except ValueError:
        document = {}
    asked = {"Retry-After": str((headers or {}).get("Retry-After") or "")}
    return Answer(
        status=status,
        document=document if isinstance(document, dict) else {},
        text=text,
        retry_after=http.retry_after(httpx.Response(status, headers=asked)),
    )
