from datetime import timedelta

from postlude.chatops import answering, requests
from postlude.chatops import notify as queue
from postlude.chatops import watch as watching
from postlude.chatops.commands.catalogue import ANSWERED_SLOWLY, ANSWERED_SOON
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


def answer(budget: Budget) -> int:
    """Answer the team's commands."""
    return answering.answer_all(budget.spent, commands=ANSWERED_SOON)


def answer_slowly(budget: Budget) -> int:
    """Answer the commands that wait for an outside service."""
    return answering.answer_all(budget.spent, commands=ANSWERED_SLOWLY)


def sweep(budget: Budget) -> int:
    """Let questions expire to which nobody said yes."""
    return requests.sweep(budget.now())


JOBS = (
    Job("chatops.watch", watch, "housekeeping", every=timedelta(seconds=15), exclusive=True),
    Job("chatops.notify", notify, "housekeeping"),
    Job("chatops.forget", forget, "housekeeping", every=timedelta(days=1)),
    # In a thread of its own: somebody looks at a screen and waits.
    Job("chatops.answer", answer, "chat"),
    # With the polls, which it is one of.
    Job("chatops.answer_slowly", answer_slowly, "sources"),
    Job("chatops.sweep", sweep, "housekeeping", every=timedelta(minutes=1)),
)
