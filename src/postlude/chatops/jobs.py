from datetime import timedelta

from postlude.chatops import notify as queue
from postlude.chatops import watch as watching
from postlude.kernel.jobs import Budget, Job


def watch(budget: Budget) -> int:
    """Look at every organisation and keep its alerts."""
    return watching.watch_all(budget.now())


def notify(budget: Budget) -> int:
    """Tell the team what is in the queue."""
    return queue.notify(budget.spent)


def forget(budget: Budget) -> int:
    """Delete alerts that are long over."""
    return watching.forget(budget.now())


JOBS = (
    Job("chatops.watch", watch, "housekeeping", every=timedelta(seconds=15), exclusive=True),
    Job("chatops.notify", notify, "housekeeping"),
    Job("chatops.forget", forget, "housekeeping", every=timedelta(days=1)),
)
