"""Announcements: decided at once for everybody, then taken along by a job, step by step."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol, cast

from postlude.channels import registry
from postlude.channels.errors import CannotAnnounce, Failed, Wait
from postlude.channels.types import Announcement
from postlude.kernel import boundaries, clock
from postlude.kernel.errors import AppError
from postlude.kernel.jobs import Budget
from postlude.kernel.redact import cut
from postlude.kernel.work import OWNER
from postlude.messages import api as messages
from postlude.messages.types import (
    DispatchFact,
    DispatchState,
    Klass,
    Leased,
    NewDispatch,
    Outcome,
    SenderConfig,
)
from postlude.orders import api as orders
from postlude.orgs import api as orgs

_log = logging.getLogger(__name__)
KEY = "announcement:"  # of each of its messages
PAGE = 500
# What takes time is done before the time to send, yet late enough that consents are fresh.
PREPARES = timedelta(minutes=30)
_FIRST_REST_S, _LONGEST_REST_S = 5.0, 300.0
_SETTINGS_REST = timedelta(minutes=5)

Progress = Callable[[int, int], None]


class TakesLots(Protocol):
    """A channel whose traits say `takes_whole_lots`."""

    @property
    def first_step(self) -> str: ...

    def advance(
        self, sender: SenderConfig, it: DispatchFact, *, now: datetime
    ) -> DispatchFact | None: ...


def announce(
    org: int, wanted: Announcement, *, now: datetime, progress: Progress | None = None
) -> DispatchFact:
    """Write an announcement to everybody who holds a ticket now; the job sends it.

    A name is used once: the same call again finishes what was begun and changes nothing else.
    Raises CannotAnnounce with what to do, UnknownSender, UnknownTemplate, NotSplittable.
    """
    sender = messages.sender(org, wanted.sender)
    channel = _lot_taker(sender)
    version = messages.template(org, wanted.template)
    locale = wanted.locale or orgs.get(org).locale
    messages.in_pieces(org, version.id, locale)
    conference = _conference(org, wanted.conference)
    if wanted.send_at is not None and wanted.send_at <= now:
        raise CannotAnnounce(problem="the time to send is over", hint="Give a time to come.")
    it = messages.start_dispatch(
        org,
        NewDispatch(
            key=wanted.name,
            sender=sender.id,
            klass=Klass(wanted.klass),
            template_version=version.id,
            locale=locale,
            actor=wanted.actor,
            context={"conference": conference, "tickets": []},
            send_at=wanted.send_at,
            prepare_at=_prepare_at(wanted.send_at, now),
        ),
        now=now,
    )
    _same(it, sender, version.id, conference)
    if it.state is not DispatchState.GATHERING:
        return it
    return _gather(it, channel, now=now, progress=progress)


def _prepare_at(send_at: datetime | None, now: datetime) -> datetime:
    return now if send_at is None else max(now, send_at - PREPARES)


def _same(it: DispatchFact, sender: SenderConfig, version: int, conference: int) -> None:
    if (it.sender, it.template_version, it.context.get("conference")) != (
        sender.id,
        version,
        conference,
    ):
        raise CannotAnnounce(
            problem=f"{it.key} was used for another announcement", hint="Give it another name."
        )


def _gather(
    it: DispatchFact, channel: TakesLots, *, now: datetime, progress: Progress | None
) -> DispatchFact:
    conference = int(it.context["conference"])
    after = written = 0
    while True:
        contacts = orders.holders(it.org, conference, after=after, limit=PAGE)
        if not contacts:
            break
        written += messages.add_to_dispatch(it, contacts, now=now)
        after = contacts[-1]
        if progress is not None:
            progress(written, written)
    if not written:
        messages.cancel_dispatch(it.org, it.key, actor="nobody holds a ticket", now=now)
        raise CannotAnnounce(
            problem="nobody holds a ticket", hint="Check the conference: `postlude sync` first."
        )
    return messages.freeze_dispatch(it, step=channel.first_step)


def _conference(org: int, slug: str) -> int:
    known = orders.conferences(org)
    for each in known:
        if each.slug == slug:
            return each.id
    names = ", ".join(each.slug for each in known) or "there is none yet"
    raise CannotAnnounce(problem=f"there is no conference {slug}", hint=f"One of: {names}.")


def _lot_taker(sender: SenderConfig) -> TakesLots:
    channel = registry.get(sender.channel)
    if not channel.traits.takes_whole_lots:
        raise CannotAnnounce(
            problem=f"the sender {sender.slug} sends message by message",
            hint="Name a sender with `via: klaviyo` and `path: campaign`.",
        )
    return cast("TakesLots", channel)


def no_longer_holds(org: int, leased: Sequence[Leased]) -> dict[int, str]:
    """Veto a message of an announcement to somebody whose ticket is gone; see messages.vetoes."""
    stopped: dict[int, str] = {}
    for conference in {int(it.context.get("conference") or 0) for it in leased}:
        about = [it for it in leased if it.context.get("conference") == conference]
        held = orders.valid_tickets_of(org, [it.contact for it in about], conference)
        stopped |= {it.message: "no ticket any more" for it in about if it.contact not in held}
    return stopped


# -- the job --------------------------------------------------------------------------------------


def dispatch(budget: Budget) -> int:
    """Take announcements that are due further along; return how many steps were done."""
    done = 0
    while not budget.spent():
        it = messages.take_dispatch(_senders(), owner=OWNER, now=budget.now())
        if it is None:
            return done
        boundaries.crossing("channels.announcement_taken")
        done += _walk(it, budget)
    return done


def _senders() -> set[int]:
    lots = {name for name in registry.names() if registry.get(name).traits.takes_whole_lots}
    if not lots:
        return set()
    return {
        status.id
        for org in orgs.all_orgs()
        for status in messages.senders(org.id)
        if status.channel in lots
    }


def _walk(it: DispatchFact, budget: Budget) -> int:
    """Do steps until one has to wait; a trouble of one announcement is its own."""
    steps = 0
    sender = messages.sender_by_id(it.sender)
    channel = _lot_taker(sender)
    current: DispatchFact | None = it
    try:
        while current is not None and not budget.spent():
            it = current
            current = channel.advance(sender, it, now=clock.now())
            steps += 1
        if current is not None:
            messages.let_go_of_dispatch(current, due=clock.now())
    except Wait as wait:
        _rest(it, wait)
    except Failed as failed:
        _give_up(it, str(failed))
    except AppError as error:
        if error.code == "messages.dispatch_lost":
            return steps
        _log.error("an announcement waits", extra={"dispatch": it.id, "code": error.code})
        words = cut(f"{error.text()} {error.hint}")
        messages.let_go_of_dispatch(it, due=clock.now() + _SETTINGS_REST, reason=words)
    return steps


def _give_up(it: DispatchFact, words: str) -> None:
    outcome = Outcome(message=0, kind="failed", words=words)
    try:
        messages.finish_dispatch(it, DispatchState.FAILED, outcome, reason=words, now=clock.now())
    except AppError as error:
        if error.code != "messages.dispatch_lost":  # then somebody else goes on with it
            raise


def _rest(it: DispatchFact, wait: Wait) -> None:
    grown = min(_LONGEST_REST_S, _FIRST_REST_S * 2 ** min(it.failures, 10))
    due = wait.due or clock.now() + timedelta(seconds=grown)
    messages.let_go_of_dispatch(it, due=due, reason=wait.reason, failed=wait.failed)
