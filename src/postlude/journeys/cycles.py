"""Which journey, in which version, a cycle ran."""

from collections.abc import Collection

from postlude.journeys.models import Cycle
from postlude.journeys.types import CycleRef
from postlude.kernel import store

_CHUNK = 500


def cycles(org: int, numbers: Collection[int]) -> dict[int, CycleRef]:
    """Return what cycles ran; those that do not exist are left out."""
    found: dict[int, CycleRef] = {}
    for chunk in store.chunks(sorted(set(numbers)), _CHUNK):
        rows = Cycle.objects.filter(org=org, id__in=chunk)
        values = rows.values_list("id", "journey__slug", "journey__title", "version__number")
        found |= {row[0]: CycleRef(*row) for row in values}
    return found
