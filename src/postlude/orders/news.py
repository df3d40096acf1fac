"""What is told when something that many tickets share has changed."""

from collections.abc import Collection

from postlude.kernel import work
from postlude.orders.models import Ticket
from postlude.orders.types import State


def tell_of_happenings(org: int, happenings: Collection[int], *, moved: bool = False) -> None:
    """Publish every ticket of these happenings as changed; call it inside `write()`.

    A ticket's facts hold the number, kind and conference of its happening and the name of its
    type: whoever keeps a copy of the facts must look at all of them again. `moved`: they belong
    to another conference now, where the valid ones are paid news.
    """
    if not happenings:
        return
    rows = Ticket.objects.filter(org=org, happening__in=list(happenings))
    tickets = list(rows.values_list("id", "state"))
    work.publish("ticket.changed", org, [ticket for ticket, _ in tickets])
    if moved:
        paid = [ticket for ticket, state in tickets if state == State.PAID]
        work.publish("ticket.paid", org, paid)
