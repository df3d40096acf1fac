"""Forgetting old requests; apart from `once`, since who forgets need not know what an API is."""

from collections.abc import Callable
from datetime import datetime, timedelta

from postlude.console.models import ApiRequest
from postlude.kernel import ids, purging

KEEP = timedelta(days=30)


def forget(now: datetime, until: Callable[[], bool] = lambda: False) -> int:
    """Forget the requests of more than 30 days ago; returns how many.

    Nothing is done twice for that: the rooms know for good what they wrote under these keys. It is
    only that what counts from a moment would count from another, which they refuse.
    """
    # Ids are in the order of time: no index of its own for a question that is asked so rarely.
    old = ApiRequest.objects.filter(id__lt=ids.first_of(now - KEEP)).order_by("id")
    return purging.in_pieces(old, until, purging.delete)
