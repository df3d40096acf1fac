"""Conferences, and the rules that say of which kind a happening is."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.text import slugify

from postlude.kernel import clock, ids, store
from postlude.orders import naming
from postlude.orders.errors import BadKind
from postlude.orders.models import Conference, Happening, KindRule
from postlude.orders.news import tell_of_happenings
from postlude.orders.types import ConferenceRef, Kind
from postlude.orders.warnings import close


def conferences(org: int) -> list[ConferenceRef]:
    """Return the conferences, those of the playbook first."""
    rows = store.rows_sql(
        "SELECT id, slug, name, pattern, starts_at, ends_at FROM orders_conference "
        "WHERE org_id = %s ORDER BY automatic, position, slug",
        [org],
    )
    return [
        ConferenceRef(number, slug, name, pattern, store.instant(starts), store.instant(ends))
        for number, slug, name, pattern, starts, ends in rows
    ]


def ensure_conference(  # noqa: PLR0913 - a conference is what it is
    org: int,
    slug: str,
    *,
    name: str,
    pattern: str,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> ConferenceRef:
    """Make or change a conference; happenings whose name fits `pattern` join it.

    Happenings in a conference that a person named stay there; only those that stood alone move.
    """
    facts = {"name": name, "pattern": pattern, "starts_at": starts_at, "ends_at": ends_at}
    with store.write():
        known = Conference.objects.filter(org=org, slug=slug).first()
        if known is None or known.automatic:
            known = known or Conference(org_id=org, slug=slug)
            known.position = Conference.objects.filter(org=org, automatic=False).count()
        for field, value in facts.items():
            setattr(known, field, value)
        known.automatic = False
        known.save()
        _gather(org, known)
    return _ref(known)


def _gather(org: int, conference: Conference) -> None:
    alone = Happening.objects.filter(org=org, conference__automatic=True)
    fitting = [row.id for row in alone if naming.matches(conference.pattern, row.name)]
    if fitting:
        Happening.objects.filter(org=org, id__in=fitting).update(conference=conference)
        tell_of_happenings(org, fitting, moved=True)
        for each in fitting:
            close(org, "happening_alone", f"happening:{each}", now=clock.now())
        tidy(org)


def tidy(org: int) -> None:
    """Forget conferences that were made for one happening and have none any more.

    Nobody is ever let in or invited for such a one: only the playbook's have something to open.
    """
    held = Happening.objects.filter(org=org).values("conference")
    # Locked, and looked at again: somebody may be making a happening in it at this moment.
    empty = Conference.objects.select_for_update(skip_locked=True).filter(org=org, automatic=True)
    for row in list(empty.exclude(id__in=held)):
        if not Happening.objects.filter(org=org, conference=row).exists():
            row.delete()


def named_conference(org: int, name: str) -> Conference | None:
    """Return the first conference of the playbook that a happening of that name fits."""
    rows = Conference.objects.filter(org=org, automatic=False).order_by("position", "slug")
    return next((row for row in rows if naming.matches(row.pattern, name)), None)


def conference_for(org: int, name: str) -> Conference:
    """Return the conference of a happening of that name.

    A happening that fits none stands alone in a conference of its own name. The row is locked
    until the caller commits, so that two sources cannot make the same happening twice.
    """
    chosen = named_conference(org, name)
    if chosen is None:
        slug = slugify(name, allow_unicode=True)[:100] or "event"
        store.insert_ignore(
            Conference,
            ("id", "org", "slug", "name", "pattern", "position", "automatic"),
            [(ids.new_id(), org, slug, name, "", 0, True)],
            conflict=("org", "slug"),
        )
        chosen = Conference.objects.get(org=org, slug=slug)
    return Conference.objects.select_for_update().get(org=org, id=chosen.id)


def kind_rules(org: int) -> list[tuple[str, str]]:
    """Return the rules in order; the built-in ones where the organisation has none."""
    rows = KindRule.objects.filter(org=org).order_by("position")
    return [(row.pattern, row.kind) for row in rows] or [(p, k) for p, k in naming.DEFAULT_KINDS]


def configure_kinds(org: int, rules: Sequence[tuple[str, str]]) -> None:
    """Replace the rules (pattern, kind), first fit wins, and decide known happenings again."""
    for _, kind in rules:
        if kind not in set(Kind):
            raise BadKind(kind=kind)
    with store.write():
        KindRule.objects.filter(org=org).delete()
        rows = [(ids.new_id(), org, i, pattern, kind) for i, (pattern, kind) in enumerate(rules)]
        store.insert_many(KindRule, ("id", "org", "position", "pattern", "kind"), rows)
        for happening in Happening.objects.filter(org=org, kind_given=False):
            kind = naming.kind_of(happening.name, rules or naming.DEFAULT_KINDS)
            if kind != happening.kind:
                Happening.objects.filter(org=org, id=happening.id).update(kind=kind)
                tell_of_happenings(org, [happening.id])
            if kind != Kind.OTHER:
                close(org, "unknown_kind", f"happening:{happening.id}", now=clock.now())


def _ref(row: Conference) -> ConferenceRef:
    return ConferenceRef(row.id, row.slug, row.name, row.pattern, row.starts_at, row.ends_at)
