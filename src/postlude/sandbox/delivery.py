"""Posting webhooks as vendors do: at least once, retried on a schedule, sometimes twice or late."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx

from postlude.kernel import http
from postlude.sandbox.now import now

_HELD_AT_MOST_S = 1.0


@dataclass(slots=True)
class Delivery:
    """One webhook body on its way, and how each attempt went (a status, or the error's name)."""

    number: int
    event: str
    url: str
    body: bytes
    headers: dict[str, str]
    at: str = field(default_factory=lambda: now().isoformat())
    attempts: list[int | str] = field(default_factory=list)
    state: Literal["pending", "delivered", "refused", "failed"] = "pending"

    def shown(self) -> dict[str, object]:
        """The delivery for the control API."""
        body = self.body.decode()
        return {
            "number": self.number,
            "event": self.event,
            "at": self.at,
            "state": self.state,
            "attempts": list(self.attempts),
            "body": body,
        }


class WebhookSender:
    """Sends deliveries in the background, `lanes` at a time; one lane keeps their order.

    A 2xx ends it, a status in `refusals` ends it for good, anything else waits for the next
    interval; when the intervals are used up the delivery is failed.
    """

    def __init__(self, *, lanes: int = 1, refusals: frozenset[int] = frozenset()) -> None:
        self._lanes = lanes
        self._refusals = refusals
        self._client: httpx.AsyncClient | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(lanes)
        self._held: tuple[Delivery, Sequence[float], int] | None = None
        self.log: deque[Delivery] = deque(maxlen=20_000)
        self.sent = 0

    def post(  # noqa: PLR0913 - a delivery has these parts
        self,
        *,
        event: str,
        url: str,
        body: bytes,
        headers: dict[str, str],
        retries_s: Sequence[float],
        copies: int = 1,
        hold: bool = False,
    ) -> None:
        """Send soon. `copies` repeats the very same body; `hold` lets the next one overtake it."""
        self.sent += 1
        delivery = Delivery(self.sent, event, url, body, headers)
        self.log.append(delivery)
        if hold and self._held is None:
            self._held = (delivery, retries_s, copies)
            self._spawn(self._release_later(delivery))
            return
        self._launch(delivery, retries_s, copies)
        self._release()

    def clear(self) -> None:
        """Forget the log and drop what has not been sent."""
        self._held = None
        for task in self._tasks:
            task.cancel()
        self.log.clear()

    async def stop(self) -> None:
        """Cancel what is in flight and close the connections."""
        tasks = list(self._tasks)
        self.clear()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _launch(self, delivery: Delivery, retries_s: Sequence[float], copies: int) -> None:
        for _ in range(copies):
            self._spawn(self._deliver(delivery, retries_s))

    def _release(self) -> None:
        if self._held is not None:
            held, self._held = self._held, None
            self._launch(*held)

    async def _release_later(self, delivery: Delivery) -> None:
        await asyncio.sleep(_HELD_AT_MOST_S)
        if self._held is not None and self._held[0] is delivery:
            self._release()

    async def _deliver(self, delivery: Delivery, retries_s: Sequence[float]) -> None:
        for wait_s in (0.0, *retries_s):
            await asyncio.sleep(wait_s)
            async with self._room:
                outcome = await self._attempt(delivery)
            delivery.attempts.append(outcome)
            if isinstance(outcome, int) and httpx.codes.is_success(outcome):
                delivery.state = "delivered"
                return
            if outcome in self._refusals:
                delivery.state = "refused"
                return
        if delivery.state == "pending":
            delivery.state = "failed"

    async def _attempt(self, delivery: Delivery) -> int | str:
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=10, trust_env=False, verify=http.trust())
        try:
            answer = await self._client.post(
                delivery.url, content=delivery.body, headers=delivery.headers
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return type(error).__name__
        return answer.status_code
