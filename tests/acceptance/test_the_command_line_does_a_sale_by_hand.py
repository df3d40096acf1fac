"""A sale by commands alone: exports in, warehouse loaded and rebuilt, one buyer's story told."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from postlude.sandbox import sale as sales
from postlude.sandbox.server import Sandbox
from postlude.wiring.cli import commands
from support.whole_house import House, whole_house

EVENT = "pycontw-2023-individual"
HEADER = "Id,訂單編號,報名序號,票種,票券付款狀態,售出日期,票面價格,聯絡人 姓名,聯絡人 Email,聯絡人 手機\n"
ROW = "{0},{1},1,Regular 一般票,{2},2023-08-18,2790.0,王小明,{3},0912345678\n"
ORDERS = "訂單編號,票券狀態,付款狀態,付款時間,取消時間,退款時間,付款方式,退票金額\n"
PAID = "{0},activated,已繳費,2023/08/18 14:00:54,,,CREDITCARD,\n"
NAME = "PyCon TW 2023 Registration: Individual"
TABLES = {f"ods_kktix_ticket_{kind}_attendees" for kind in ("individual", "corporate", "reserved")}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def house(
    db: None, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Iterator[House]:
    with whole_house(sandbox, tmp_path, monkeypatch, settings) as it:
        yield it


class Terminal:
    """Runs commands; answers with the exit code and what `--json` printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def run(self, *command: str | Path) -> tuple[int, Any]:
        self._capsys.readouterr()
        code = commands.run([str(part) for part in (*command, "--json")])
        said = self._capsys.readouterr().out.strip()
        return code, json.loads(said.splitlines()[-1]) if said else None


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


def files(folder: Path, *rows: tuple[int, str]) -> tuple[Path, Path]:
    """Write both exports of a sale of (order, e-mail); the attendees' says nobody has paid."""
    attendees, bought = folder / "attendees.csv", folder / "orders.csv"
    lines = [ROW.format(900 + order, order, "unpaid", email) for order, email in rows]
    attendees.write_text(HEADER + "".join(lines), encoding="utf-8")
    paid = [PAID.format(order) for order, _ in rows]
    bought.write_text(ORDERS + "".join(paid), encoding="utf-8")
    return attendees, bought


def test_exports_are_imported_and_everybody_in_them_is_invited(
    house: House, terminal: Terminal, tmp_path: Path
) -> None:
    attendees, bought = files(tmp_path, (101, "ann@example.test"), (102, "bob@example.test"))
    about = ("--event", EVENT, "--kind", "corporate", "--name", NAME)
    code, told = terminal.run("import", "kktix-csv", attendees, *about)
    assert (0, True) == (code, told["imported"])
    house.settle()
    assert [] == house.client.mails()

    code, told = terminal.run("import", "kktix-csv", attendees, bought, *about)
    assert (0, 2) == (code, told["orders"])
    house.settle()
    assert {"ann@example.test", "bob@example.test"} == {
        mail["recipients"][0] for mail in house.client.mails()
    }
    with duckdb.connect(str(house.home / "warehouse.duckdb"), read_only=True) as file:
        query = "SELECT count(*) FROM ods.ods_kktix_ticket_corporate_attendees"
        assert (2,) == file.execute(query).fetchone()

    code, told = terminal.run("import", "kktix-csv", attendees, bought, *about)
    assert (0, {"same": 2}) == (code, told["changes"])
    house.settle()
    assert 2 == len(house.client.mails())


def test_a_bad_file_is_explained_row_by_row_and_brings_nobody(
    house: House, terminal: Terminal, tmp_path: Path
) -> None:
    attendees, _ = files(tmp_path, (101, "ann@example.test"))
    whole = attendees.read_text(encoding="utf-8")
    attendees.write_text(whole + ROW.format("x", 102, "paid", "bob@example.test"), encoding="utf-8")
    code, told = terminal.run("import", "kktix-csv", attendees, "--event", EVENT, "--name", NAME)
    (mistake,) = told["errors"]
    assert (5, False, 3, "Id") == (code, told["imported"], mistake["row"], mistake["column"])
    assert mistake["hint"]
    assert 2 == terminal.run("import", "kktix-csv", attendees)[0]
    assert 3 == terminal.run("timeline", "ann@example.test")[0]


def test_the_warehouse_is_loaded_looked_at_and_rebuilt(
    house: House, terminal: Terminal, tmp_path: Path
) -> None:
    sale = sales.generate_sale(3, 20)
    for event in sale.events:
        attendees, bought = sales.write_sale(sale, tmp_path)[event.slug]
        about = ("--event", event.slug, "--name", event.name)
        assert 0 == terminal.run("import", "kktix-csv", attendees, bought, *about)[0]
    waiting = terminal.run("warehouse", "status")[1]["pending"]
    assert waiting > 20
    house.drain()
    code, told = terminal.run("warehouse", "load")
    assert (0, 0) == (code, told["status"]["pending"])
    loaded = terminal.run("warehouse", "status")[1]
    assert TABLES <= set(loaded["rows"])
    assert 0 < min(loaded["rows"][table] for table in TABLES)

    (house.home / "warehouse.duckdb").unlink()
    code, told = terminal.run("warehouse", "replay")
    assert (0, sum(loaded["rows"].values())) == (code, told["rows"])
    assert loaded["rows"] == terminal.run("warehouse", "status")[1]["rows"]


def test_one_buyers_story_has_every_step_with_its_time(house: House, terminal: Terminal) -> None:
    order = house.sell("ann@example.test")
    house.settle()
    token = house.client.mails(to="ann@example.test")[0]["html"].split("/o/")[1].split(".gif")[0]
    assert 200 == house.visit(f"/o/{token}.gif").status_code
    house.drain()

    stories = [
        terminal.run("timeline", who)[1]
        for who in ("ann@example.test", str(order["order_no"]), str(order["attendee_ids"][0]))
    ]
    assert stories[0] == stories[1] == stories[2]
    steps = [each["step"] for each in stories[0]["entries"]]
    wanted = ["bought", "pseudonymised", "granted", "invited", "open"]
    assert set(wanted) <= set(steps)
    asked = [step for step in dict.fromkeys(steps) if step in {"bought", "granted", "invited"}]
    assert ["bought", "granted", "invited"] == asked
    assert all(each["at"] for each in stories[0]["entries"])
    assert "ann@" not in json.dumps(stories[0])
