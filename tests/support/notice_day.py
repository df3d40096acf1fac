"""A restaurant's day at noon: customers who are due, a worker that lives it, and what there is after.

Everything here happens inside a child of `killed_worker`, on a clock that is ahead of the machine's
so that it is noon in Moscow, of a day in autumn. The playbook is the shipped one, with a hold-out and a faster
sender.
"""

import contextlib
import io
import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Sum

from postlude.journeys import api as journeys
from postlude.journeys.models import Cycle, Mark, Portion, Run, SendAttempt, Turn
from postlude.journeys.recurring import freezing
from postlude.kernel import clock, store
from postlude.messages.models import Message, Sender
from postlude.orders.models import Buyer
from postlude.orgs import api as orgs
from postlude.people.models import Address, Consent
from postlude.people.types import Actor
from postlude.playbooks import api as playbooks
from postlude.rewards import api as rewards
from postlude.rewards.models import Entry, Lot
from postlude.rewards.types.points import Give
from postlude.wiring import invented_chain, processes, registry
from postlude.wiring.cli import commands
from postlude.wiring.remaining import waiting

NOON = datetime(2026, 9, 2, 9, tzinfo=UTC)  # in Moscow
HOLD_OUT = 3  # per cent
_PUBLISHED = NOON - timedelta(hours=23)
_POINTS, _EVERY = 30, 6  # every sixth customer has some
_PLAYBOOK = Path(__file__).resolve().parents[2] / "playbooks" / "restaurant.yaml"
_SEES_ITS_END_S = 0.2
THREADS = ("jobs-bulk",)  # what runs notices, for whoever is to die at a statement of it
_FIRST = 500
_BRANCHES = 4
_ACTOR = Actor("cli", "test")


class Ahead:
    """The machine's clock, some time ahead."""

    def __init__(self, seconds: float) -> None:
        self._delta = timedelta(seconds=seconds)
        self._system = clock.SystemClock()

    def now(self) -> datetime:
        return self._system.now() + self._delta


def seed(people: int, window: int, home: Path) -> int:
    """Apply the playbook, invent customers who have ordered for two months, give some points."""
    text = _PLAYBOOK.read_text(encoding="utf-8")
    for plain, changed in (
        ("    once_per: inactivity\n", f"    once_per: inactivity\n    hold_out: {HOLD_OUT}\n"),
        ("    key: ${GATEWAY_KEY}\n", "    key: ${GATEWAY_KEY}\n    rate: 2000\n"),
    ):
        assert text.count(plain) == 1, plain
        text = text.replace(plain, changed)
    file = home / "restaurant.yaml"
    file.write_text(text, encoding="utf-8")
    registry.register_all()
    with clock.use(clock.FrozenClock(_PUBLISHED)) as now:
        registry.at_start()
        playbooks.apply(file, org=None, actor=_ACTOR, now=now.now())
    Sender.objects.update(window=window)
    org = orgs.all_orgs()[0]
    for number in range(_BRANCHES):  # all at home, so that noon comes once
        orgs.add_branch(org.id, f"branch-{number}", f"Branch {number}")
    # Early on the day itself, so that some deliveries of the last hours are asked about at noon.
    invented = NOON - timedelta(hours=1)
    with clock.use(clock.FrozenClock(invented)):
        # A database that knows nothing of its tables reads all of them for each customer.
        for many in sorted({min(people, _FIRST), people}):
            invented_chain.invent(org, seed=7, customers=many, days=60, now=invented)
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
        contacts = sorted(Buyer.objects.values_list("contact", flat=True))
        gives = [Give(f"seed:{each}", each, _POINTS, "order") for each in contacts[::_EVERY]]
        for some in store.chunks(gives, 2_000):
            rewards.give_many(org.id, some, now=invented)
    return 0


def live(ahead_s: float, portion: int) -> int:
    """Be a worker until the day's runs are over and nothing is left to do."""
    freezing.PORTION = portion
    freezing.PAGE = 4 * portion
    registry.register_all()
    with clock.use(Ahead(ahead_s)):
        threading.Thread(target=end_when, args=(done,), daemon=True).start()
        processes.worker(lanes=("urgent", "bulk"))
    return 0


def end_when(is_done: Callable[[], bool]) -> None:
    """Ask this process to end as soon as all is done."""
    while not is_done():
        time.sleep(_SEES_ITS_END_S)
    os.kill(os.getpid(), signal.SIGTERM)


def done() -> bool:
    """Say whether both notices of noon have run and nothing waits."""
    over = Run.objects.filter(finished_at__isnull=False).values("journey").distinct().count()
    return over == 2 and not waiting()


def phase() -> str:
    """Say where the day stands, in one word."""
    runs = list(Run.objects.all())
    if not runs:
        return "beginning"
    if any(run.frozen_at is None for run in runs):
        return "freezing"
    if Portion.objects.exists() or any(run.finished_at is None for run in runs):
        return "serving"
    if Message.objects.filter(state="queued").exists():
        return "sending"
    return "settling"


