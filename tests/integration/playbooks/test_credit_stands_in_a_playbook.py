"""The rule of credit in a playbook: what stands there holds, once, and a mistake has its line."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from postlude.attribution import api as attribution
from postlude.attribution.models import OrderRuleVersion
from postlude.kernel.clock import now
from postlude.kernel.money import Money
from postlude.orders import api as orders
from postlude.orders.api import ShopOrderSeen, Stage
from postlude.orgs import api as orgs
from postlude.orgs.types import Counts, Identity
from postlude.people.types import Actor
from postlude.playbooks import api as playbooks

HEAD = """\
playbook: shop
organisation: {slug: hats, name: Hats, zone: Asia/Taipei, currency: TWD}
"""
TEXT = f"""{HEAD}\
attribution:
  within: 12 hours
  channels: {{email: 5 days, sms: 1 hour}}
  model: position
  new_session_by_campaign: true
  counts: filtered
  identity: clicker
  since: 2026-03-10
  orders: [shop, tickets]
  tickets_since: 2026-02-01
"""


def write(folder: Path, old: str = "", new: str = "") -> Path:
    assert old in TEXT
    path = folder / "shop.yaml"
    path.write_text(TEXT.replace(old, new), encoding="utf-8")
    return path


def apply(path: Path, **more: bool):
    return playbooks.apply(path, org=None, actor=Actor("cli", "test"), now=now(), **more)


def test_what_stands_there_is_what_holds(db, tmp_path) -> None:
    report = apply(write(tmp_path))

    org = orgs.by_slug("hats").id
    rule = attribution.rule_of(org)
    assert timedelta(hours=12) == rule.within
    assert {"email": timedelta(days=5), "sms": timedelta(hours=1)} == rule.windows
    assert (attribution.Model.POSITION, True) == (rule.model, rule.by_campaign)
    assert frozenset(attribution.OrderSort) == rule.sorts
    assert orgs.day_bounds(org, date(2026, 2, 1))[0] == rule.tickets_from
    before, after = (orgs.measuring_on(org, date(2026, 3, day)) for day in (9, 10))
    assert (Counts.SEED, Identity.RECIPIENT) == (before.counts, before.identity)
    assert (Counts.FILTERED, Identity.CLICKER) == (after.counts, after.identity)
    [said] = [each for each in report.changes if each.startswith("attribution: ")]
    assert said.startswith("attribution: 12 hours, email 5 days")
    assert "orders of shop and tickets are credited, of tickets since 2026-02-01" in said


def test_the_same_again_is_no_version_of_the_rule_and_a_change_is_one(db, tmp_path) -> None:
    apply(write(tmp_path))
    org = orgs.by_slug("hats").id
    said = attribution.rule_of(org).version
    assert "no change" == apply(write(tmp_path)).outcome
    apply(write(tmp_path, "name: Hats", "name: More hats"))
    assert said == attribution.rule_of(org).version
    apply(write(tmp_path, "email: 5 days", "email: 4 days"))
    assert (said + 1, timedelta(days=4)) == (
        attribution.rule_of(org).version,
        attribution.rule_of(org).windows["email"],
    )
    assert [1, 2] == list(
        OrderRuleVersion.objects.order_by("version").values_list("version", flat=True)
    )


def test_what_it_does_not_state_stays_as_somebody_said(db, tmp_path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(HEAD, encoding="utf-8")
    apply(path)
    org = orgs.by_slug("hats").id
    orgs.set_measuring(org, from_day=date(2026, 3, 1), actor="ann", now=now(), counts="raw")
    attribution.credit_within(org, {"sms": timedelta(hours=2)}, now=now())

    path.write_text(HEAD.replace("Hats", "Hats!"), encoding="utf-8")
    apply(path)
    assert {"sms": timedelta(hours=2)} == attribution.rule_of(org).windows
    path.write_text(f"{HEAD}attribution: {{model: last}}\n", encoding="utf-8")
    apply(path)
    assert ({}, "last") == (attribution.rule_of(org).windows, attribution.rule_of(org).model)
    assert Counts.RAW is orgs.measuring_on(org, date(2026, 3, 1)).counts

    only = f"{HEAD}attribution: {{orders: [tickets], tickets_since: 2026-02-01}}\n"
    path.write_text(only, encoding="utf-8")
    apply(path)
    path.write_text(f"{HEAD}attribution: {{model: last}}\n", encoding="utf-8")
    apply(path)
    assert {attribution.OrderSort.TICKETS} == attribution.rule_of(org).sorts
    assert attribution.rule_of(org).tickets_from is not None

    path.write_text(HEAD, encoding="utf-8")
    assert ("attribution: what was said of it holds on",) == apply(path).left_out
    assert "last" == attribution.rule_of(org).model


def test_what_would_change_is_shown_before_it_does(db, tmp_path) -> None:
    path = tmp_path / "shop.yaml"
    path.write_text(HEAD, encoding="utf-8")
    apply(path)
    org = orgs.by_slug("hats").id
    seen = ShopOrderSeen("o1", Stage.CLOSED, now(), amount=Money(100, "TWD"))
    orders.take_shop_orders(org, [seen], now=now())
    assert [] == playbooks.differences(path, org, now=now())

    [found] = playbooks.differences(write(tmp_path), org, now=now())
    assert ("attribution", "changed", 1) == (found.slug, found.what, found.judged_anew)
    assert '-  "within": "1 day"' in found.lines
    assert '+  "within": "12 hours"' in found.lines
    apply(write(tmp_path), dry_run=True)
    assert 0 == attribution.rule_of(org).version

    apply(write(tmp_path))
    [found] = playbooks.differences(write(tmp_path), org, now=now())
    assert ("same", 0) == (found.what, found.judged_anew)


@pytest.mark.parametrize(
    ("old", "new", "line", "words", "hint"),
    [
        ("12 hours", "32 days", 4, "at most 31 days", "5 days"),
        ("email: 5 days", "email: 40 days", 5, "at most 31 days", "5 days"),
        ("email: 5 days", "mail: 5 days", 5, "“mail”", "email"),
        ("position", "shapley", 6, "“shapley” is not known here", "position"),
        ("filtered", "seed", 8, "“seed” is not known here", "human"),
        ("2026-03-10", "soon", 10, "no day", ""),
        ("[shop, tickets]", "[shop]", 12, "leaves these out", "Name `tickets`"),
        ("[shop, tickets]", "[meals]", 11, "“meals” is not known here", "tickets"),
        ("[shop, tickets]", "[]", 11, "", ""),
        ("  counts: filtered\n  identity: clicker\n", "", 8, "neither is here", "Add one"),
    ],
)
def test_a_mistake_has_its_line_and_its_fix(  # noqa: PLR0917 - the columns of the table
    tmp_path, old, new, line, words, hint
) -> None:
    found = playbooks.validate(write(tmp_path, old, new))

    assert 1 == len(found), found
    assert line == found[0].line
    assert words in found[0].message
    assert hint in found[0].hint
