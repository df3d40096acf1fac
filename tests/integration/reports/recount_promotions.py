"""The promotions counted again, row by row, by the plainest reading of the tables."""

from collections import Counter
from datetime import date, datetime
from typing import Any

from postlude.rewards.models import Allocation, Coupon, Entry, Lot, OpenHold, Remainder, Reservation
from postlude.rules.models import RuleOrder, RuleVersion


def state_of(order: RuleOrder, now: datetime) -> str:
    row = Reservation.objects.get(org=order.org_id, key=order.key)
    late = row.state == "held" and row.expires_at is not None and row.expires_at <= now
    return "expired" if late else row.state


def has_before(order: RuleOrder, now: datetime) -> bool:
    """Whether the contact has confirmed an order of that flow before."""
    if order.contact is None:
        return False
    others = RuleOrder.objects.filter(
        org=order.org_id, contact=order.contact, business=order.business
    )
    return any(
        state_of(each, now) == "confirmed"
        for each in others
        if (each.decided_at, each.id) < (order.decided_at, order.id)
    )


def recount(org: int, now: datetime, *, since: date | None, until: date | None) -> dict[str, Any]:
    """Return by rule: counts, refusals, money paid in, units of the ledger by currency."""
    names = dict(RuleVersion.objects.filter(org=org).values_list("id", "key"))
    found = {
        key: {"counts": Counter(), "refusals": Counter(), "paid": Counter(), "units": Counter()}
        for key in names.values()
    }
    for order in RuleOrder.objects.filter(org=org):
        if (since and order.day < since) or (until and order.day > until):
            continue
        state = state_of(order, now)
        for rule in {names[each] for each in order.versions}:
            counts = found[rule]["counts"]
            counts["reserved"] += 1
            counts[state] += 1
            if state == "confirmed":
                found[rule]["paid"][order.currency] += order.amount
                counts["repeated"] += has_before(order, now)
        for miss in order.missed:
            found[miss["rule"]]["counts"]["refused"] += 1
            found[miss["rule"]]["refusals"][miss["why"], miss["leaf"], miss["detail"]] += 1
        _ledger(org, order, now, found)
        _coupons(order, found)
    return found


def _ledger(org: int, order: RuleOrder, now: datetime, found: dict[str, Any]) -> None:
    for place, gift in enumerate(order.gifts):
        grant = Entry.objects.filter(org=org, key=f"rule-order:{order.key}:{place}").first()
        if grant is None:
            continue
        units: Counter = found[gift["rule"]]["units"]
        lot = Lot.objects.get(entry=grant)
        units[lot.currency, "given"] += grant.amount
        for row in Allocation.objects.filter(lot=lot).select_related("entry"):
            out = -(row.free + row.held)
            if row.entry.kind in ("spend", "capture", "refund", "repay"):
                units[lot.currency, "spent"] += out
            elif row.entry.kind == "expire":
                units[lot.currency, "burnt"] += out
            elif row.entry.kind == "reverse":
                units[lot.currency, "taken_back"] += out
        for undone in Entry.objects.filter(org=org, of=grant.id, kind="reverse"):
            units[lot.currency, "owed"] += undone.debt
        over = lot.expires_at is not None and lot.expires_at <= now
        for left in Remainder.objects.filter(lot=lot):
            units[lot.currency, "burnt" if over else "live"] += left.free
        for hold in OpenHold.objects.filter(org=org):
            for row in Allocation.objects.filter(entry=hold.entry_id, lot=lot):
                ran_out = hold.expires_at is not None and hold.expires_at <= now
                units[lot.currency, "burnt" if over and ran_out else "live"] += row.held


def _coupons(order: RuleOrder, found: dict[str, Any]) -> None:
    row = Reservation.objects.get(org=order.org_id, key=order.key)
    codes = [
        each
        for each in Coupon.objects.filter(reservation=row.id).order_by("id")
        if each.state in ("issued", "redeemed", "returned")
    ]
    for gift in order.gifts:
        if gift["kind"] != "coupon":
            continue
        for _ in range(gift["data"]["count"] if codes else 0):
            counts = found[gift["rule"]]["counts"]
            counts["coupons_given"] += 1
            counts["coupons_redeemed"] += codes.pop(0).state == "redeemed"
