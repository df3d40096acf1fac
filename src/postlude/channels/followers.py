"""Who follows us on a chat app, and who has blocked us: it changes whether a person is reached."""

from collections.abc import Sequence

from postlude.channels import registry
from postlude.channels.line import following
from postlude.kernel import boundaries
from postlude.kernel.inbox import Delivery, Unreadable
from postlude.messages import api as messages
from postlude.people import api as people


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
        else:
            people.came_back(org, kind, each.user, at=each.at)
        boundaries.crossing("channels.following_recorded")
