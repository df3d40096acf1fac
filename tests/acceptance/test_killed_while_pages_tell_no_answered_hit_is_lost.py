"""The collector is killed under load: each hit that was answered is there, each once, no half ones."""

import json
import os
import signal
import threading
from pathlib import Path

import httpx
import pytest
from django.db import connection

from postlude.kernel import store
from postlude.orgs import api as orgs
from support.beacons import SHOP, event, order, page_view
from support.running import Running, running

SENDERS = 6
ENOUGH = 120
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
    """Pages that tell of hits until nobody answers; `answered` are the ids of what was answered."""

    def __init__(self, house: Running, key: str) -> None:
        self._url = f"http://127.0.0.1:{house.port}/b/{key}"
        self.answered: list[str] = []
        self.orders: list[str] = []
        self.enough = threading.Event()
        self._threads = [
            threading.Thread(target=self._tell, args=(number,)) for number in range(SENDERS)
        ]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        for thread in self._threads:
            thread.join(60)

    def _tell(self, sender: int) -> None:
        with httpx.Client(trust_env=False, headers={"origin": SHOP}, timeout=60) as client:
            for turn in range(10_000):
                number = f"{sender}-{turn}"
                hits = [page_view(), event(), order(number)]
                envelope = {"cid": f"browser-of-sender-{sender}", "member": f"M{sender % 3}"}
                try:
                    answer = client.post(self._url, content=json.dumps({"hits": hits, **envelope}))
                except httpx.TransportError:
                    return
                if answer.status_code == 204:
                    self.answered += [each["id"].replace("-", "") for each in hits]
                    self.orders.append(number)
                if len(self.orders) >= ENOUGH:
                    self.enough.set()


def test_every_answered_hit_is_there(org, tmp_path: Path) -> None:
    key = orgs.issue_write_key(org.id, "shop", [SHOP]).key
    with running(Home(), tmp_path, "collector") as house:
        house.answers("/o/x.gif")
        load = Load(house, key)
        assert load.enough.wait(120), house.log
        house.process.send_signal(signal.SIGKILL)
        load.end()

    kept = [row[0] for row in store.rows_sql("SELECT message_id FROM activity_activity")]
    uids = [row[0] for row in store.rows_sql("SELECT uid FROM orders_shoporder")]
    assert set(load.answered) <= set(kept)
    assert len(kept) == len(set(kept))
    assert set(load.orders) <= set(uids)
    # What was not answered is there as a whole or not at all.
    assert len(kept) == 3 * len(uids)
    assert [(SENDERS,)] == store.rows_sql("SELECT COUNT(*) FROM people_visitor")
