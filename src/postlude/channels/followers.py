"""Who follows us on a chat app, and who has blocked us: it changes whether a person is reached."""

import logging
from collections.abc import Sequence
from datetime import datetime

from postlude.channels import receipts, registry
from postlude.channels.line import following
from postlude.channels.messenger import opening
from postlude.channels.messenger.receipts import UnreadableEvent
from postlude.kernel import boundaries, clock
from postlude.kernel.inbox import Delivery, Unreadable
from postlude.messages import api as messages
from postlude.people import api as people

_log = logging.getLogger(__name__)
MESSENGER = "messenger"


def handle_line(deliveries: Sequence[Delivery]) -> None:
    """Take events of one sender of LINE's shape from the inbox.

    Following is neither a consent nor a contact: it only ends what a block began. Whose id it is,
    a shop or an app says.
    """
    try:
        told = [following.read(delivery.raw) for delivery in deliveries]
    except following.UnreadableEvent as error:
        raise Unreadable(str(error)) from None
    org, slug = deliveries[0].org, deliveries[0].headers.get("sender", "")
    kind = registry.get(messages.sender(org, slug).channel).traits.address_kind
    for each in told:
        if each.kind == "unfollow":
            people.blocked_us(org, kind, each.user, at=each.at)
        elif each.kind == "accountLink":
            if each.nonce:  # else LINE could not link the two
                _keep(org, kind, each.nonce, each.user, each.at)
        else:
            people.came_back(org, kind, each.user, at=each.at)
        boundaries.crossing("channels.following_recorded")


def handle_messenger(deliveries: Sequence[Delivery]) -> None:
    """Take what one page of Messenger told from the inbox: who came, and what arrived."""
    came = [each for each in deliveries if opening.is_one(each.raw)]
    for each in came:
        try:
            told = opening.read(each.raw)
        except UnreadableEvent as error:
            raise Unreadable(str(error)) from None
        _keep(each.org, MESSENGER, told.word, told.user, told.at)
        boundaries.crossing("channels.opening_recorded")
    arrived = [each for each in deliveries if each not in came]
    if arrived:
        receipts.handle_messenger(arrived)


def _keep(org: int, kind: str, word: str, user: str, at: datetime) -> None:
    """Keep whose id it is; a word that nobody waits for is noted and no more."""
    problem = people.finish_link(org, kind, word, user, at=at, now=clock.now())
    if problem is not None:
        _log.info("a link was not kept", extra={"reason": problem.code})
