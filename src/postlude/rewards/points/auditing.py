"""Do the books agree with themselves? Each sum that is kept is counted again from the journal."""

from dataclasses import dataclass

from postlude.kernel import store

_ACCOUNTS = """
SELECT contact, currency FROM (
    SELECT contact, currency, available, held, debt FROM rewards_entry WHERE org_id = %(org)s
    UNION ALL
    SELECT contact, currency, -available, -held, -debt FROM rewards_account WHERE org_id = %(org)s
) AS lines
GROUP BY contact, currency
HAVING SUM(available) <> 0 OR SUM(held) <> 0 OR SUM(debt) <> 0 LIMIT 100
"""
_REMAINDERS = """
SELECT lot, '' FROM (
    SELECT id AS lot, amount AS free, 0 AS held FROM rewards_lot WHERE org_id = %(org)s
    UNION ALL
    SELECT lot_id, free, held FROM rewards_lot_allocation WHERE org_id = %(org)s
    UNION ALL
    SELECT lot_id, -free, -held FROM rewards_remainder WHERE org_id = %(org)s
) AS units
GROUP BY lot HAVING SUM(free) <> 0 OR SUM(held) <> 0 LIMIT 100
"""
_LOTS = """
SELECT contact, currency FROM (
    SELECT contact, currency, free, held FROM rewards_remainder WHERE org_id = %(org)s
    UNION ALL
    SELECT contact, currency, -available, -held FROM rewards_account WHERE org_id = %(org)s
) AS units
GROUP BY contact, currency HAVING SUM(free) <> 0 OR SUM(held) <> 0 LIMIT 100
"""
_HOLDS = """
SELECT hold, '' FROM (
    SELECT id AS hold, amount FROM rewards_entry WHERE org_id = %(org)s AND kind = 'hold'
    UNION ALL
    SELECT s.of, -h.amount FROM rewards_entry s JOIN rewards_entry h ON h.id = s.of
    WHERE s.org_id = %(org)s AND s.kind IN ('capture', 'release')
    UNION ALL
    SELECT entry_id, -amount FROM rewards_open_hold WHERE org_id = %(org)s
) AS units
GROUP BY hold HAVING SUM(amount) <> 0 LIMIT 100
"""
_ENTRIES = """
SELECT entry, '' FROM (
    SELECT id AS entry, available AS free, held FROM rewards_entry
    WHERE org_id = %(org)s AND kind NOT IN ('leave', 'arrive')
    UNION ALL
    SELECT entry_id, -free, -held FROM rewards_lot_allocation WHERE org_id = %(org)s
    UNION ALL
    SELECT entry_id, -amount, 0 FROM rewards_lot WHERE org_id = %(org)s
) AS units
GROUP BY entry HAVING SUM(free) <> 0 OR SUM(held) <> 0 LIMIT 100
"""
_MOVES = """
SELECT currency, '' FROM rewards_entry
WHERE org_id = %(org)s AND kind IN ('leave', 'arrive')
GROUP BY currency HAVING SUM(available) <> 0 OR SUM(held) <> 0 OR SUM(debt) <> 0
"""
_QUESTIONS = {
    "the sums of an account are not those of its entries": _ACCOUNTS,
    "what is left of a lot is not what its allocations leave": _REMAINDERS,
    "an account is not the sum of what is left of its lots": _LOTS,
    "a hold is open and settled, or neither": _HOLDS,
    "an entry does not agree with its lots": _ENTRIES,
    "what left an account did not arrive": _MOVES,
}


@dataclass(frozen=True, slots=True)
class Disagreement:
    """`what` is wrong with the row that `number` names: a contact, a lot or an entry."""

    what: str
    number: str
    currency: str = ""


def check_points(org: int) -> list[Disagreement]:
    """Count everything anew; an empty list says that the books agree, to the unit.

    Reads the whole ledger of an organisation, so it is for `doctor` and for tests.
    """
    return [
        Disagreement(what, str(number), currency)
        for what, question in _QUESTIONS.items()
        for number, currency in store.rows_sql(question, {"org": org})
    ]
