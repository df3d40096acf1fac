"""The collector is killed under load: each popup that was answered as shown is kept, once."""

import json
import os
import signal
import threading
from pathlib import Path

import httpx
import pytest
from django.db import connection

from postlude.kernel import clock, store
from postlude.orgs import api as orgs
from postlude.popups import api as popups
from support.beacons import SHOP, uuid7
from support.popping import welcome
from support.running import Running, running

SENDERS = 4
ENOUGH = 120
LIMIT = 3
pytestmark = pytest.mark.timeout(900)  # a hang is told by the bounds in `running`


class Home:
    """The test's own database, for a process beside it."""

    def __init__(self) -> None:
        name = connection.settings_dict["NAME"]
        url = f"postgresql:///{name}" if store.is_postgresql() else f"sqlite:///{name}"
        server = os.environ.get("POSTLUDE_TEST_POSTGRESQL", "")
        if server and store.is_postgresql():
            url = f"{server.rpartition('/')[0]}/{name}"
        self._environment = {**os.environ, "POSTLUDE_DATABASE_URL": url}


class Load:
    """Browsers that show popups until nobody answers."""

    def __init__(self, house: Running, key: str) -> None:
        self._url = f"http://127.0.0.1:{house.port}/p/{key}"
        self.shown: list[tuple[str, str]] = []
        self.enough = threading.Event()
        self._threads = [threading.Thread(target=self._browse, args=(n,)) for n in range(SENDERS)]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        for thread in self._threads:
            thread.join(60)

    def _browse(self, sender: int) -> None:
        with httpx.Client(trust_env=False, headers={"origin": SHOP}, timeout=60) as client:
            for turn in range(10_000):
                who = {"cid": f"browser-{sender}-of-visitor-{turn:06}"}
                try:
                    offer = self._ask(client, "fetch", {**who, "popups": ["welcome"]})
                    for _ in range(LIMIT + 1):
                        wish = {**who, "id": uuid7(), "pass": offer["popups"][0]["pass"]}
                        if said := self._ask(client, "show", wish)["shown"]:
                            self.shown.append((wish["id"].replace("-", ""), said))
                except httpx.TransportError:
                    return
                client.cookies.clear()
                if len(self.shown) >= ENOUGH:
                    self.enough.set()

    def _ask(self, client: httpx.Client, what: str, body: dict) -> dict:
        answer = client.post(f"{self._url}/{what}", content=json.dumps(body))
        assert 200 == answer.status_code, answer.text
        return answer.json()


def test_every_answered_show_is_there(org, tmp_path: Path) -> None:
    key = orgs.issue_write_key(org.id, "shop", [SHOP]).key
    popups.configure(org.id, a_day=LIMIT)
    popups.publish(org.id, welcome(), now=clock.now())
    with running(Home(), tmp_path, "collector") as house:
        house.answers("/o/x.gif")
        load = Load(house, key)
        assert load.enough.wait(120), house.log
        house.process.send_signal(signal.SIGKILL)
        load.end()

    kept = dict(store.rows_sql("SELECT uid, id FROM popups_exposure"))
    assert {uid for uid, _ in load.shown} <= set(kept)
    assert all(kept[uid] == popups.named(name) for uid, name in load.shown)
    # A show and its count are one commit, and nobody has seen more than the limit.
    counted = dict(store.rows_sql("SELECT visitor, shown FROM popups_seen"))
    rows = store.rows_sql("SELECT visitor, COUNT(*) FROM popups_exposure GROUP BY visitor")
    assert dict(rows) == {visitor: shown for visitor, shown in counted.items() if shown}
    assert LIMIT >= max(counted.values())