def look(ahead_s: float) -> dict[str, Any]:
    """Return the plain facts of everybody, and what Postlude says of itself."""
    registry.register_all()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # the report reads what came within a minute
    with clock.use(Ahead(ahead_s)):
        org = orgs.all_orgs()[0].id
        return {
            "people": _people(org),
            "attempts": _attempts(org),
            "feedback": _feedback(org),
            "marks": _marks(org),
            "turns": dict(Turn.objects.values_list("selection", "turns")),
            "grants": list(_grants(org)),
            "reversed": _reversed(org),
            "points": _points(org),
            "books disagree": [str(each) for each in rewards.check_points(org)],
            "runs": [_run(each) for each in journeys.runs(org, "invite")],
            "cycles": list(
                Cycle.objects.filter(journey__slug="invite").values_list("entered", flat=True)
            ),
            "left": waiting() + Portion.objects.count(),
            "shown": _shown("journeys", "show", "invite")["runs"],
            "reported": _shown("report", "notices", "--kind", "invite")["total"]["unknown"],
        }


def _people(org: int) -> dict[str, dict[str, Any]]:
    """Return who has ordered: the phone, the last order, and whether they said yes to texts."""
    phones = dict(
        Address.objects.filter(org=org, kind="phone", until=None).values_list("contact_id", "value")
    )
    yes = set(
        Consent.objects.filter(channel="sms", granted=True).values_list("contact_id", flat=True)
    )
    rich = set(Entry.objects.filter(key__startswith="seed:").values_list("contact", flat=True))
    return {
        str(contact): {
            "phone": phones[contact].replace("+7", "8", 1),
            "selection": _selection(last),
            "yes": contact in yes,
            "points": _POINTS if contact in rich else 0,
        }
        for contact, last in Buyer.objects.filter(org=org).values_list("contact", "last_at")
        if last is not None
    }


def _selection(last: datetime) -> str:
    """Read the playbook plainly: more than 2 weeks ago is short, more than 4 is long."""
    three_months = NOON.replace(month=NOON.month - 3)
    two, four = NOON - timedelta(weeks=2), NOON - timedelta(weeks=4)
    if four < last < two:
        return "short"
    return "long" if three_months < last < four else ""


def _attempts(org: int) -> list[dict[str, Any]]:
    """Return what became of each person of the run, with the message, if there is one."""
    messages = {
        each["id"]: each
        for each in Message.objects.filter(org=org).values(
            "id", "key", "state", "reason", "context"
        )
    }
    rows = SendAttempt.objects.filter(org=org, execution__cycle__journey__slug="invite")
    found = rows.order_by("id").values("contact", "outcome", "reason", "message", "execution__node")
    return [
        {
            "contact": each["contact"],
            "selection": each["execution__node"].partition(".")[2],
            "outcome": each["outcome"],
            "reason": each["reason"],
            "message": messages.pop(each["message"], None),
        }
        for each in found
    ]


def _feedback(org: int) -> dict[str, Any]:
    """Return how the orders that are asked about fared, and of how many each person was asked."""
    rows = SendAttempt.objects.filter(org=org, execution__cycle__journey__slug="feedback")
    fates = Counter(
        "unknown" if reason == "unknown" else outcome
        for outcome, reason in rows.values_list("outcome", "reason")
    )
    return {
        **{fate: fates[fate] for fate in ("sent", "unknown", "failed")},
        "orders": len(set(rows.values_list("subject", flat=True))),
        "attempts": rows.count(),
        "per person": {
            str(who): n for who, n in Counter(rows.values_list("contact", flat=True)).items()
        },
    }


def _marks(org: int) -> list[list[int]]:
    rows = Mark.objects.filter(org=org, journey__slug="invite")
    return [list(each) for each in rows.values_list("contact", "id")]


def _grants(org: int) -> Iterator[dict[str, Any]]:
    ends = dict(Lot.objects.filter(org=org).values_list("entry_id", "expires_at"))
    rows = Entry.objects.filter(org=org, kind="grant").exclude(key__startswith="seed:")
    for each in rows.values("id", "key", "contact", "amount", "reason", "campaign", "at"):
        end = ends[each.pop("id")]
        yield {**each, "at": "", "lives": end - each["at"] == timedelta(days=14)}


def _reversed(org: int) -> dict[str, int]:
    """Return what was taken back, by contact."""
    rows = Entry.objects.filter(org=org, kind="reverse").values_list("contact")
    return {str(contact): total for contact, total in rows.annotate(total=Sum("amount"))}


def _points(org: int) -> dict[str, int]:
    """Return what each has now, by the entries alone."""
    rows = Entry.objects.filter(org=org).values_list("contact")
    return {
        str(contact): total for contact, total in rows.annotate(total=Sum("available")) if total
    }


def _run(fact: Any) -> dict[str, Any]:
    return {
        "state": str(fact.state),
        "selected": fact.selected,
        "passed_over": fact.passed_over,
        "left": fact.left,
        "books": {
            each.selection: {
                "entered": each.entered,
                "sent": each.sent,
                "failed": each.failed,
                "waiting": each.waiting,
                "unknown": each.unknown,
                "held_out": each.held_out,
                "blocked": sum(each.blocked.values()),
            }
            for each in fact.books
        },
    }


def _shown(*command: str) -> dict[str, Any]:
    """Return what a command prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert commands.run([*command, "--json"]) == 0
    return dict(json.loads(out.getvalue()))
