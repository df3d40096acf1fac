"""What `postlude doctor` asks of rewards: do the books of the points agree with themselves?"""

from postlude.kernel.doctor import Finding
from postlude.orgs import api as orgs
from postlude.rewards.points.auditing import check_points

_FIX = "keep a backup as it is now, and report it: nothing that Postlude does makes such a row"


def doctor(online: bool = False) -> list[Finding]:  # noqa: ARG001, FBT001, FBT002 - a check's shape
    """Return a finding per disagreement, or one that all sums are right."""
    found: list[Finding] = []
    for org in orgs.all_orgs():
        found += [
            Finding(f"points of {org.slug}", "problem", f"{each.what}: {each.number}", _FIX)
            for each in check_points(org.id)
        ]
    return found or [Finding("points", "ok", "every sum is what the journal says")]
