"""Who we are over there: a service account's key, or what the machine is allowed."""

import json
from functools import lru_cache
from typing import Any, cast

import google.auth
from google.auth.credentials import AnonymousCredentials, Credentials
from google.cloud import bigquery
from google.oauth2 import service_account

from postlude.kernel import environment
from postlude.warehouse.bigquery.target import Target
from postlude.warehouse.errors import WarehouseForbidden

VARIABLE = "POSTLUDE_BIGQUERY_CREDENTIALS"
_SCOPES = ("https://www.googleapis.com/auth/bigquery",)


def client(target: Target) -> bigquery.Client:
    """Return the official client. Only a simulator on this machine is spoken to without a key."""
    options = {"api_endpoint": target.endpoint} if target.endpoint else None
    credentials = _nobody() if target.endpoint else _credentials()
    return bigquery.Client(
        target.project,
        credentials=credentials,
        location=target.location or None,
        client_options=options,
    )


def described(target: Target) -> str:
    """Say in a few words who we are, for `doctor`."""
    if target.endpoint:
        return "nobody: a simulator on this machine"
    credentials = _credentials()
    return str(getattr(credentials, "service_account_email", None) or "this machine's account")


def _nobody() -> Credentials:
    return AnonymousCredentials()  # type: ignore[no-untyped-call]


def _credentials() -> Credentials:
    return _loaded(environment.lookup(VARIABLE) or "")


@lru_cache(maxsize=1)  # a token lasts an hour, a session seconds
def _loaded(text: str) -> Credentials:
    if not text:
        found, _ = google.auth.default(scopes=list(_SCOPES))
        return found
    try:
        info: dict[str, Any] = json.loads(text)
        key = service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
            info, scopes=list(_SCOPES)
        )
    except ValueError as error:  # also what is wrong with the key; its words could show some of it
        raise WarehouseForbidden(words=f"{VARIABLE} is no key of a service account") from error
    return cast("Credentials", key)
