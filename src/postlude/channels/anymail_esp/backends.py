"""django-anymail's classes for an ESP, taken by name."""

from importlib import import_module
from typing import Any

from anymail.backends.base import BasePayload
from anymail.backends.base_requests import AnymailRequestsBackend, RequestsPayload
from anymail.webhooks.base import AnymailBaseWebhookView

from postlude.channels.anymail_esp.account import Account, Trust
from postlude.channels.anymail_esp.esps import ESPS

# What a mail can do without. Anything else that an ESP lacks is an error.
OPTIONAL = ("metadata", "tags", "track_opens", "track_clicks")


def backend(account: Account) -> AnymailRequestsBackend:
    """Return a backend that sends for this account only."""
    given = dict(account.keys)
    if account.api_url:
        given["api_url"] = account.api_url
    made: AnymailRequestsBackend = _module(account.name).EmailBackend(**given)
    return made


def can(name: str, feature: str) -> bool:
    """Say whether django-anymail can tell this ESP one of `OPTIONAL`."""
    setter = f"set_{feature}"
    (payload,) = (
        each
        for each in vars(_module(name)).values()
        if isinstance(each, type) and issubclass(each, RequestsPayload)
        if each.__module__ == _module(name).__name__
    )
    return getattr(payload, setter) is not getattr(BasePayload, setter)


def webhook_view(trust: Trust) -> AnymailBaseWebhookView:
    """Return a view that checks and reads the ESP's webhooks; nothing is asked of it but that."""
    given: dict[str, Any] = {"webhook_secret": [], **dict(trust.settings)}
    view: AnymailBaseWebhookView = _view(trust.name)(**given)
    return view


def looks_by_get(name: str) -> bool:
    """Say whether this ESP looks with a GET whether its webhook's address is there."""
    return name in ESPS and "get" in _view(name).http_method_names


def _view(name: str) -> Any:
    return getattr(import_module(f"anymail.webhooks.{name}"), ESPS[name].view)


def _module(name: str) -> Any:
    return import_module(f"anymail.backends.{name}")
