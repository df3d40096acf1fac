"""What a failed call says about the mail: nothing left us, or nobody knows. Pure.

The question is never "was it an error" but "may the person have the mail". Only a failure that
came before the request was written lets a message back into the queue.
"""

import ssl
from collections.abc import Iterator

import requests
from urllib3 import exceptions as urllib3

_BEFORE_WRITING = (
    urllib3.NewConnectionError,  # includes a name that does not resolve
    urllib3.ConnectTimeoutError,
    urllib3.ProxyError,
    urllib3.LocationParseError,
    requests.exceptions.ConnectTimeout,
    requests.exceptions.ProxyError,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    ssl.SSLCertVerificationError,
)
_HANDSHAKE = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNSUPPORTED_PROTOCOL", "HANDSHAKE")


def left_us(error: BaseException) -> bool:
    """Say whether the request may have been written before the call failed."""
    return not any(_came_before(cause) for cause in _chain(error))


def _came_before(error: BaseException) -> bool:
    if isinstance(error, _BEFORE_WRITING):
        return True
    if isinstance(error, ssl.SSLError):
        return any(word in (error.reason or "").upper() for word in _HANDSHAKE)
    return False


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield the error and everything it wraps: causes, contexts, reasons and arguments."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        current = waiting.pop()
        if not isinstance(current, BaseException) or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        waiting += [current.__cause__, current.__context__, getattr(current, "reason", None)]
        waiting += current.args
