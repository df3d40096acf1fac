"""Slowing down whoever guesses passwords."""

from datetime import datetime, timedelta

from postlude.console.models import LoginFailure
from postlude.kernel import ids, pseudonyms, store

WINDOW = timedelta(minutes=15)
MOST_FROM_ONE_PLACE = 30
MOST_FOR_ONE_NAME_FROM_ONE_PLACE = 5
MOST_FOR_ONE_NAME = 100


def is_blocked(username: str, place: str, *, now: datetime) -> bool:
    """Say whether this name or this place has failed too often in the last 15 minutes."""
    return any(
        LoginFailure.objects.filter(key=key, at__gt=now - WINDOW).count() >= most
        for key, most in _limits(username, place).items()
    )


def note_failure(username: str, place: str, *, now: datetime) -> None:
    """Remember a failed try, and forget the old ones."""
    rows = [(ids.new_id(), key, now) for key in _limits(username, place)]
    with store.write():
        LoginFailure.objects.filter(at__lt=now - WINDOW).delete()
        store.insert_many(LoginFailure, ("id", "key", "at"), rows)


def _limits(username: str, place: str) -> dict[str, int]:
    name = username.strip().lower()
    return {
        _key("place", place): MOST_FROM_ONE_PLACE,
        _key("name", name): MOST_FOR_ONE_NAME,
        _key("both", f"{name}\0{place}"): MOST_FOR_ONE_NAME_FROM_ONE_PLACE,
    }


def _key(kind: str, value: str) -> str:
    return pseudonyms.pseudonym(0, f"login-{kind}", value)
