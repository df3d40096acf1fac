"""What `postlude doctor` asks of access: are the keys and links of the resources set?"""

from postlude.access.models import Resource
from postlude.kernel import environment
from postlude.kernel.doctor import Finding

_REFUSED = "mend the key or the place, then postlude access hand-back; a person lets in meanwhile"


def doctor(online: bool = False) -> list[Finding]:  # noqa: ARG001, FBT001, FBT002 - a check's shape
    """Return a finding per resource.

    Gather is not asked online: whether its old API still answers shows at the first grant, and a
    refusal there is an alert.
    """
    found: list[Finding] = []
    for row in Resource.objects.order_by("org", "key"):
        about = f"resource {row.key}"
        gone = sorted(
            {n for value in row.settings.values() for n in environment.missing(str(value))}
        )
        found += [
            Finding(about, "problem", f"{name} is not set", f"export {name}=… (or {name}_FILE)")
            for name in gone
        ]
        if row.refused_at is not None and row.active:
            found.append(
                Finding(about, "problem", f"the provider refuses us: {row.words}", _REFUSED)
            )
        elif not gone:
            found.append(Finding(about, "ok", f"{row.kind} is set up"))
    return found
