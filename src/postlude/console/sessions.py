"""Sessions in the database, written in turn with everything else.

Django's own engine writes whenever a response is ready. On SQLite, where one pen is handed round,
that is somebody who reaches for it out of turn, and finds it taken once too often in a rush.
"""

from django.contrib.sessions.backends.db import SessionStore as InDatabase

from postlude.kernel import store


class SessionStore(InDatabase):
    """What `SESSION_ENGINE` names."""

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's signature
        """Write the session, as a transaction of its own or as part of the present one."""
        with store.write():
            super().save(must_create)

    def delete(self, session_key: str | None = None) -> None:
        """Forget a session."""
        with store.write():
            super().delete(session_key)

    @classmethod
    def clear_expired(cls) -> None:
        """Forget those that are over."""
        with store.write():
            super().clear_expired()
