"""What `wiring` runs again and again for this room."""

from datetime import timedelta

from postlude.channels import announcing, delivery
from postlude.channels.klaviyo import polling
from postlude.channels.reconciliation import reconcile_late, reconcile_unknown
from postlude.kernel import clock
from postlude.kernel.jobs import Budget, Job
from postlude.messages import api as messages

URGENT_LANES = (0, 1)
BULK_LANES = (2,)


def deliver(budget: Budget) -> int:
    """Send what is due in every lane."""
    return delivery.deliver(budget)


def deliver_urgent(budget: Budget) -> int:
    """Send what is due in the lanes that people wait for."""
    return delivery.deliver(budget, lanes=URGENT_LANES)


def deliver_bulk(budget: Budget) -> int:
    """Send what is due in the bulk lane."""
    return delivery.deliver(budget, lanes=BULK_LANES)


def recover(_budget: Budget) -> int:
    """Take up what a dead worker left behind; return how many messages changed."""
    done = messages.recover(clock.now())
    return done.requeued + done.unknown + done.repeated + done.expired + done.cancelled


JOBS = (
    Job("channels.deliver", deliver, "deliver"),
    Job("channels.recover", recover, "deliver", every=timedelta(seconds=5)),
    Job("channels.announce", announcing.dispatch, "bulk"),
    Job(
        "channels.poll_reports",
        polling.poll_reports,
        "receipts",
        every=polling.EVERY,
        exclusive=True,
    ),
    Job(
        "channels.reconcile_unknown",
        reconcile_unknown,
        "housekeeping",
        every=timedelta(seconds=15),
        exclusive=True,
    ),
    Job(
        "channels.reconcile_late",
        reconcile_late,
        "housekeeping",
        every=timedelta(hours=1),
        exclusive=True,
    ),
)
LANED_JOBS = {
    "urgent": Job("channels.deliver_urgent", deliver_urgent, "deliver"),
    "bulk": Job("channels.deliver_bulk", deliver_bulk, "bulk"),
}
