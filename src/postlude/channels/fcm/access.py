"""Access tokens for a service account, by Google's own library: an hour each, kept in memory."""

import json
import threading
from functools import partial
from typing import Any

from postlude.channels.errors import BadSenderSettings, MissingSdk, NoAccess
from postlude.channels.fcm.account import Account

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
TIMEOUT_S = 10


class Access:
    """One set of credentials for each account; made at first use."""

    def __init__(self) -> None:
        self._held: dict[Account, Any] = {}
        self._lock = threading.Lock()

    def token(self, account: Account) -> str:
        """Return a token that is good now; raise NoAccess, BadSenderSettings or MissingSdk."""
        exceptions, requests = _google()
        with self._lock:
            credentials = self._held.get(account) or _credentials(account)
            self._held[account] = credentials
            if not credentials.valid:
                try:
                    credentials.refresh(partial(requests.Request(), timeout=TIMEOUT_S))
                except exceptions.GoogleAuthError as error:
                    # Its words may repeat what was sent, and that was signed with the key.
                    words = type(error).__name__
                    hint = "Check the service account's key, and that the project still has it."
                    raise NoAccess(vendor="Google", words=words, hint=hint) from None
            return str(credentials.token)

    def forget(self, account: Account) -> None:
        """Ask for another token next time: this one was refused."""
        with self._lock:
            self._held.pop(account, None)


def _credentials(account: Account) -> Any:
    from google.oauth2 import service_account  # noqa: PLC0415 - an extra

    try:
        return service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
            json.loads(account.credentials), scopes=[SCOPE]
        )
    except ValueError:  # its words could show some of the key
        hint = "The private key in it cannot be read: download the key again."
        raise BadSenderSettings(setting="credentials", hint=hint) from None


def _google() -> Any:
    """Import the library at first use: it is an extra."""
    try:
        from google.auth import exceptions  # noqa: PLC0415
        from google.auth.transport import requests  # noqa: PLC0415
    except ImportError:
        raise MissingSdk(sdk="Google's library of credentials", extra="fcm") from None
    return exceptions, requests
