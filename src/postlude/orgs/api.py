"""What other rooms may ask of orgs."""

from postlude.orgs.errors import Forbidden
from postlude.orgs.keys import check_key, issue_key, keys, revoke_key
from postlude.orgs.organizations import (
    add_branch,
    all_orgs,
    branches,
    by_slug,
    caps,
    configure,
    create,
    day_bounds,
    fees,
    get,
    local_day,
    quiet_hours,
    quiet_until,
)
from postlude.orgs.roles import PERMISSIONS, Permission, Role, permissions_of_role
from postlude.orgs.staff import (
    User,
    add_staff,
    check_role,
    dismiss,
    give_role,
    orgs_of,
    permissions_of,
    remove_staff,
    staff,
)
from postlude.orgs.types import KeyRef
from postlude.orgs.windows import instant

__all__ = (
    "PERMISSIONS",
    "Permission",
    "Role",
    "add_branch",
    "add_staff",
    "all_orgs",
    "branches",
    "by_slug",
    "caps",
    "check_key",
    "check_role",
    "configure",
    "create",
    "day_bounds",
    "dismiss",
    "fees",
    "get",
    "give_role",
    "instant",
    "issue_key",
    "keys",
    "local_day",
    "orgs_of",
    "permissions_of",
    "permissions_of_role",
    "quiet_hours",
    "quiet_until",
    "remove_staff",
    "require",
    "revoke_key",
    "staff",
)


def require(who: User | KeyRef, org: int, permission: str) -> None:
    """Raise Forbidden unless this user or key may do this in this organisation.

    A key of another organisation and a user without a role here are refused alike.
    """
    if isinstance(who, KeyRef):
        allowed = who.scopes if who.org == org else frozenset()
    else:
        allowed = permissions_of(who, org)
    if permission not in allowed:
        raise Forbidden(permission=permission)
