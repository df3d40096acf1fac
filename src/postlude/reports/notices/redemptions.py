"""Redemptions of the coupons that notices name: told of by a message, and by none."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from postlude.attribution import api as attribution
from postlude.journeys import api as journeys
from postlude.kernel import store
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.reports.notices.counting import Place
from postlude.reports.notices.redeeming import Redemption, Told, assign
from postlude.reports.queries import ask
from postlude.reports.types.notices import Asked

_CHUNK = 5_000
_EVER = datetime(1900, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
Named = Mapping[tuple[str, int, str], str]


def redemptions(org: int, which: Asked) -> list[tuple[Redemption, Told | None]]:
    """Return who redeemed a code that a notice named, oldest first, with the message that told it.

    Of the days, kind and branch asked for: those of the message; without one, of the order.
    """
    named = {key: code.upper() for key, code in journeys.coupons_named(org).items()}
    codes = {code for (kind, _, _), code in named.items() if which.kind in {"", kind}}
    slugs = {each.id: each.slug for each in orgs.branches(org)}
    found = [each for code in sorted(codes) for each in _redeemed(org, code, which, slugs)]
    if not found:
        return []
    heads = people.canonical(org, {each.contact for each in found if each.contact is not None})
    found = [
        each if each.contact is None else replace(each, contact=heads[each.contact])
        for each in found
    ]
    told = _told(org, set(heads.values()), named, which, slugs)
    matched = assign(found, told)
    return [(each, by) for each, by in matched.items() if _is_asked(each, by, which)]


def _redeemed(org: int, code: str, which: Asked, slugs: Mapping[int, str]) -> Iterable[Redemption]:
    since = orgs.day_bounds(org, which.since)[0] if which.since else _EVER
    # Signs of LIKE in a code find too many, which are left out here.
    like = f"% {code.replace(chr(92), '_')} %"
    for row in ask("list_redeeming_orders", {"org": org, "since": since, "like": like}):
        if code in str(row[2]).upper().split():
            opened, day = store.known_instant(row[4]), date.fromisoformat(row[5])
            yield Redemption(row[0], row[1], code, opened, day, slugs.get(row[3], ""))


def _told(
    org: int, heads: Collection[int], named: Named, which: Asked, slugs: Mapping[int, str]
) -> Iterable[Told]:
    """Yield the messages that named a code to these people, also shortly before the days asked."""
    times = {key: it.within for key, it in journeys.awaited(org).items()}
    longest = max([attribution.WITHIN, *times.values()])
    since = which.since - longest - _DAY if which.since else _EVER.date()
    head_of = {one: head for head, some in people.families(org, set(heads)).items() for one in some}
    for chunk in store.chunks(sorted(head_of), _CHUNK):
        for row in ask("list_told", {"org": org, "since": since}, contacts=chunk):
            code = named.get((row[0], row[2], row[1]))
            if code is not None:
                day, branch = date.fromisoformat(row[3]), slugs.get(row[4], "")
                place = Place(row[0], row[1], row[2], day, branch)
                within = times.get((row[0], row[2]), attribution.WITHIN)
                sent_at = store.known_instant(row[7])
                yield Told(row[5], head_of[row[6]], code, place, sent_at, within)


def _is_asked(it: Redemption, by: Told | None, which: Asked) -> bool:
    day, branch, kind = it.day, it.branch, ""
    if by is not None:
        day, branch, kind = by.place.day, by.place.branch, by.place.kind
    return (
        (which.since is None or day >= which.since)
        and (which.until is None or day <= which.until)
        and which.branch in {"", branch}
        and (not which.kind or not kind or kind == which.kind)
    )
