"""The job of the ledger."""

from datetime import timedelta

from postlude.kernel.jobs import Job
from postlude.rewards.points.sweeping import sweep_points

POINTS_JOBS = (
    Job("rewards.sweep_points", sweep_points, "housekeeping", timedelta(minutes=1), exclusive=True),
)
