"""API keys: who calls, and what the key's scopes reach."""

from django.http import HttpRequest
from ninja.security import HttpBearer

from postlude.kernel import clock
from postlude.kernel.errors import AppError
from postlude.orgs import api as orgs
from postlude.orgs.types import KeyRef
from postlude.people.types import Actor

PURPOSE_HEADER = "X-Purpose"


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


def actor(key: KeyRef) -> Actor:
    return Actor("key", key.id)
