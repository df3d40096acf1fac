"""Connections that are kept between mails and never follow a redirect: django-anymail's, or any."""

import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, Protocol, TypeVar

import requests
from anymail.backends.base_requests import AnymailRequestsBackend
from django.core.mail import EmailMessage

from postlude.kernel import clock

TIMEOUT_S = (5.0, 12.0)  # connect, read: a window has to end inside its lease
_IDLE_S = 2.0  # less than servers keep an idle connection, so that we never write into a closed one


class Kept(Protocol):
    """What can be kept: one connection, used by one thread at a time."""

    used_at: float

    def close(self) -> None: ...


Account = TypeVar("Account", bound=Hashable)
Line = TypeVar("Line", bound=Kept)


class _Session(requests.Session):
    """Reads the machine's proxies once, not per request, and refuses redirects."""

    def __init__(self, url: str) -> None:
        super().__init__()
        found: dict[str, Any] = dict(self.merge_environment_settings(url, {}, None, None, None))
        self.trust_env = False
        self.proxies.update(found["proxies"])
        self.verify = found["verify"]

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["allow_redirects"] = False  # a redirect would carry the mail and the key elsewhere
        return super().request(*args, **kwargs)


class Connection:
    """One kept connection to one account; used by one thread at a time."""

    def __init__(self, backend: AnymailRequestsBackend) -> None:
        self._backend = backend
        self._backend.timeout = TIMEOUT_S
        self._backend.session = _Session(backend.api_url)
        self.used_at = clock.monotonic()

    def send(self, message: EmailMessage) -> None:
        """Send one mail; django-anymail's errors come through."""
        self._backend.send_messages([message])

    def close(self) -> None:
        """Close it."""
        self._backend.close()


class Connections(Generic[Account, Line]):
    """Connections that are open and not in use now; `opened` makes one for an account."""

    def __init__(self, opened: Callable[[Account], Line]) -> None:
        self._opened = opened
        self._idle: dict[Account, list[Line]] = {}
        self._lock = threading.Lock()

    @contextmanager
    def borrow(self, account: Account) -> Iterator[Line]:
        """Lend a connection to one thread; one that broke is closed and not lent again."""
        connection = self._take(account)
        try:
            yield connection
        except BaseException as error:
            if getattr(error, "response", None) is None:
                connection.close()
            else:  # the vendor answered, though not as hoped
                self._put_back(account, connection)
            raise
        self._put_back(account, connection)

    def close(self) -> None:
        """Close every idle connection."""
        with self._lock:
            idle, self._idle = self._idle, {}
        for connection in (each for kept in idle.values() for each in kept):
            connection.close()

    def _put_back(self, account: Account, connection: Line) -> None:
        connection.used_at = clock.monotonic()
        with self._lock:
            self._idle.setdefault(account, []).append(connection)

    def _take(self, account: Account) -> Line:
        oldest = clock.monotonic() - _IDLE_S
        with self._lock:
            idle = self._idle.setdefault(account, [])
            stale = [connection for connection in idle if connection.used_at < oldest]
            fresh = [connection for connection in idle if connection.used_at >= oldest]
            self._idle[account] = fresh
            taken = fresh.pop() if fresh else None
        for connection in stale:
            connection.close()
        if taken is None:
            taken = self._opened(account)
        return taken
