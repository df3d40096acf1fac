"""Which browser a click was of: the page that was reached says so, by the token of the click."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from postlude.kernel import store, tokens, work
from postlude.kernel.errors import BadToken
from postlude.orgs import api as orgs
from postlude.orgs.types import Identity
from postlude.people import api as people
from postlude.tracking.models import Clicker, Repeat
from postlude.tracking.types import TouchFact, TouchKind

PARAMETER = "pl_click"
"""What the address of an own site carries after a click."""
CLAIMED = "touch.claimed"
_PURPOSE = "click"
_ARRIVES = timedelta(minutes=30)
_CHUNK = 5_000


def click_token(touch: int) -> str:
    """Return the token of a click: 22 letters that only we can make."""
    return tokens.seal(_PURPOSE, touch)


def claim(org: int, told: Sequence[tuple[str, int, datetime]]) -> int:
    """Say which browsers clicked; `told` are (token, visitor, when). Return how many are news.

    Who says so first holds, and within half an hour: an address that is passed on is read by
    others. In the same commit `touch.claimed` is published (keys: ids of clicks). Joins the
    caller's transaction.
    """
    said: dict[int, tuple[int, datetime]] = {}
    for token, visitor, at in told:
        try:
            said.setdefault(tokens.unseal(_PURPOSE, token), (visitor, at))
        except BadToken:
            continue
    if not said:
        return 0
    for repeat, of in _repeats(org, said).items():
        said.setdefault(of, said[repeat])
    rows = store.rows_sql(
        "SELECT id, at FROM tracking_touch WHERE org_id = %s AND kind = 'click' "  # noqa: S608
        f"AND visitor IS NULL AND id {store.among()} ORDER BY id",
        [org, store.many(said)],
    )
    new = [
        (touch, org, said[touch][0], said[touch][1])
        for touch, at in rows
        if abs(said[touch][1] - store.known_instant(at)) <= _ARRIVES
    ]
    columns = ("touch", "org", "visitor", "at")
    if not new:
        return 0
    with store.write():
        kept = store.insert_ignore(Clicker, columns, new, conflict=("touch",), returning="touch")
        work.publish(CLAIMED, org, kept)
    return len(kept)


def contacts_of(org: int, touches: Collection[TouchFact]) -> dict[int, int | None]:
    """Return whose each touch is, as the organisation counts: by id, who speaks for them now.

    The recipient's; or of a click, where `identity` is `clicker` on its day, theirs whose browser
    it came from, if that is somebody's.
    """
    rules = orgs.measuring(org)
    clickers = _clickers(org, touches)
    heads = people.canonical(org, {each.contact for each in touches if each.contact is not None})
    found: dict[int, int | None] = {}
    for each in touches:
        by = orgs.measuring_of_day(rules, each.day).identity if each.day else Identity.RECIPIENT
        theirs = by is Identity.CLICKER and each.kind is TouchKind.CLICK
        clicker = clickers.get(each.visitor or 0) if theirs else None
        found[each.id] = clicker if clicker is not None else heads.get(each.contact or 0)
    return found


def passed_on(org: int, since: datetime, until: datetime) -> int:
    """Return how many clicks in [since, until] came from a browser of somebody else's.

    Raises FactsGone where clicks of then are no longer kept.
    """
    orgs.check_kept(org, orgs.local_day(org, since))
    rows = store.rows_sql(
        "SELECT COUNT(*) FROM tracking_facts_touch t "
        "JOIN people_facts_visitor v ON v.org = t.org AND v.visitor = t.visitor "
        "LEFT JOIN people_facts_joined j ON j.org = t.org AND j.contact = t.contact "
        "WHERE t.org = %s AND t.kind = 'click' AND NOT t.testing AND t.at >= %s AND t.at <= %s "
        "AND v.headless = 0 AND v.contact <> COALESCE(j.head, t.contact)",
        [org, since, until],
    )
    return int(rows[0][0])


def _clickers(org: int, touches: Collection[TouchFact]) -> Mapping[int, int | None]:
    visitors = {each.visitor for each in touches if each.visitor is not None}
    return people.contacts_of_visitors(org, visitors) if visitors else {}


def _repeats(org: int, wanted: Collection[int]) -> dict[int, int]:
    """Return what was kept instead of hits that came twice within a second."""
    rows = Repeat.objects.filter(org=org, touch__in=list(wanted))
    return dict(rows.values_list("touch", "of"))
