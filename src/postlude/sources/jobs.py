"""What `wiring` runs again and again for this room."""

from datetime import timedelta

from postlude.kernel.jobs import Job
from postlude.sources.accounts import poll_due

# Looks every few seconds; each source has an interval of its own (2 minutes by default).
JOBS = (Job("sources.poll", poll_due, "sources", every=timedelta(seconds=2), exclusive=True),)
