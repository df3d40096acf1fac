"""Playing a sale through the KKTIX simulator: all of it fast, then a trickle that never ends."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from postlude.sandbox.kktix.box_office import Buyer, TicketSale
from postlude.sandbox.kktix.simulator import Kktix
from postlude.sandbox.now import epoch
from postlude.sandbox.sale.generate import generate_sale
from postlude.sandbox.sale.load import load_sale
from postlude.sandbox.sale.people import Crowd
from postlude.sandbox.sale.rows import Sale
from postlude.sandbox.sale.script import Step, script

_BREATH_S = 0.01
_AT_ONCE = 200


class ReplayCall(BaseModel):
    """What to play and how fast.

    The sale: `attendees` and `orders` (files), or `orders_generated` (how many to make up), else
    the usual choice. The pace: `speed` (sale seconds per second), or `per_minute` (evenly), else
    all of it within `duration_s`. Then a new sale every `trickle_every_s`, of which a share is
    refunded later; without it the replay ends. `times` is what buyers' payment times say.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    attendees: Path | None = None
    orders: Path | None = None
    orders_generated: int | None = Field(default=None, ge=1, le=100_000)
    seed: int = 0
    speed: float | None = Field(default=None, gt=0)
    per_minute: float | None = Field(default=None, gt=0)
    duration_s: float = Field(default=20, ge=0)
    webhook: bool = True
    times: Literal["now", "original"] = "now"
    trickle_every_s: float | None = Field(default=None, gt=0)
    trickle_refunds: float = Field(default=0.1, ge=0, le=1)

    def sale(self) -> Sale:
        """The sale this call means."""
        if self.orders_generated is not None:
            return generate_sale(self.seed, self.orders_generated)
        return load_sale(self.attendees, self.orders, self.seed)


class Replay:
    """One run of a sale. `shown()` says how far it is."""

    def __init__(self, kktix: Kktix, call: ReplayCall) -> None:
        self._kktix = kktix
        self._call = call
        self._sale = call.sale()
        self._steps = script(self._sale)
        self._played = 0
        self._trickled = 0
        self._state = "selling"
        self._error: str | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen."""
        return self._task is None or self._task.done()

    def start(self) -> None:
        """Put the events on sale and begin."""
        for event in self._sale.events:
            self._kktix.office.add_event(name=event.name, slug=event.slug)
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """End at once."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def shown(self) -> dict[str, object]:
        """Progress for the control API."""
        return {
            "state": self._state,
            "origin": self._sale.origin,
            "events": [event.slug for event in self._sale.events],
            "steps": len(self._steps),
            "played": self._played,
            "trickled": self._trickled,
            "error": self._error,
        }

    async def _run(self) -> None:
        try:
            await self._sell_everything()
            self._state = "trickling" if self._call.trickle_every_s else "done"
            if self._call.trickle_every_s:
                await self._trickle(self._call.trickle_every_s)
        except Exception as error:
            self._state, self._error = "failed", f"{type(error).__name__}: {error}"
            raise

    async def _sell_everything(self) -> None:
        began = time.monotonic()
        for step, due_s in zip(self._steps, self._pace(), strict=True):
            ahead_s = due_s - (time.monotonic() - began)
            # Short waits are saved up: the sleep of an event loop is not that fine.
            if ahead_s > _BREATH_S or self._played % _AT_ONCE == 0:
                await asyncio.sleep(max(0.0, ahead_s))
            self._play(step)
            self._played += 1

    def _pace(self) -> list[float]:
        call, steps = self._call, self._steps
        if call.per_minute is not None:
            return [index * 60 / call.per_minute for index in range(len(steps))]
        first = steps[0].at if steps else None
        offsets = [(step.at - first).total_seconds() for step in steps if first is not None]
        whole = max(offsets, default=0.0) or 1.0
        speed = call.speed or (whole / call.duration_s if call.duration_s else float("inf"))
        return [offset / speed for offset in offsets]

    def _play(self, step: Step) -> None:
        office = self._kktix.office
        at = step.at.timestamp() if self._call.times == "original" else epoch()
        if step.verb in ("cancel", "refund"):
            order = office.order(step.order_no)
            office.cancel(order, refund=step.verb == "refund")
            if self._call.webhook and order.is_paid:
                self._kktix.notify(order, "order_cancelled")
            return
        order = office.sell(
            office.event(step.event),
            step.buyer,
            step.tickets,
            paid=step.verb == "sell",
            payment_method=step.payment_method,
            paid_at=at,
            order_no=step.order_no,
        )
        if self._call.webhook and order.is_paid:
            self._kktix.notify(order, "order_activated_paid")

    async def _trickle(self, every_s: float) -> None:
        chance = random.Random(f"trickle/{self._call.seed}")
        crowd = Crowd(chance, mark="t")
        office = self._kktix.office
        event = office.event(self._sale.individual.slug)
        recent: list[int] = []
        while True:
            await asyncio.sleep(every_s * (0.5 + chance.random()))
            person = crowd.person()
            buyer = Buyer(name=person.name, email=person.email, mobile=person.mobile)
            ticket = TicketSale(price=1290, data=[("Nickname / 暱稱", person.nickname)])
            order = office.sell(event, buyer, [ticket])
            recent.append(order.no)
            self._trickled += 1
            if self._call.webhook:
                self._kktix.notify(order, "order_activated_paid")
            if chance.random() < self._call.trickle_refunds and len(recent) > 1:
                refunded = office.order(recent.pop(chance.randrange(len(recent) - 1)))
                office.cancel(refunded, refund=True)
                if self._call.webhook:
                    self._kktix.notify(refunded, "order_cancelled")
