"""The organiser API: four GET calls, each safe to repeat.

What comes back is checked before it is believed: an error page is not an empty list.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from postlude.kernel import boundaries, http
from postlude.kernel.errors import N_
from postlude.sources.errors import (
    SourceBroken,
    SourceBusy,
    SourceError,
    SourceGone,
    SourceRefused,
    SourceUnreachable,
    SourceUnreadable,
    TokenRefused,
)
from postlude.sources.kktix.settings import KktixSettings

_NAME = "KKTIX"
_SECONDS = 15.0
Answer = dict[str, Any] | SourceError | None


class Organiser:
    """The account of one organiser."""

    def __init__(self, settings: KktixSettings) -> None:
        self._http = http.client(base_url=settings.resolved("url").rstrip("/"), timeout=_SECONDS)
        self._headers = {"Authorization": f"bearer {settings.resolved('token')}"}
        self._concurrency = settings.concurrency

    def events(self) -> list[dict[str, Any]]:
        """Return the events that have not ended: `id` and `name`."""
        body = self._get("/hosting_events", {"only_not_ended_event": "true"})
        events = _list(body, "data")
        if not all(isinstance(each, dict) and {"id", "name"} <= each.keys() for each in events):
            raise SourceUnreadable(source=_NAME, what=N_("an event without id or name"))
        return [{**each, "id": _number(each["id"])} for each in events]

    def attendee_ids(self, event: str) -> list[str]:
        """Return the ids of everyone on the event's first attendance book; none without a book."""
        books = self._get(
            f"/hosting_events/{event}/attendance_books", {"only_not_ended_event": "true"}
        )
        if not isinstance(books, list) or not all(isinstance(book, dict) for book in books):
            raise SourceUnreadable(source=_NAME, what=N_("something else than a list of books"))
        if not books:
            return []
        book = _number(books[0].get("id"))
        body = self._get(f"/hosting_events/{event}/attendance_books/{book}", {})
        entries = _list(body, "signin_status")
        if not all(isinstance(entry, list) and entry for entry in entries):
            raise SourceUnreadable(source=_NAME, what=N_("a list of attendees without ids"))
        return [_number(entry[0]) for entry in entries]

    def attendee(self, event: str, attendee: str) -> dict[str, Any] | None:
        """Return one attendee's record, or None when there is none (any more)."""
        try:
            body = self._get(f"/hosting_events/{event}/attendees/{attendee}", {})
        except SourceGone:
            return None
        if not isinstance(body, dict) or str(body.get("id")) != attendee or "order_no" not in body:
            raise SourceUnreadable(source=_NAME, what=N_("something else than the attendee"))
        return body

    def attendees(
        self, event: str, ids: Sequence[str], *, alive: Callable[[], object]
    ) -> dict[str, Answer]:
        """Return the records of many, a few calls at a time; a failed one is its error.

        Nothing more is asked once KKTIX has said that it is too much, or that the token is wrong.
        `alive` is called after each answer.
        """
        stopped: list[SourceError] = []

        def one(attendee: str) -> Answer:
            if stopped:
                return stopped[0]
            try:
                return self.attendee(event, attendee)
            except (SourceBusy, TokenRefused) as error:
                stopped.append(error)
                return error
            except SourceError as error:
                return error

        answers: dict[str, Answer] = {}
        with ThreadPoolExecutor(self._concurrency, "kktix") as pool:
            for attendee, answer in zip(ids, pool.map(one, ids), strict=True):
                answers[attendee] = answer
                alive()
        return answers

    def _get(self, path: str, params: dict[str, str]) -> Any:
        boundaries.crossing("sources.kktix_asking")
        try:
            response = self._http.get(path, params=params, headers=self._headers)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise SourceUnreachable(source=_NAME, what=http.words(error)) from None
        boundaries.crossing("sources.kktix_answered")
        _refuse(response)
        try:
            return response.json()
        except (ValueError, RecursionError):
            html = response.text.lstrip()[:1] == "<"
            what = N_("a web page instead of data") if html else N_("data that is cut off")
            raise SourceUnreadable(source=_NAME, what=what) from None


def _refuse(response: httpx.Response) -> None:
    """Raise the error that a status stands for."""
    status = response.status_code
    if status == 401:  # noqa: PLR2004 - HTTP
        raise TokenRefused(source=_NAME, what="401")
    if status == 403:  # noqa: PLR2004 - HTTP
        page = "text/html" in response.headers.get("content-type", "")
        hint = N_("A firewall stands between us and KKTIX: ask them to allow this address.")
        raise SourceRefused(
            source=_NAME,
            what=N_("403 with a web page") if page else "403",
            hint=hint if page else None,
        )
    if status == 404:  # noqa: PLR2004 - HTTP
        raise SourceGone(source=_NAME, what="404")
    if status == 429:  # noqa: PLR2004 - HTTP
        raise SourceBusy(
            source=_NAME, what=N_("429 (too many requests)"), retry_after=http.retry_after(response)
        )
    if status >= 300:  # noqa: PLR2004 - HTTP; redirects are nobody's contract
        raise SourceBroken(source=_NAME, what=str(status))


def _list(body: Any, key: str) -> list[Any]:
    found = body.get(key) if isinstance(body, dict) else None
    if not isinstance(found, list):
        raise SourceUnreadable(source=_NAME, what=f"something without “{key}”")
    return found


def _number(given: Any) -> str:
    """Return an id as text; it becomes part of a path, so it is nothing but a number."""
    text = str(given)
    if not (text.isascii() and text.isdecimal() and len(text) < 20):  # noqa: PLR2004 - a bigint
        raise SourceUnreadable(source=_NAME, what=N_("an id that is no number"))
    return text
