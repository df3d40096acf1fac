"""People who work for an organisation: Django users with a role in it."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import IntegrityError

from postlude.kernel import ids, store
from postlude.orgs.errors import BadSetting, LastOwner, UnknownUser, UsernameTaken
from postlude.orgs.models import Staff
from postlude.orgs.roles import Role, permissions_of_role
from postlude.orgs.types import StaffRef

User = AbstractBaseUser | AnonymousUser


def add_staff(org: int, username: str, password: str, role: str) -> int:
    """A new user with a role in `org`; the user's id. An existing user is never taken over."""
    check_role(role)
    users = get_user_model()
    try:
        with store.write():
            user = users.objects.create_user(username=username, password=password)
            Staff(id=ids.new_id(), org_id=org, user_id=user.pk, role=role).save(force_insert=True)
    except IntegrityError as taken:
        raise UsernameTaken from taken
    return int(user.pk)


def give_role(org: int, username: str, role: str) -> None:
    """Give an existing user this role in `org`, in place of the one they had."""
    check_role(role)
    user = get_user_model().objects.filter(username=username).first()
    if user is None:
        raise UnknownUser
    with store.write():
        if role != Role.OWNER:
            _keep_an_owner(org, user.pk)
        Staff.objects.update_or_create(org_id=org, user_id=user.pk, defaults={"role": role})


def remove_staff(org: int, user: int) -> bool:
    """Take the role away; the user may still work for others. The last owner stays (LastOwner)."""
    with store.write():
        _keep_an_owner(org, user)
        return bool(Staff.objects.filter(org=org, user=user).delete()[0])


def dismiss(org: int, username: str) -> bool:
    """Like `remove_staff`, by the name to log in with; False when they had no role here."""
    user = get_user_model().objects.filter(username=username).first()
    if user is None:
        raise UnknownUser
    return remove_staff(org, user.pk)


def _keep_an_owner(org: int, leaving: int) -> None:
    """Nobody may lock the organisation out of itself; the rows are locked while we look."""
    owners = Staff.objects.select_for_update().filter(org=org, role=Role.OWNER).order_by("id")
    if [leaving] == list(owners.values_list("user_id", flat=True)):
        raise LastOwner


def staff(org: int) -> list[StaffRef]:
    rows = Staff.objects.filter(org=org).order_by("id").select_related("user")
    return [StaffRef(row.user_id, row.user.get_username(), row.role) for row in rows]


def orgs_of(user: User) -> list[int]:
    """The organisations this user works for, oldest role first."""
    if not user.is_authenticated or not user.is_active:
        return []
    rows = Staff.objects.filter(user=user.pk).order_by("id")
    return list(rows.values_list("org_id", flat=True))


def permissions_of(user: User, org: int) -> frozenset[str]:
    """What this user may do in `org`.

    A superuser looks after the installation, not after its buyers: without a role, nothing.
    """
    if not user.is_authenticated or not user.is_active:
        return frozenset()
    role = Staff.objects.filter(org=org, user=user.pk).values_list("role", flat=True).first()
    return frozenset() if role is None else permissions_of_role(role)


def check_role(role: str) -> None:
    """Raise BadSetting for a role that there is not."""
    if role not in set(Role):
        raise BadSetting(setting="role", value=role)
