"""`postlude journeys diff` and `postlude apply` tell of people, price and who stays: never names."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from postlude.channels import api as channels
from postlude.journeys import api as journeys
from postlude.kernel import clock as kernel_clock
from postlude.kernel import ids, jobs, store
from postlude.messages.models import Message
from postlude.orders.models import Buyer
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import PersonSeen
from postlude.playbooks.models import PlaybookVersion
from postlude.wiring.cli.commands import run

NOON = datetime(2026, 11, 21, 9, tzinfo=UTC)
BOOK = """\
playbook: chain
organisation:
  {slug: rest, name: Chain, zone: Europe/Moscow, currency: RUB, locale: ru, region: RU, fees: {sms: 1.35}}
senders:
  texts: {via: form_gateway, url: "${GATEWAY_URL}", key: "${GATEWAY_KEY}"}
templates:
  ask: {ru: {sms: "Все понравилось? Оцени заказ в приложении"}}
notices:
  ask:
    every: daily 12:00
    once_per: inactivity
    to:
      all:
        who: last_order_between
        where: {last_order_between: {after: 4 weeks, before: 2 weeks}}
        send: {by: texts, using: ask, class: service}
"""
LONG = "Мы вас давно не видели и очень соскучились: приходите, будет вкусно и весело, как всегда"


@pytest.fixture
def file(db, tmp_path: Path):
    with kernel_clock.use(kernel_clock.FrozenClock(NOON)):
        channels.register_all()
        path = tmp_path / "chain.yaml"
        path.write_text(BOOK, encoding="utf-8")
        yield path


def told(capsys, *command: str, code: int = 0) -> dict[str, Any]:
    capsys.readouterr()
    assert code == run([*command, "--json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def ordered(*days: int) -> list[int]:
    """People who ordered so many days ago and can be reached by phone."""
    org = orgs.by_slug("rest").id
    now = kernel_clock.now()
    seen = [
        PersonSeen(
            f"ivan{number}@example.test",
            name="Ivan",
            phone_raw=f"+7916000{number:04}",
            source="test",
            reference=f"test:{number}",
        )
        for number in range(len(days))
    ]
    found = [each.contact or 0 for each in people.recognise_many(org, seen, now=now)]
    columns = "id org_id contact orders first_at last_at spent_minor currency".split()
    rows = [
        (ids.new_id(), org, contact, 1, at, at, 100, "RUB")
        for contact, day in zip(found, days, strict=True)
        for at in [now - timedelta(days=day)]
    ]
    with store.write():
        store.insert_many(Buyer, columns, rows)
    return found


def test_people_and_price_are_told_before_it_applies(file: Path, capsys) -> None:
    """Three of the old, two of the new; a longer text is dearer; nothing was changed by asking."""
    first = told(capsys, "apply", str(file))
    assert ("applied", []) == (first["outcome"], first["impact"])
    gone, both, _other, new = ordered(16, 22, 24, 30)
    old_text = "Все понравилось? Оцени заказ в приложении"
    file.write_text(
        BOOK.replace("4 weeks, before: 2", "5 weeks, before: 3").replace(old_text, LONG),
        encoding="utf-8",
    )
    dry = told(capsys, "apply", str(file), "--dry-run")
    (it,) = dry["impact"]
    seen = it["impact"]
    assert ("would apply", "ask", "changed", ["ask"]) == (
        dry["outcome"],
        it["slug"],
        it["what"],
        it["texts"],
    )
    assert (3, 3, 1, [new], 1, [gone]) == (
        seen["people"]["before"]["written"],
        seen["people"]["after"]["written"],
        seen["people"]["newly"],
        seen["people"]["newly_sample"],
        seen["people"]["no_longer"],
        seen["people"]["no_longer_sample"],
    )
    assert (3, 3, 3 * 135) == tuple(
        seen["run_before"][key] for key in ("messages", "segments", "cost")
    )
    assert (3, 6, 6 * 135, "RUB") == tuple(
        seen["run_after"][key] for key in ("messages", "segments", "cost", "currency")
    )
    assert both not in seen["people"]["newly_sample"]
    assert 1 == PlaybookVersion.objects.count()
    assert 0 == Message.objects.count()
    (same,) = told(capsys, "journeys", "diff", str(file), code=5)["items"]
    assert seen == same["impact"]
    assert "applied" == told(capsys, "apply", str(file))["outcome"]
    assert told(capsys, "apply", str(file))["impact"] == []


def test_it_is_shown_in_words_and_without_names(file: Path, capsys) -> None:
    told(capsys, "apply", str(file))
    contacts = ordered(*[20] * 7)
    journeys.begin_by_hand(orgs.by_slug("rest").id, "ask", now=NOON)
    journeys.freeze_runs(jobs.Budget(20))
    file.write_text(
        BOOK.replace("4 weeks, before: 2", "5 weeks, before: 3"),
        encoding="utf-8",
    )
    for command in (["apply", str(file), "--dry-run"], ["journeys", "diff", str(file)]):
        capsys.readouterr()
        run(command)
        said = capsys.readouterr().out
        assert "in force: 7 selected, 0 served in their period before; 7 would be" in said
        assert "a run now 7 messages, 7 segments, 9.45 RUB; a day" in said
        assert f"no longer written to: 7 (such as {', '.join(map(str, contacts[:5]))})" in said
        assert "stays on version 1: 1 open runs with 7 people in 1 portions" in said
        assert "Ivan" not in said
        assert "7916" not in said
    quick = told(capsys, "journeys", "diff", str(file), "--no-people", code=5)
    assert [None] == [each["impact"] for each in quick["items"]]


def test_what_is_left_out_writes_to_nobody(file: Path, capsys) -> None:
    told(capsys, "apply", str(file))
    ordered(20, 20)
    start, end = BOOK.index("notices:"), len(BOOK)
    file.write_text(BOOK[:start] + BOOK[end:], encoding="utf-8")
    (it,) = told(capsys, "journeys", "diff", str(file), code=5)["items"]
    assert ("left out", None, 2) == (
        it["what"],
        it["impact"]["people"]["after"],
        it["impact"]["people"]["no_longer"],
    )


def test_a_sender_of_another_kind_is_asked_too(file: Path, capsys) -> None:
    """Its twin of the same channel speaks for it; where there is none, nobody was asked."""
    told(capsys, "apply", str(file))
    ordered(20)
    renamed = BOOK.replace("texts: {via", "sms: {via").replace("by: texts", "by: sms")
    file.write_text(renamed, encoding="utf-8")
    (it,) = told(capsys, "journeys", "diff", str(file), code=5)["items"]
    assert it["impact"]["people"]["after"]["knows_reach"]
    mail = BOOK.replace('{via: form_gateway, url: "${GATEWAY_URL}", key: "${GATEWAY_KEY}"}',
        "{via: smtp, host: 127.0.0.1, from: Rest <r@example.test>}",
    ).replace('{sms: "', '{subject: Hello, text: "\\n')  # fmt: skip
    file.write_text(mail, encoding="utf-8")
    (it,) = told(capsys, "journeys", "diff", str(file), code=5)["items"]
    people_after = it["impact"]["people"]["after"]
    assert (False, 1) == (people_after["knows_reach"], people_after["written"])
    assert (0, None) == tuple(it["impact"]["run_after"][key] for key in ("segments", "cost"))
