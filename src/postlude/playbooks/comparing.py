"""A file's journeys, notices and rule of credit beside those in force: what `apply` would make of
each.
"""

import difflib
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from postlude.attribution import api as attribution
from postlude.journeys import api as journeys
from postlude.messages import api as messages
from postlude.orgs import api as orgs
from postlude.playbooks import applying, crediting, definitions, foreseeing, noticing, pathing
from postlude.playbooks.checking import Checked
from postlude.playbooks.foreseeing import Foreseen

Tell = Callable[[int, int], object]
_WHOLE = 100


@dataclass(frozen=True, slots=True)
class Difference:
    """`lines` are a unified difference of what is kept, empty when it is the same.

    `texts`: the templates that it names and whose words change. `in_flight`: who stays on a
    version that is kept. `impact`: of a notice, whom it would write to and at what price.
    `judged_anew`: how many orders are credited again, by what is said of `attribution`.
    `entering`: of a journey in steps, whom it would take in.
    """

    slug: str
    what: Literal["new", "changed", "same", "left out"]
    lines: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    in_flight: tuple[journeys.InFlight, ...] = ()
    impact: Foreseen | None = None
    entering: journeys.PathImpact | None = None
    judged_anew: int = 0


def differences(
    path: Path,
    org: int | None,
    *,
    now: datetime,
    people: bool = True,
    tell: Tell = max,
) -> list[Difference]:
    """Compare; raise PlaybookInvalid with every mistake of the file.

    `org` None: the organisation that the file names; nothing where it is not there yet. With
    `people` it is counted whom the notices that change would write to, and whom the journeys in
    steps that change would take in, which reads everybody, in pages; `tell` is told how far.
    """
    checked = applying.read(path)
    if org is None:
        try:
            org = orgs.by_slug(checked.playbook.organisation.slug).id
        except LookupError:
            return []
    changes = list(_differences(checked, org))
    stepped = {each.slug for each in journeys.paths(org)} | {*checked.playbook.paths}
    wanted = {
        each.slug
        for each in changes
        if people and (_is_notice(org, checked, each) or _is_path(each, stepped))
    }
    flying = journeys.in_flight(org)
    found: list[Difference] = []
    done = 0
    for each in changes:
        impact = entering = None
        if each.slug in wanted:
            part = _part(tell, done, len(wanted))
            if each.slug in stepped:
                entering = _entering(org, each.slug, checked, now, part)
            else:
                impact = foreseeing.foresee(org, each.slug, checked, now=now, tell=part)
            done += 1
        moving = flying.get(each.slug, ()) if each.what != "same" else ()
        found.append(
            Difference(each.slug, each.what, each.lines, each.texts, moving, impact, entering),
        )
    found += _credit(checked, org, now)
    return found


def _credit(checked: Checked, org: int, now: datetime) -> list[Difference]:
    part = checked.playbook.attribution
    if part is None:
        return []  # what holds goes on to hold
    before = crediting.in_force(org, part, now=now)
    it = _difference("attribution", before, crediting.wanted(org, part, now=now), ())
    anew = 0 if it.what == "same" else attribution.count_orders(org)
    return [replace(it, judged_anew=anew)]


def _part(tell: Tell, done: int, count: int) -> Callable[[float], object]:
    return lambda share: tell(round((done + share) * _WHOLE), count * _WHOLE)


def _is_path(it: Difference, stepped: Collection[str]) -> bool:
    """Say whether people may enter otherwise: other words alone change nothing of that."""
    return it.slug in stepped and it.what != "same" and (bool(it.lines) or it.what == "left out")


def _entering(
    org: int, slug: str, checked: Checked, now: datetime, tell: Callable[[float], object]
) -> journeys.PathImpact:
    part = checked.playbook.paths.get(slug)
    after = pathing.path(slug, part) if part is not None else None
    return journeys.path_impact(org, slug, after, now=now, tell=tell)


def _is_notice(org: int, checked: Checked, it: Difference) -> bool:
    if it.what == "same":
        return False
    return it.slug in checked.playbook.notices or it.slug in journeys.notice_slugs(org)


def _differences(checked: Checked, org: int) -> Iterator[Difference]:
    playbook = checked.playbook
    wanted: dict[str, Mapping[str, Any]] = {
        slug: journeys.as_json(definitions.journey(slug, part))
        for slug, part in playbook.sold.items()
    }
    wanted |= {
        slug: journeys.path_as_json(pathing.path(slug, part))
        for slug, part in playbook.paths.items()
    }
    wanted |= {
        slug: journeys.notice_as_json(noticing.notice(slug, part))
        for slug, part in playbook.notices.items()
    }
    kept = journeys.stored(org)
    new_texts = _new_texts(checked, org)
    for slug in sorted({*kept, *wanted}):
        part = playbook.notices.get(slug) or playbook.journeys.get(slug)
        named = set(_templates(part.model_dump())) if part is not None else set()
        texts = tuple(sorted(named & new_texts)) if slug in kept else ()
        yield _difference(slug, kept.get(slug), wanted.get(slug), texts)


def _new_texts(checked: Checked, org: int) -> set[str]:
    """Return the templates whose words are others than those that are published."""
    return {
        slug
        for slug in checked.playbook.templates
        if messages.texts(org, slug) != foreseeing.texts_of(checked, slug)
    }


def _templates(part: object) -> Iterator[str]:
    """Yield every template that a part of a playbook names, however deep `using` stands in it."""
    if isinstance(part, Mapping):
        for name, value in part.items():
            if name == "using":
                yield from [value] if isinstance(value, str) else value.values()
            else:
                yield from _templates(value)
    elif isinstance(part, list | tuple):
        for each in part:
            yield from _templates(each)


def _difference(
    slug: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    texts: tuple[str, ...],
) -> Difference:
    if after is None:
        return Difference(slug, "left out")
    if before == after:
        return Difference(slug, "changed" if texts else "same", texts=texts)
    lines = difflib.unified_diff(
        _lines(before), _lines(after), "in force", "file", lineterm="", n=2
    )
    return Difference(slug, "changed" if before else "new", tuple(lines), texts)


def _lines(definition: Mapping[str, Any] | None) -> list[str]:
    if definition is None:
        return []
    return json.dumps(definition, indent=2, ensure_ascii=False, sort_keys=True).splitlines()
