"""What loading a file would come to, as far as reading tells: nothing is written.

Ids of the file are held in a database of their own on the disk, which is gone with the process.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from postlude.kernel import store
from postlude.people import api as people
from postlude.sources.history import closing, keeping, mistakes, shape
from postlude.sources.history.sorting import Sorted
from postlude.sources.history.types import Item, Mistake, Wrong

Progress = Callable[[int, int], None]


def foresee(
    org: int, lines: Sorted, progress: Progress, now: datetime
) -> tuple[Counter[str], list[Mistake]]:
    """Return what would be new, known and wrong. Only keeping finds what is another's address."""
    counts: Counter[str] = Counter()
    wrong: list[Mistake] = []
    done, total = 0, sum(lines.counts)
    named = sqlite3.connect("")  # a file without a name
    try:
        named.execute("CREATE TABLE named (key TEXT PRIMARY KEY, print INTEGER) WITHOUT ROWID")
        for rank in range(shape.RANKS):
            for items in lines.batches(rank):
                known = _known(org, [it.key for it in items])
                refs = _named(org, named, items)
                old = closing.too_old(org, items, now)
                for it in items:
                    found = _judge(it, known, refs, named, old)
                    if found is None or isinstance(found, str):
                        counts[f"{found or 'new'}:{it.kind}"] += 1
                    else:
                        wrong.append(mistakes.told(it.line, found))
                        counts[f"wrong:{found.code}"] += 1
                done += len(items)
                progress(done, total)
    finally:
        named.close()
    return counts, wrong


def _judge(
    it: Item,
    known: dict[str, int],
    refs: set[str],
    named: sqlite3.Connection,
    old: Mapping[str, Wrong],
) -> Wrong | str | None:
    before = known.get(it.key)
    if before is None:
        row = named.execute("SELECT print FROM named WHERE key = ?", [it.key]).fetchone()
        before = row[0] if row else None
    if before is not None:
        return "known" if before == it.print else Wrong("told_otherwise", "id")
    if it.key in old:
        return old[it.key]
    for name, _ in shape.REFERENCES[it.kind]:
        if name in it.fact and it.fact[f"{name}:key"] not in refs:
            return Wrong("missing_reference", name)
    named.execute("INSERT INTO named VALUES (?, ?)", [it.key, it.print])
    return None


def _known(org: int, keys: list[str]) -> dict[str, int]:
    rows = store.rows_sql(
        'SELECT key, "print" FROM sources_outside_fact '  # noqa: S608 - our own SQL
        f"WHERE org_id = %s AND key {store.among()}",
        [org, store.many(keys)],
    )
    return dict(rows)


def _named(org: int, named: sqlite3.Connection, items: list[Item]) -> set[str]:
    """Return the keys of what these lines name that is here, or earlier in rank in the file."""
    wanted = {
        it.fact[f"{name}:key"]: (ref, it.fact[name])
        for it in items
        for name, ref in shape.REFERENCES[it.kind]
        if name in it.fact
    }
    found = set(_known(org, list(wanted)))
    for key in wanted.keys() - found:
        if named.execute("SELECT 1 FROM named WHERE key = ?", [key]).fetchone():
            found.add(key)
    numbers = {
        keeping.number_of(outside): key
        for key, (ref, outside) in wanted.items()
        if ref == "contact" and key not in found
    }
    if numbers:
        by_number, _ = people.find_customers(org, numbers=numbers)
        found |= {numbers[each] for each in by_number}
    return found
