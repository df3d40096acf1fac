"""What other rooms may ask of orgs."""

from postlude.orgs.clocks import clocks, clocks_of, zones
from postlude.orgs.errors import FactsGone, Forbidden
from postlude.orgs.keys import check_key, issue_key, keys, revoke_key
from postlude.orgs.measuring import IDENTITY, measuring, measuring_on, measuring_said, set_measuring
from postlude.orgs.measuring import on as measuring_of_day
from postlude.orgs.organizations import (
    add_branch,
    all_orgs,
    branches,
    by_slug,
    caps,
    configure,
    create,
    day_bounds,
    ensure_branch,
    fees,
    get,
    identity,
    local_day,
    quiet_hours,
    quiet_until,
)
from postlude.orgs.retention import (
    LOOKS_BACK,
    check_kept,
    closed_to,
    horizon,
    may_be_closed,
    note_gone,
    retention,
    set_retention,
    was_quiet,
)
from postlude.orgs.retention import begin as begin_retention
from postlude.orgs.retention import close as close_facts
from postlude.orgs.retention import is_due as note_facts_due
from postlude.orgs.retention import settle as settle_facts
from postlude.orgs.retention import wanted as facts_wanted
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
from postlude.orgs.types import Clocks, IdentityRules, KeyRef, Retention
from postlude.orgs.windows import instant
from postlude.orgs.write_keys import issue_write_key, revoke_write_key, write_key, write_keys

__all__ = (
    "IDENTITY",
    "LOOKS_BACK",
    "PERMISSIONS",
    "Clocks",
    "FactsGone",
    "IdentityRules",
    "Permission",
    "Retention",
    "Role",
    "add_branch",
    "add_staff",
    "all_orgs",
    "begin_retention",
    "branches",
    "by_slug",
    "caps",
    "check_kept",
    "check_key",
    "check_role",
    "clocks",
    "clocks_of",
    "close_facts",
    "closed_to",
    "configure",
    "create",
    "day_bounds",
    "dismiss",
    "ensure_branch",
    "facts_wanted",
    "fees",
    "get",
    "give_role",
    "horizon",
    "identity",
    "instant",
    "issue_key",
    "issue_write_key",
    "keys",
    "local_day",
    "may_be_closed",
    "measuring",
    "measuring_of_day",
    "measuring_on",
    "measuring_said",
    "note_facts_due",
    "note_gone",
    "orgs_of",
    "permissions_of",
    "permissions_of_role",
    "quiet_hours",
    "quiet_until",
    "remove_staff",
    "require",
    "retention",
    "revoke_key",
    "revoke_write_key",
    "set_measuring",
    "set_retention",
    "settle_facts",
    "staff",
    "was_quiet",
    "write_key",
    "write_keys",
    "zones",
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
