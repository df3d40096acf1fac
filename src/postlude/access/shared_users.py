"""Two grants may be one user at a vendor's: whoever goes takes nothing from who stays.

Who somebody is there is sealed; a keyed hash of it beside the seal finds the same one again. While
one is being put out nobody is let in at the same kind of vendor, and the other way round, since we
could not tell which of two calls came last.
"""

from collections.abc import Callable

from postlude.access.authorisers import registry
from postlude.access.authorisers.types import Dismisses
from postlude.access.models import Grant, Removal, Resource
from postlude.access.types import State
from postlude.kernel import pseudonyms, store


def mark(resource: Resource, outside: str) -> str:
    """Return the hash of a user behind this resource's door; "" where nobody is put out."""
    dismisser = registry.dismisser(resource.kind)
    if dismisser is None or not outside:
        return ""
    return pseudonyms.pseudonym(*_named(resource, dismisser, outside))


def holders(resource: Resource, dismisser: Dismisses) -> Callable[[str], bool]:
    """Return a question: does somebody hold access as this user, behind the same door?"""

    def held(outside: str) -> bool:
        marks = pseudonyms.all_pseudonyms(*_named(resource, dismisser, outside))
        rows = Grant.objects.filter(org=resource.org_id, outside_mark__in=marks)
        return rows.filter(state=State.GRANTED).exists()

    return held


def _named(resource: Resource, dismisser: Dismisses, outside: str) -> tuple[int, str, str]:
    door = dismisser.door(resource.settings)
    return resource.org_id, f"access.{resource.kind}", f"{door}\n{outside}"


def one_way(resource: Resource, *, letting_in: bool) -> bool:
    """Say whether nobody is on the way in the other direction; in the claim's transaction."""
    if registry.dismisser(resource.kind) is None:
        return True
    alike = Resource.objects.select_for_update().filter(org=resource.org_id, kind=resource.kind)
    doors = [row.id for row in alike.order_by("id")]
    if letting_in:
        coming_back = Removal.objects.filter(grant__resource__in=doors, done_at__isnull=True)
        return not coming_back.filter(lease_until__gte=store.db_now()).exists()
    return not Grant.objects.filter(
        resource__in=doors, state=State.PENDING, lease_until__gte=store.db_now()
    ).exists()
