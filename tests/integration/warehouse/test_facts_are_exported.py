"""All facts leave as files: whole, counted, without a personal value, and loadable again."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from postlude.kernel import clock as kernel_clock
from postlude.kernel import jobs, store, work
from postlude.kernel.money import Money
from postlude.orders import api as orders
from postlude.orders.models import ShopLine, ShopOrder
from postlude.orders.types import EventSeen, SaleSeen, TicketSeen, Via
from postlude.orgs import api as orgs
from postlude.people import api as people_api
from postlude.people.types import Actor
from postlude.reports import api as reports
from postlude.reports.types import channel
from postlude.sources import api as sources
from postlude.warehouse import api as warehouse
from postlude.warehouse.errors import BadExport
from postlude.warehouse.exporting import exporting, files, pages
from postlude.wiring import registry

EXAMPLE = Path(__file__).parents[1] / "sources" / "history" / "worked_example_1.ndjson"
TENTH = date(2026, 3, 10)
LOADABLE = "contact visitor cycle message attempt activity touch order consent".split()
_BOOKS = ("kernel.work", "tracking.", "attribution.", "reports.")
PERSONAL = [
    {"kind": "contact", "id": "member-77", "email": "lin@personal.test", "phone": "+886955666777", "name": "林小美", "birthday": "1990-05-03"},
    {"kind": "consent", "contact": "member-77", "channel": "tracking", "granted": True, "at": "2026-03-09T10:00:00Z"},
    {"kind": "visitor", "id": "cookie-of-lin-0000001", "contact": "member-77", "first_seen_at": "2026-03-10T10:00:00Z"},
    {"kind": "activity", "id": "h-lin", "visitor": "cookie-of-lin-0000001", "what": "event", "action": "registered", "url": "https://shop.test/me?mail=lin@personal.test", "at": "2026-03-10T10:00:00Z"},
]  # fmt: skip
VALUES = ("lin@personal", "955666777", "0955", "林小美", "member-77", "cookie-of-lin", "Ann Worked", "worked.test", "browser-number")  # fmt: skip


@pytest.fixture
def full(org: Any, settings: Any, tmp_path: Path):
    """An organisation with the facts of the worked example, judged and credited."""
    settings.POSTLUDE_STAMP_FILE = tmp_path / "epoch.stamp"
    work.unsubscribe_all()
    registry._done.clear()
    registry.register_all()
    with kernel_clock.use(kernel_clock.FrozenClock(datetime(2026, 4, 1, 2, tzinfo=UTC))):
        more = tmp_path / "more.ndjson"
        more.write_text("".join(json.dumps(each) + "\n" for each in PERSONAL))
        for path in (EXAMPLE, more):
            assert not _load(org.id, path).rejected
        _keep_books()
        yield org


def _load(org: int, path: Path) -> sources.LoadReport:
    return sources.load_facts(org, path, now=kernel_clock.now())


def _keep_books() -> None:
    for _ in range(3):
        jobs.run_until_idle()
        for each in list(jobs._jobs.values()):
            if each.name.startswith(_BOOKS):
                each.run(jobs.Budget(60))
    jobs.run_until_idle()


def _export(org: int, folder: Path, **more: Any) -> Any:
    return warehouse.export(org, folder, now=kernel_clock.now(), **more)


def _figures(org: int) -> list[tuple[int, ...]]:
    human = channel.Reading.HUMAN
    found = []
    for asked in (("email",), ("sms",), ()):
        it = reports.channel(org, channel.Asked(TENTH, TENTH, asked)).total
        bought = (it.open_orders, it.click_orders, it.session_orders)
        counts = (it.sent, it.blocked, it.failed, it.opened(human).total, it.clicked(human).total)
        found.append((*counts, *(each.orders.total for each in bought)))
    return found


def test_what_is_exported_holds_no_personal_value_and_loads_again(full, tmp_path) -> None:
    """Another organisation that loads the files has the same reports, to the cell."""
    report = _export(full.id, tmp_path / "out")
    rows = {each.kind: each.rows for each in report.files}
    assert (rows["contact"], rows["message"], rows["touch"], rows["order"]) == (11, 17, 13, 8)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert [each["rows"] for each in manifest["files"]] == list(rows.values())
    for each in report.files:
        path = tmp_path / "out" / each.name
        text = path.read_text(encoding="utf-8")
        assert not [value for value in VALUES if value in text], each.name
        assert (each.bytes, each.sha256) == (path.stat().st_size, files.digest(path))
        assert text.count("\n") == each.rows
    touch = json.loads((tmp_path / "out" / "touch.ndjson").read_text().splitlines()[0])
    assert touch["contact"].startswith("k1:")
    other = orgs.create("other", "Other", zone="Asia/Taipei", currency="TWD")
    whole = tmp_path / "whole.ndjson"
    whole.write_text(
        "".join((tmp_path / "out" / f"{kind}.ndjson").read_text() for kind in LOADABLE)
    )
    loaded = _load(other.id, whole)
    assert not loaded.rejected
    assert loaded.new == {kind: rows[kind] for kind in LOADABLE}
    _keep_books()
    assert _figures(other.id) == _figures(full.id)
    assert _figures(full.id)[0] == (8, 1, 1, 5, 3, 6, 3, 1)


def _session_campaigns(org: int) -> list[tuple[Any, ...]]:
    return store.rows_sql(
        "SELECT uid, session_source, session_medium, session_campaign "
        "FROM attribution_facts_order WHERE org = %s AND session_source <> '' ORDER BY uid",
        [org],
    )


def test_what_brought_a_visitor_leaves_and_comes_back(full, tmp_path) -> None:
    """By fields, else by the query of the address; the session of an order has it here and there."""
    lines = [
        {"kind": "activity", "id": "u-1", "visitor": "browser-of-utm-0001", "what": "page", "url": "https://shop.test/?utm_source=news&utm_medium=email&utm_campaign=spring&mail=x%40y.test", "at": "2026-03-10T11:00:00Z"},
        {"kind": "activity", "id": "u-2", "visitor": "browser-of-utm-0002", "what": "page", "url": "https://shop.test/?utm_source=wrong", "utm_source": "flyer", "utm_campaign": "door", "at": "2026-03-10T11:00:00Z"},
        {"kind": "order", "id": "utm-1", "visitor": "browser-of-utm-0001", "amount": "5", "opened_at": "2026-03-10T11:10:00Z", "closed_at": "2026-03-10T11:10:00Z"},
        {"kind": "order", "id": "utm-2", "visitor": "browser-of-utm-0002", "amount": "6", "opened_at": "2026-03-10T11:10:00Z", "closed_at": "2026-03-10T11:10:00Z"},
    ]  # fmt: skip
    more = tmp_path / "utm.ndjson"
    more.write_text("".join(json.dumps(each) + "\n" for each in lines))
    assert not _load(full.id, more).rejected
    _keep_books()
    brought = [("utm-1", "news", "email", "spring"), ("utm-2", "flyer", "", "door")]
    assert brought == _session_campaigns(full.id)

    _export(full.id, tmp_path / "out")
    out = (tmp_path / "out" / "activity.ndjson").read_text()
    told = [json.loads(each) for each in out.splitlines()]
    names = ("utm_source", "utm_medium", "utm_campaign")
    found = sorted(tuple(each[name] for name in names) for each in told if each["utm_source"])
    assert [("flyer", None, "door"), ("news", "email", "spring")] == found
    assert "y.test" not in out
    told = [json.loads(e) for e in (tmp_path / "out" / "order.ndjson").read_text().splitlines()]
    assert [("utm-1", "spring"), ("utm-2", "door")] == sorted(
        (each["id"], each["session_campaign"]) for each in told if each["session_campaign"]
    )
    other = orgs.create("other", "Other", zone="Asia/Taipei", currency="TWD")
    whole = tmp_path / "whole.ndjson"
    whole.write_text(
        "".join((tmp_path / "out" / f"{each}.ndjson").read_text() for each in LOADABLE)
    )
    assert not _load(other.id, whole).rejected
    _keep_books()
    assert brought == _session_campaigns(other.id)


def test_orders_of_tickets_leave_with_what_they_are_credited_to(full, tmp_path) -> None:
    ((contact, touch_at),) = store.rows_sql(
        "SELECT contact, MAX(at) FROM tracking_facts_touch WHERE kind = 'open' AND contact = "
        "(SELECT MIN(contact) FROM tracking_facts_touch WHERE kind = 'open') GROUP BY contact"
    )
    at = store.known_instant(touch_at)
    event = EventSeen("1", "fair", "Fair")
    sales = [
        SaleSeen("kktix", event, number, Via.POLL, (
            TicketSeen(number, "Regular", Money(500_00, "TWD"), True, source_updated_at=at, contact=contact),
        ))
        for number in ("T-1",)
    ]  # fmt: skip
    orders.upsert_sales(full.id, sales, now=kernel_clock.now())
    _keep_books()
    _export(full.id, tmp_path / "out", kinds=["ticket_order"])
    [line] = (tmp_path / "out" / "ticket_order.ndjson").read_text().splitlines()
    it = json.loads(line)
    assert ("T-1", "500.00", "closed") == (it["id"], it["amount"], it["state"])
    assert it["open_channel"] == "email"
    assert it["contact"].startswith("k1:")


def test_who_said_what_and_who_is_not_written_to(full, tmp_path) -> None:
    """By pseudonyms that the contacts have, without an address or its hash; erased is nobody."""
    people = people_api
    found = people.find_customers(full.id, numbers=["A1", "A2"])[0]
    actor, now = Actor("cli", "test"), kernel_clock.now()
    with store.write():
        for number, granted in (("A1", False), ("A2", True)):
            people.set_consent(
                full.id, found[number], "sms", granted=granted, source="form", now=now
            )
    people.suppress(full.id, "email", "gone@personal.test", "hard_bounce", now=now)
    ((message,),) = store.rows_sql(
        "SELECT MIN(id) FROM messages_message WHERE contact = %s", [found["A1"]]
    )
    people.suppress(full.id, "email", "ann@personal.test", "complaint", now=now, message=message)
    people.erase(full.id, found["A2"], actor=actor, now=now)
    _export(full.id, tmp_path / "out", kinds=["contact", "consent", "suppression"])
    lines = {
        kind: [
            json.loads(each)
            for each in (tmp_path / "out" / f"{kind}.ndjson").read_text().splitlines()
        ]
        for kind in ("contact", "consent", "suppression")
    }
    living = {each["id"] for each in lines["contact"]}
    assert [(True, False), (False, True)] == [
        (each["contact"] in living, each["granted"])
        for each in lines["consent"]
        if each["channel"] == "sms"
    ]
    told = [(each["reason"], each["contact"] in living) for each in lines["suppression"]]
    assert ("hard_bounce", False) in told
    assert ("complaint", True) in told
    assert not [each for each in lines["suppression"] if "personal.test" in str(each)]
    assert not [each for each in lines["suppression"] if str(each).count("k1:") > 1]


def test_the_items_of_an_order_leave_without_their_titles(full, tmp_path) -> None:
    with store.write():
        order = ShopOrder.objects.filter(org=full.id).order_by("uid").first()
        for line, product in (("1", "hat"), ("2", "scarf")):
            ShopLine.objects.create(
                org_id=full.id,
                order=order,
                line=line,
                product=product,
                title="Engraved for 林小美",
                quantity=2,
                price_minor=15000,
                currency="TWD",
            )
    _export(full.id, tmp_path / "out", kinds=["line"])
    text = (tmp_path / "out" / "line.ndjson").read_text(encoding="utf-8")
    assert "林小美" not in text
    lines = [json.loads(each) for each in text.splitlines()]
    assert [(order.uid, "1", "hat", 2, "150"), (order.uid, "2", "scarf", 2, "150")] == [
        (
            each["order"],
            each["line"],
            each["product"],
            each["quantity"],
            each["price"].split(".")[0],
        )
        for each in lines
    ]


def test_parquet_has_types(full, tmp_path) -> None:
    """The same rows, with instants, numbers and flags; also of a kind that has none."""
    report = _export(full.id, tmp_path / "out", format="parquet")
    for each in report.files:
        found = duckdb.execute("SELECT COUNT(*) FROM read_parquet(?)", [str(tmp_path / "out" / each.name)]).fetchone()  # fmt: skip
        assert found == (each.rows,), each.name
        bytes_ = (tmp_path / "out" / each.name).read_bytes()
        assert not [value for value in VALUES if value.encode() in bytes_], each.name
    assert duckdb.execute(
        "SELECT SUM(amount), typeof(MAX(closed_at)), COUNT(open_message), COUNT(click_message) "
        "FROM read_parquet(?)",
        [str(tmp_path / "out" / "order.parquet")],
    ).fetchone() == (4500, "TIMESTAMP WITH TIME ZONE", 6, 5)
    assert duckdb.execute(
        "SELECT COUNT(*) FILTER (human), COUNT(*) FILTER (NOT human) FROM read_parquet(?)",
        [str(tmp_path / "out" / "touch.parquet")],
    ).fetchone() == (5, 3)


def test_only_what_is_asked_for(full, tmp_path) -> None:
    report = _export(
        full.id, tmp_path / "out", kinds=["order", "touch"], since=date(2026, 3, 11), until=date(2026, 3, 11)
    )  # fmt: skip
    assert {each.kind: each.rows for each in report.files} == {"touch": 0, "order": 2}
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == [
        "manifest.json",
        "order.ndjson",
        "touch.ndjson",
    ]
    with pytest.raises(BadExport):
        _export(full.id, tmp_path / "out", kinds=["horoscope"])


def test_a_page_at_a_time_is_the_same(full, tmp_path, monkeypatch) -> None:
    whole = _export(full.id, tmp_path / "one")
    monkeypatch.setattr(pages, "PAGE", 2)
    assert _export(full.id, tmp_path / "two").files == whole.files


def test_a_half_file_has_no_name(full, tmp_path, monkeypatch) -> None:
    """An export that breaks leaves what was there before, no half file, and no manifest."""
    _export(full.id, tmp_path / "out", kinds=["touch"])
    before = (tmp_path / "out" / "touch.ndjson").read_bytes()
    monkeypatch.setattr(pages, "PAGE", 2)

    def breaking(out: Any, rows: Any) -> None:
        out.write("{")
        raise OSError("the disk is full")

    monkeypatch.setattr(exporting.files, "write_lines", breaking)
    with pytest.raises(OSError, match="full"):
        _export(full.id, tmp_path / "out", kinds=["touch"])
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["touch.ndjson"]
    assert (tmp_path / "out" / "touch.ndjson").read_bytes() == before


def test_who_was_forgotten_is_nobody(full, tmp_path) -> None:
    people = people_api
    ann = people.find_customers(full.id, numbers=["A1"])[0]["A1"]
    people.erase(full.id, ann, actor=Actor("cli", "test"), now=kernel_clock.now())
    _export(full.id, tmp_path / "out", kinds=["contact", "message"])
    written = (tmp_path / "out" / "message.ndjson").read_text(encoding="utf-8")
    lines = [json.loads(each) for each in written.splitlines()]
    assert sum(1 for each in lines if each["contact"] is None) == 5
    assert len((tmp_path / "out" / "contact.ndjson").read_text().splitlines()) == 10
    assert store.rows_sql("SELECT COUNT(*) FROM messages_message") == [(17,)]
