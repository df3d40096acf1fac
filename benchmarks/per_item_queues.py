"""The texts of a notice sent one by one, by queues that are often used for it.

    python benchmarks/per_item_queues.py NAME SECONDS PORT

Runs one of them in the environment it is started in; `measured()` runs each in an environment of
its own, with an interpreter that sees no package of the product. Each does for every person what a
site without Postlude does: read the balance, choose the balance or a gift by turns, put one item
into the queue; then its own worker, one process, posts the form to the sink of
`benchmarks/text_sink.py` over a kept connection. Less than Postlude does: no consent, no
suppression, no mark against a second text, no ledger that is credited in the same transaction.

Decides for SECONDS, or for 20,000 people, and prints one JSON object when the last text has come:
people, per_s (from the first decision to the last text), decide_per_s, seconds, versions, how
(which broker, which options).
"""

import json
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import held_process
from peer_environments import BARE_PYTHON, installed
from text_sink import HOST, Sink

PORT = "POSTLUDE_BENCHMARK_SINK_PORT"
_LONGEST_S, _LAST_TEXT_S = 300.0, 120.0
_QUICK_S, _USUAL_S = 3.0, 10.0
_MOST = 20_000
_HEADERS = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Peer:
    """`key` is the name of its figure."""

    key: str
    requirements: tuple[str, ...]


PEERS = {
    "django-post-office": Peer(
        "post_office_per_s", ("django-post-office==3.12.0", "django==5.2.19")
    ),
    "celery": Peer("celery_per_s", ("celery[redis]==5.7.0",)),
    "celery-late": Peer("celery_late_per_s", ("celery[redis]==5.7.0",)),
}


def measured(sink: Sink, *, quick: bool) -> dict[str, Any]:
    """Return the figure of each by its key (None where there is none), and why."""
    figures: dict[str, Any] = {"peers": {}, "missing": {}}
    for name, peer in PEERS.items():
        sink.forget()
        found, why = _one(name, peer, _QUICK_S if quick else _USUAL_S, sink)
        figures[peer.key] = found and found["per_s"]
        if found:
            figures["peers"][name] = found
        else:
            figures["missing"][name] = why
    return figures


def _one(name: str, peer: Peer, seconds: float, sink: Sink) -> tuple[dict[str, Any] | None, str]:
    folder, why = installed(*peer.requirements)
    if why:
        return None, why
    # The folder of the script is given because a worker of celery's does not start in it.
    path = os.pathsep.join([str(folder), str(Path(__file__).resolve().parent)])
    environment = os.environ | {"PYTHONPATH": path, PORT: str(sink.port)}
    command = [BARE_PYTHON, __file__, name, str(seconds), str(sink.port)]
    answer = held_process.answer(command, longest_s=_LONGEST_S, env=environment)
    if answer.code:
        return None, answer.last_words
    return json.loads(answer.said.splitlines()[-1]), ""


# -- what all of them share -----------------------------------------------------------------------


class Till:
    """Balances in a SQLite file, as durable as Postlude's, and whose turn it is."""

    def __init__(self, folder: Path) -> None:
        self._file = sqlite3.connect(folder / "till.sqlite3")
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = FULL")
        self._file.execute("CREATE TABLE person (id INTEGER PRIMARY KEY, phone TEXT, points INT)")
        rows = ((one, f"89{one:09}", 30 if one % 6 == 1 else 0) for one in range(_MOST))
        self._file.executemany("INSERT INTO person VALUES (?, ?, ?)", rows)
        self._file.commit()

    def decided(self, seconds: float) -> Iterator[tuple[str, str]]:
        """Yield the phone and the text of one person after the other, for so long."""
        until = time.monotonic() + seconds
        for person in range(_MOST):
            if time.monotonic() > until:
                return
            yield self._one(person)

    def _one(self, person: int) -> tuple[str, str]:
        """By turns: the balance, where there is one, or a gift."""
        sql = "SELECT phone, points FROM person WHERE id = ?"
        phone, points = self._file.execute(sql, (person,)).fetchone()
        if points and person % 4 < 2:
            return phone, f"На счету {points} бонусов!"
        return phone, f"Дарим бонусов: 100. На счету {points + 100}."


class Line:
    """A kept connection to the sink, of one thread."""

    def __init__(self) -> None:
        self._http = HTTPConnection(HOST, int(os.environ[PORT]), timeout=12)

    def post(self, phone: str, text: str) -> None:
        body = urlencode({"phones": phone, "text": text}).encode()
        self._http.request("POST", "/send-sms.html?key=benchmark", body, _HEADERS)
        count = json.loads(self._http.getresponse().read())["mesages_sent"]
        if count != 1:
            raise OSError("not sent")

    def close(self) -> None:
        self._http.close()


def all_arrived(sink: Sink, people: int) -> float:
    """Wait for the last text and return when it came; raise TimeoutError."""
    until = time.monotonic() + _LAST_TEXT_S
    while (seen := sink.seen()).texts < people:
        if time.monotonic() > until:
            raise TimeoutError(f"{seen.texts} of {people} texts within {_LAST_TEXT_S:g} s")
        time.sleep(0.05)
    return seen.last_at


@contextmanager
def a_till() -> Iterator[tuple[Path, Till]]:
    with tempfile.TemporaryDirectory(prefix="postlude-bench-") as name:
        yield Path(name), Till(Path(name))


def figures_of(
    sink: Sink, people: int, times: tuple[float, float, float], **more: Any
) -> dict[str, Any]:
    """Check that each heard once; `times`: first decision, last decision, last text."""
    began, decided, ended = times
    phones = [phone for phone, _ in sink.texts()]
    if len(phones) != people or len(set(phones)) != people:
        raise RuntimeError(f"{len(phones)} texts to {len(set(phones))} phones of {people}")
    return {
        "people": people,
        "per_s": round(people / (ended - began)),
        "decide_per_s": round(people / (decided - began)),
        "seconds": round(ended - began, 2),
        **more,
    }


def main() -> None:
    name, seconds, sink = sys.argv[1], float(sys.argv[2]), Sink(int(sys.argv[3]))
    os.environ[PORT] = str(sink.port)
    print(json.dumps(_runner(name)(sink, seconds)))


def _runner(name: str) -> Callable[[Sink, float], dict[str, Any]]:
    if name == "django-post-office":
        import per_item_post_office

        return per_item_post_office.run
    import per_item_celery

    return lambda sink, seconds: per_item_celery.run(sink, seconds, late=name == "celery-late")


if __name__ == "__main__":
    main()
