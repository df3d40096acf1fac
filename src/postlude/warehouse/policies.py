"""What an organisation lets out: checked, stored, and compared with what it was."""

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, get_args

from postlude.kernel import pseudonyms, store, wakeup
from postlude.warehouse import deidentify, schema
from postlude.warehouse.errors import BadPolicy
from postlude.warehouse.models import Policy as PolicyRow
from postlude.warehouse.types import Keep, Mode, Policy


def problems(keep: Keep) -> list[str]:
    """Say what is wrong with one rule, in words for the person who wrote it."""
    found = []
    if not schema.may_be_column(keep.column):
        found.append(f"“{keep.column}” cannot be a column of an answer")
    for label in keep.labels:
        pattern = deidentify.fold(label)
        if deidentify.never_leaves(label):
            found.append(f"“{label}” is a person's contact and never leaves")
        if "*" in pattern[:-1]:
            found.append(f"“{label}”: a * may only stand at the end")
        elif pattern.endswith("*") and len(pattern) <= deidentify.LEAST_PATTERN:
            found.append(f"“{label}” would allow labels that nobody has read")
        elif not pattern:
            found.append("an empty label allows nothing")
    return found


def of(org: int) -> Policy:
    """Return the policy; without one nothing of a form leaves."""
    return of_many([org])[org]


def of_many(orgs: Collection[int]) -> dict[int, Policy]:
    """Return the policy of each organisation."""
    rows = PolicyRow.objects.filter(org__in=list(orgs)).values_list("org_id", "definition")
    return dict.fromkeys(orgs, Policy()) | {org: _read(stored) for org, stored in rows}


def _read(stored: Mapping[str, Any]) -> Policy:
    keep = tuple(Keep(each["column"], tuple(each["labels"])) for each in stored["keep"])
    return Policy(stored["mode"], keep)


def configure(org: int, policy: Policy, *, now: datetime) -> bool:
    """Set the policy; return whether it is another one than before.

    Rows that were loaded under the old policy are written anew by the next run of the loader; the
    status says so until then.
    """
    wrong = [words for keep in policy.keep for words in problems(keep)]
    if policy.mode not in get_args(Mode):
        wrong.append(f"“{policy.mode}” is no mode: keyed or sha256-legacy")
    if wrong:
        raise BadPolicy(words="; ".join(wrong))
    if policy == of(org) and PolicyRow.objects.filter(org=org).exists():
        return False
    with store.write():
        PolicyRow.objects.update_or_create(
            org_id=org, defaults={"definition": _definition(policy), "changed_at": now}
        )
    wakeup.nudge()
    return True


def fingerprint(policy: Policy) -> str:
    """Name the rules that rows follow: what is kept, and the version of the key that hashes."""
    text = json.dumps([_definition(policy), pseudonyms.current_version()], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def outdated(followed: Mapping[int, str]) -> list[int]:
    """Return the organisations whose rows were made by other rules than today's."""
    policies = of_many(followed.keys())
    return [org for org, rules in followed.items() if fingerprint(policies[org]) != rules]


def _definition(policy: Policy) -> dict[str, object]:
    return {
        "mode": policy.mode,
        "keep": [{"column": each.column, "labels": list(each.labels)} for each in policy.keep],
    }
