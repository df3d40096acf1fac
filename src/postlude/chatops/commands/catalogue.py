"""Every command there is, and what it needs."""

from collections.abc import Mapping

from postlude.chatops.commands import (
    buyer,
    granting,
    inviting,
    listing,
    queueing,
    sales,
    status,
    syncing,
)
from postlude.chatops.commands.shape import Command
from postlude.orgs.api import Permission

COMMANDS: Mapping[str, Command] = {
    "list": Command(Permission.VIEW_SALES, listing.answer, quick=True),
    "status": Command(Permission.VIEW_SALES, status.answer, check=status.check, quick=True),
    "sales": Command(Permission.VIEW_SALES, sales.answer, check=sales.check),
    "grant": Command(Permission.GRANT_BY_HAND, granting.answer, ask=granting.ask, private=True),
    "invite": Command(Permission.RESEND, inviting.answer, ask=inviting.ask, private=True),
    "queue": Command(
        Permission.VIEW_SALES,
        queueing.answer,
        check=queueing.check,
        private=True,
        confirms=Permission.GRANT_BY_HAND,
    ),
    "sync": Command(Permission.VIEW_OPERATIONS, syncing.answer),
    "buyer": Command(Permission.VIEW_CONTACT, buyer.answer, private=True),
}
ANSWERED_SLOWLY = ("sync",)
ANSWERED_SOON = tuple(name for name in COMMANDS if name not in ANSWERED_SLOWLY)
