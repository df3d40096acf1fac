"""Codes that come in a file."""

import csv
import io
from collections.abc import Sequence

from postlude.kernel import ids, store
from postlude.kernel.errors import N_
from postlude.rewards.coupons import codes
from postlude.rewards.coupons.listing import the_list
from postlude.rewards.models import Coupon
from postlude.rewards.quotas import defining
from postlude.rewards.types.coupons import CouponState, LineError, Uploaded

_COLUMNS = ("id", "org", "quota", "code", "state")
_HEAD = "code"
_AT_ONCE = 500
_EMPTY, _BAD, _TWICE, _ELSEWHERE = (
    N_("There is no code in this line."),
    N_("A code is up to 64 letters, digits and . _ / + without an accent."),
    N_("This code is in the file twice."),
    N_("This code belongs to another list."),
)


def upload_codes(org: int, key: str, text: str) -> Uploaded:
    """Add the codes of a CSV to a list; once however often it is uploaded.

    One code a line, in the first column or in one called `code`. With any line in error nothing is
    added: mend it and upload the whole file again. Raises UnknownQuota.
    """
    read, errors = _read(text)
    with store.write():
        quota = the_list(org, key)
        there = _owners(org, list(read))
        errors += [
            LineError(line, "elsewhere", _ELSEWHERE)
            for code, line in read.items()
            if there.get(code, quota) != quota
        ]
        if errors:
            return Uploaded(0, 0, tuple(sorted(errors, key=lambda error: error.line)))
        added = stock(org, quota, [code for code in read if code not in there])
    return Uploaded(added, len(read) - added)


def stock(org: int, quota: int, new: Sequence[str]) -> int:
    """Add codes to a list and to its quota; return how many were really new.

    The caller holds the list's row, so two uploads of one file go one after the other.
    """
    rows = [
        (number, org, quota, code, CouponState.FREE.value)
        for number, code in zip(ids.new_ids(len(new)), new, strict=True)
    ]
    added = len(store.insert_ignore(Coupon, _COLUMNS, rows, conflict=("org", "code")))
    defining.add(quota, added)
    return added


def _read(text: str) -> tuple[dict[str, int], list[LineError]]:
    """Return the line of each code, and what is wrong with other lines."""
    found: dict[str, int] = {}
    errors: list[LineError] = []
    column = 0
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    for row in reader:
        names = [cell.strip().lower() for cell in row]
        if not found and not errors and _HEAD in names:
            column = names.index(_HEAD)
        elif any(names):
            fault = _keep(row[column] if column < len(row) else "", reader.line_num, found)
            errors += [fault] if fault else []
    return found, errors


def _keep(cell: str, line: int, found: dict[str, int]) -> LineError | None:
    code = codes.plain(cell)
    if not code:
        return LineError(line, "empty", _EMPTY)
    if not codes.is_usable(code):
        return LineError(line, "bad_code", _BAD)
    if code in found:
        return LineError(line, "twice", _TWICE)
    found[code] = line
    return None


def _owners(org: int, wanted: Sequence[str]) -> dict[str, int]:
    owners: dict[str, int] = {}
    for chunk in store.chunks(wanted, _AT_ONCE):
        rows = Coupon.objects.filter(org=org, code__in=chunk)
        owners.update(rows.values_list("code", "quota"))
    return owners
