"""The rules of an organisation by name."""

from django.db.models import Count

from postlude.rules.models import RuleHead, RuleVersion
from postlude.rules.types import RuleName


def names(org: int) -> tuple[RuleName, ...]:
    """Return every rule that is or was in force: those of today first, by flow and key."""
    counts = dict(RuleVersion.objects.filter(org=org).values_list("key").annotate(Count("id")))
    heads = RuleHead.objects.filter(org=org).select_related("version")
    found = [
        (
            head.retired_at is not None,
            head.version.definition["business"],
            head.key,
            head.version.definition["title"],
        )
        for head in heads
    ]
    return tuple(
        RuleName(key, title or key, business, counts[key])
        for _retired, business, key, title in sorted(found)
    )
