"""API keys: who calls, and what the key's scopes reach."""

from django.http import HttpRequest
from ninja.security import HttpBearer

from postlude.kernel import clock
from postlude.kernel.errors import AppError
from postlude.orgs import api as orgs
from postlude.orgs.api import Permission
from postlude.orgs.types import KeyRef
from postlude.people.types import Actor

PURPOSE_HEADER = "X-Purpose"
_PURPOSE_LENGTH = 120
_CALLERS = (
    Permission.VIEW_SALES,
    Permission.TELL_ORDERS,
    Permission.TELL_EVENTS,
    Permission.CHANGE_CONTACT,
    Permission.VIEW_RULES,
    Permission.ORDER_BY_RULES,
    Permission.VIEW_REWARDS,
    Permission.GIVE_BY_HAND,
    Permission.SPEND_REWARDS,
)


class Key(HttpBearer):
    """A key with one scope: `Authorization: Bearer pl_…`."""

    def __init__(self, scope: str) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(
        self,
        request: HttpRequest,  # noqa: ARG002 - ninja passes it
        token: str,
    ) -> KeyRef | None:
        """Return the key, or raise what is wrong with it."""
        return orgs.check_key(token, self.scope, now=clock.now())


def of(request: HttpRequest, scope: str) -> KeyRef | None:
    """Return the request's key when it has the scope, else None; for pages that need none."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not secret:
        return None
    try:
        return orgs.check_key(secret.strip(), scope, now=clock.now())
    except AppError:
        return None


def reads_the_description(request: HttpRequest) -> bool:
    """Return whether the request's key has a scope with which some of the API can be called."""
    return any(of(request, scope) for scope in _CALLERS)


def key_of(request: HttpRequest) -> KeyRef:
    """Return the key that a call was let in with."""
    return request.auth  # type: ignore[attr-defined,no-any-return]


def org_of(request: HttpRequest) -> int:
    return key_of(request).org


def purpose(request: HttpRequest) -> str:
    """Return why somebody wants to see personal values; "" when they do not say."""
    return request.headers.get(PURPOSE_HEADER, "").strip()[:_PURPOSE_LENGTH]


def actor(key: KeyRef) -> Actor:
    return Actor("key", key.id)
