"""What was written to people about a conference: by the walk, and again."""

from collections.abc import Iterable, Sequence

from postlude.journeys.models import Member, Resend
from postlude.messages import api as messages
from postlude.messages.types import MessageFact


def written(
    org: int, conference: int, contacts: Sequence[int], members: Iterable[Member]
) -> list[MessageFact]:
    """Return the messages of these members and the re-sends to these contacts, as they stand."""
    numbers = {row.message for row in members if row.message is not None}
    resent = Resend.objects.filter(org=org, conference=conference, contact__in=contacts)
    numbers |= {number for number in resent.values_list("message", flat=True) if number}
    return list(messages.state_of(org, numbers).values())
