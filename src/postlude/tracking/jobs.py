"""When clicks are judged: half an hour after, and whenever a fact comes that may speak for one."""

from datetime import timedelta

from postlude.activity import api as activity
from postlude.kernel import clock, store, work
from postlude.kernel.jobs import Budget, Job
from postlude.kernel.work import WorkBatch
from postlude.people import api as people
from postlude.tracking import candidates, windows
from postlude.tracking.consenting import forget_counted
from postlude.tracking.judging import by_org, judge

LANE = "touches"
_BATCH = 500
# The seed asks hourly. A verdict that cannot change any more may as well be said at once.
_EVERY = timedelta(minutes=5)


def judge_due(budget: Budget) -> int:
    """Say of every click of half an hour ago or longer whether it was human; return how many.

    What is said is waited for no more, so that a run that was cut off goes on where it was.
    """
    now, done = budget.now(), 0
    while not budget.spent():
        rows = store.rows_sql(
            "SELECT org_id, touch FROM tracking_unjudged WHERE at <= %s "
            "ORDER BY at, touch LIMIT %s",
            [now - windows.SETTLES, _BATCH],
        )
        for org, touches in sorted(by_org(rows).items()):
            judge(org, touches, now=now)
        done += len(rows)
        if len(rows) < _BATCH:
            break
    return done


def on_order_told(batch: WorkBatch) -> None:
    """An order came: try the clicks of the three days before, so that it is credited soon."""
    found = candidates.of_orders(batch.org, [int(key) for key in batch.keys])
    judge(batch.org, found, now=clock.now(), only_true=True)


def on_activity_late(batch: WorkBatch) -> None:
    """Somebody was on the site, as we hear only now: that may speak for a click."""
    seen = activity.activities(batch.org, batch.keys).values()
    found = candidates.of_activities(batch.org, [(each.visitor, each.at) for each in seen])
    judge(batch.org, found, now=clock.now(), only_true=True)


def on_visitors_known(batch: WorkBatch) -> None:
    """A browser is somebody's from now on, with all it did: that may speak for their clicks."""
    known = people.contacts_of_visitors(batch.org, [int(key) for key in batch.keys])
    _judge_contacts(batch.org, {each for each in known.values() if each is not None})


def on_contacts_joined(batch: WorkBatch) -> None:
    """Two contacts are one person: what either did speaks for the clicks of both."""
    _judge_contacts(batch.org, {int(key) for key in batch.keys})


def on_contacts_parted(batch: WorkBatch) -> None:
    """Two persons were taken for one: what the other did speaks for a click no more."""
    found = candidates.of_contacts(batch.org, {int(key) for key in batch.keys})
    judge(batch.org, found, now=clock.now(), only_true=True, again=True)


def _judge_contacts(org: int, contacts: set[int]) -> None:
    if contacts:
        judge(org, candidates.of_contacts(org, contacts), now=clock.now(), only_true=True)


JOBS = [
    Job("tracking.news", lambda budget: work.drain(budget.spent, lane=LANE), "bulk"),
    Job("tracking.judge", judge_due, "housekeeping", every=_EVERY, exclusive=True),
    Job(
        "tracking.forget_counted",
        forget_counted,
        "housekeeping",
        every=timedelta(hours=6),
        exclusive=True,
    ),
]
