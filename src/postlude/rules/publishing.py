"""Rules come into force: a definition that changed is a new version, and the old ones stay."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, Max

from postlude.kernel import ids, store
from postlude.rules.checking import check
from postlude.rules.definitions import digest, with_uses
from postlude.rules.errors import BadRule
from postlude.rules.language.spans import Severity
from postlude.rules.models import RuleBook, RuleHead, RuleVersion, Switch
from postlude.rules.types import Group, Published, RuleDefinition


def publish(
    org: int, rules: Sequence[RuleDefinition], groups: Mapping[str, Group], *, now: datetime
) -> Published:
    """Put exactly these rules into force, in one transaction; the same again changes nothing.

    A rule that is not among them is retired: no new order meets it, while orders and cards that
    name its version keep it. Raises BadRule with every mistake, and then nothing was changed.
    """
    problems = check(rules, groups)
    if any(each.severity is Severity.ERROR for found in problems.values() for each in found):
        raise BadRule(problems)
    by_key = {rule.key: rule for rule in rules}
    wanted = {key: with_uses(rule, by_key) for key, rule in by_key.items()}
    with store.write():
        book = _book(org)
        heads = {
            head.key: head for head in RuleHead.objects.filter(org=org).select_related("version")
        }
        changed = [
            key
            for key, stored in wanted.items()
            if key not in heads or heads[key].version.digest != digest(stored)
        ]
        back = [key for key, head in heads.items() if key in wanted and head.retired_at]
        retired = [key for key, head in heads.items() if key not in wanted and not head.retired_at]
        _store(org, {key: wanted[key] for key in changed}, heads, now)
        RuleHead.objects.filter(org=org, key__in=back).update(retired_at=None)
        RuleHead.objects.filter(org=org, key__in=retired).update(retired_at=now)
        plain = {path: group.as_json() for path, group in groups.items()}
        if changed or back or retired or book.groups != plain:
            RuleBook.objects.filter(org=org).update(number=F("number") + 1, groups=plain)
    return Published(tuple(changed), tuple(back), tuple(retired))


def pause(org: int, key: str, *, paused: bool, now: datetime, actor: str = "") -> bool:
    """Take a rule off line by hand, or put it back; say whether anything changed.

    What changed is remembered with who did it, for `switches`.
    """
    with store.write():
        _book(org)
        changed = RuleHead.objects.filter(
            org=org, key=key, retired_at=None, paused_at__isnull=paused
        ).update(paused_at=now if paused else None)
        if changed:
            Switch.objects.create(org_id=org, rule=key, paused=paused, actor=actor, at=now)
            RuleBook.objects.filter(org=org).update(number=F("number") + 1)
    return bool(changed)


def _book(org: int) -> RuleBook:
    """Return the organisation's row, locked: two publishings take turns."""
    store.insert_ignore(
        RuleBook, ("id", "org", "number", "groups"), [(ids.new_id(), org, 0, {})], conflict=("org",)
    )
    return RuleBook.objects.select_for_update().get(org=org)


def _store(
    org: int,
    changed: Mapping[str, Mapping[str, Any]],
    heads: Mapping[str, RuleHead],
    now: datetime,
) -> None:
    last = dict(
        RuleVersion.objects.filter(org=org, key__in=list(changed))
        .values_list("key")
        .annotate(Max("number"))
    )
    for key, stored in changed.items():
        version = RuleVersion.objects.create(
            org_id=org,
            key=key,
            number=last.get(key, 0) + 1,
            definition=stored,
            digest=digest(stored),
            created_at=now,
        )
        if key in heads:
            RuleHead.objects.filter(id=heads[key].id).update(version=version)
        else:
            RuleHead.objects.create(org_id=org, key=key, version=version)
