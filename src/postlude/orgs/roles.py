"""Which role may do what. A pure table: nothing else in Postlude grants a permission."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Permission(StrEnum):
    VIEW_CONTACT = "people.view_contact"
    CHANGE_CONTACT = "people.change_contact"
    ERASE = "people.erase"
    VIEW_SALES = "sales.view"
    TELL_ORDERS = "orders.tell"
    TELL_EVENTS = "events.tell"
    RESEND = "messages.resend"
    TEST = "messages.test"
    RELEASE = "messages.release"
    GRANT_BY_HAND = "access.grant_by_hand"
    VIEW_REWARDS = "rewards.view"
    GIVE_BY_HAND = "rewards.grant_by_hand"
    SPEND_REWARDS = "rewards.spend"
    VIEW_RULES = "rules.view"
    ORDER_BY_RULES = "rules.order"
    PUBLISH_JOURNEYS = "journeys.publish"
    APPLY_PLAYBOOKS = "playbooks.apply"
    MANAGE = "orgs.manage"
    VIEW_OPERATIONS = "ops.view"
    RUN_JOBS = "ops.run"


class Role(StrEnum):
    OWNER = "owner"
    ORGANISER = "organiser"
    MARKETER = "marketer"
    ENGINEER = "engineer"
    VIEWER = "viewer"


_P = Permission

PERMISSIONS: Final[frozenset[str]] = frozenset(permission.value for permission in Permission)

# The organiser helps buyers, so sees them; a marketer and an engineer work on everybody at once
# and see no single person clearly.
PERMISSIONS_OF: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        Role.OWNER.value: PERMISSIONS,
        Role.ORGANISER.value: frozenset(
            {_P.VIEW_CONTACT, _P.CHANGE_CONTACT, _P.VIEW_SALES, _P.RESEND, _P.TEST}
            | {_P.GRANT_BY_HAND, _P.VIEW_OPERATIONS, _P.VIEW_REWARDS, _P.GIVE_BY_HAND}
            | {_P.SPEND_REWARDS, _P.VIEW_RULES, _P.ORDER_BY_RULES}
        ),
        Role.MARKETER.value: frozenset(
            {_P.VIEW_SALES, _P.TEST, _P.PUBLISH_JOURNEYS, _P.APPLY_PLAYBOOKS}
        ),
        Role.ENGINEER.value: frozenset(
            {_P.VIEW_SALES, _P.VIEW_OPERATIONS, _P.RUN_JOBS, _P.RELEASE, _P.APPLY_PLAYBOOKS}
        ),
        Role.VIEWER.value: frozenset({_P.VIEW_SALES}),
    }
)


def permissions_of_role(role: str) -> frozenset[str]:
    """The permissions of a role; a role this version does not know has none."""
    return frozenset(str(permission) for permission in PERMISSIONS_OF.get(role, frozenset()))
