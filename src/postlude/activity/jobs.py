"""What happens to activity by time."""

from datetime import timedelta

from postlude.activity.counting import forget_counted
from postlude.kernel.jobs import Job

JOBS = [
    Job(
        "activity.forget_counted",
        forget_counted,
        "housekeeping",
        every=timedelta(hours=6),
        exclusive=True,
    )
]
