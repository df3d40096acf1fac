"""May these people be written to? Asked before anything is decided for them.

It saves what would be given and sent in vain; promise 4 is kept when sending (`screening`).
"""

from collections.abc import Collection
from datetime import datetime

from postlude.messages import screening, senders, traits
from postlude.messages.types import Klass, Leased, NewMessage, Reason


def blocked_ahead(
    org: int, like: NewMessage, contacts: Collection[int], *, now: datetime
) -> dict[int, Reason]:
    """Return whom a message like this one would not reach, and why.

    Whom it would only reach later (quiet hours, when they delay) is not among them.
    """
    account = senders.by_id(like.sender)
    medium = traits.of(account.channel).medium
    imagined = [
        Leased(
            message=contact,
            org=org,
            contact=contact,
            sender=account.id,
            channel=account.channel,
            medium=medium,
            key=like.key,
            klass=Klass(like.klass),
            lane=int(like.lane),
            template_version=like.template_version,
            locale="",
            context={},
            deadline=like.deadline or now,
            attempts=0,
            testing=False,
            on_quiet=like.on_quiet,
        )
        for contact in contacts
    ]
    found = screening.blocked_many(org, imagined, now=now)
    return {
        contact: Reason(block.reason) for contact, block in found.items() if block.until is None
    }
