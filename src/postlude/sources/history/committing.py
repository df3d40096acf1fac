"""One batch, one commit: the facts, that they are in, what was wrong, and how far the file is."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError

from postlude.kernel import boundaries, ids, store, work
from postlude.people import api as people
from postlude.sources.history import closing, keeping, mistakes, shape
from postlude.sources.history.types import Item, Kept, Mistake, Wrong
from postlude.sources.models import FactFile, FactMistake, OutsideFact

_TRIES = 8
_FACT = ("id", "org", "key", "print", "ours")
_MISTAKE = ("id", "org", "file", "line", "code", "field", "message", "hint", "kept")


def commit(  # noqa: PLR0913 - a batch, of which file, and where in it
    org: int, file: FactFile, items: Sequence[Item], *, rank: int, place: int, now: datetime
) -> tuple[Counter[str], list[Mistake]]:
    """Keep a batch; return how many lines of each kind were new and known, and what was wrong.

    Counts are under `new:KIND`, `known:KIND`, `wrong:CODE` and `warned:CODE`. Whoever loads the
    same facts at the same moment makes this one look again.
    """
    for left in reversed(range(_TRIES)):
        try:
            with work.of_the_past(), store.write():
                counts, wrong = _keep(org, items, now)
                _note(org, file, counts, wrong, rank, place)
        except IntegrityError:
            if not left:
                raise
            continue
        break
    boundaries.crossing("sources.facts_committed")
    return counts, wrong


def _keep(org: int, items: Sequence[Item], now: datetime) -> tuple[Counter[str], list[Mistake]]:
    counts: Counter[str] = Counter()
    wrong: list[Mistake] = []
    known = _known(org, [it.key for it in items])
    fresh: dict[str, Item] = {}
    for it in items:
        before = known.get(it.key)
        seen = before[0] if before else fresh[it.key].print if it.key in fresh else None
        if seen is None:
            fresh[it.key] = it
        elif seen == it.print:
            counts[f"known:{it.kind}"] += 1
        else:
            wrong.append(mistakes.told(it.line, Wrong("told_otherwise", "id")))
    refs = _references(org, fresh.values())
    ready = []
    old = closing.too_old(org, fresh.values(), now)
    for it in fresh.values():
        missing = _missing(it, refs)
        if it.key in old:
            wrong.append(mistakes.told(it.line, old[it.key]))
        elif missing:
            wrong.append(mistakes.told(it.line, Wrong("missing_reference", missing)))
        else:
            ready.append(it)
    if ready:
        keeper = keeping.KEEPERS[shape.KINDS[ready[0].kind].rank]
        found = keeper(org, ready, refs, now)
        wrong += _outcomes(ready, found, counts)
        _remember(org, ready, found)
    for each in wrong:
        counts[f"{'warned' if each.kept else 'wrong'}:{each.code}"] += 1
    return counts, wrong


def _outcomes(ready: Sequence[Item], found: Sequence[Kept], counts: Counter[str]) -> list[Mistake]:
    wrong = []
    for it, kept in zip(ready, found, strict=True):
        if kept.is_in:
            counts[f"new:{it.kind}"] += 1
        if kept.wrong is not None:
            wrong.append(mistakes.told(it.line, kept.wrong, kept=kept.is_in))
    return wrong


def _known(org: int, keys: Sequence[str]) -> dict[str, tuple[int, int | None]]:
    rows = store.rows_sql(
        'SELECT key, "print", ours FROM sources_outside_fact '  # noqa: S608 - our own SQL
        f"WHERE org_id = %s AND key {store.among()}",
        [org, store.many(keys)],
    )
    return {key: (print_, ours) for key, print_, ours in rows}


def _references(org: int, items: Iterable[Item]) -> dict[str, int]:
    """Return our number of what the lines name, by key."""
    wanted: dict[str, str] = {}
    people_named: dict[str, str] = {}
    for it in items:
        for name, ref in shape.REFERENCES[it.kind]:
            if name in it.fact:
                key = it.fact[f"{name}:key"]
                wanted[key] = ref
                if ref == "contact":
                    people_named[key] = it.fact[name]
    if not wanted:
        return {}
    found = {key: ours for key, (_, ours) in _known(org, list(wanted)).items() if ours is not None}
    strange = {
        key: keeping.number_of(outside) for key, outside in people_named.items() if key not in found
    }
    if strange:  # members whom we know from elsewhere, by the shop's number
        by_number, _ = people.find_customers(org, numbers=set(strange.values()))
        found |= {key: by_number[number] for key, number in strange.items() if number in by_number}
    return found


def _missing(it: Item, refs: Mapping[str, int]) -> str:
    for name, _ in shape.REFERENCES[it.kind]:
        if name in it.fact and it.fact[f"{name}:key"] not in refs:
            return name
    return ""


def _remember(org: int, ready: Sequence[Item], found: Sequence[Kept]) -> None:
    pairs = [(it, kept) for it, kept in zip(ready, found, strict=True) if kept.is_in]
    rows = [
        (number, org, it.key, it.print, kept.ours)
        for number, (it, kept) in zip(ids.new_ids(len(pairs)), pairs, strict=True)
    ]
    store.insert_many(OutsideFact, _FACT, rows)


def _note(  # noqa: PLR0913, PLR0917 - what is written down of a batch
    org: int,
    file: FactFile,
    counts: Counter[str],
    wrong: Sequence[Mistake],
    rank: int,
    place: int,
) -> None:
    held = FactFile.objects.select_for_update().get(id=file.id)
    total = Counter(held.counts)
    total.update(counts)
    FactFile.objects.filter(id=file.id).update(rank=rank, position=place + 1, counts=dict(total))
    rows = [
        (
            *(ids.new_id(), org, file.id, each.line, each.code, each.field),
            *(each.message[:300], each.hint[:300], each.kept),
        )
        for each in wrong
    ]
    if rows:
        store.insert_ignore(FactMistake, _MISTAKE, rows, conflict=("org", "file", "line"))
