"""What `postlude doctor` asks of the warehouse: may we write, is it there, what waits."""

from postlude.kernel.doctor import Finding
from postlude.warehouse import backend
from postlude.warehouse.models import LoaderState


def doctor(online: bool = False) -> list[Finding]:  # noqa: FBT001, FBT002 - the shape of a check
    """Return what there is to say of the back end, and of the last try to load."""
    found = backend.configured().examine(online=online)
    troubled = LoaderState.objects.exclude(problem_code="").order_by("problem_since")
    for state in troubled.values("problem_words", "problem_hint")[:1]:
        found.append(Finding("warehouse", "warning", state["problem_words"], state["problem_hint"]))
    return found
