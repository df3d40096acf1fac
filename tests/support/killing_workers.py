"""Workers that are killed with SIGKILL while they live one day of a restaurant, again and again.

One database, one day at noon (`Lived`): two notices run, or people walk a journey in steps. Texts
go to the gateway simulator over real HTTP, which now and then takes a text and drops the
connection, is slow, or sends nothing. `Day` starts workers (one on SQLite, two on PostgreSQL),
kills them as its dice say, and starts others. What came of it is judged by `noticed` or `stepped`.
"""

import json
import logging
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from postlude.sandbox.server import Sandbox

ROOT = Path(__file__).resolve().parents[2]
SUPPORT = Path(__file__).parent
GATEWAY = "form_gateway"
# What the gateway does beside dropping what it took, with which chance: sends nothing, is slow.
FAULTS: tuple[dict[str, object], ...] = (
    {"kind": "not_sent", "probability": 0.03, "seed": 9},
    {"kind": "latency", "probability": 0.03, "latency_ms": 60, "jitter_ms": 60, "seed": 3},
    {"kind": "latency", "probability": 0.01, "latency_ms": 80, "after": True, "seed": 4},
)
# Where a run of a notice may die between two commits, and how often that is crossed.
_OF_A_RUN = (
    ("journeys.run_begun", 2),
    ("journeys.run_claimed", 2),
    ("journeys.run_frozen", 3),
    ("journeys.run_taken", 2),
    ("journeys.portion_served", 2),
)
_OF_STEPS = (
    ("journeys.path_entered", 2),
    ("journeys.walks_claimed", 8),
    ("journeys.walks_advanced", 8),
    ("kernel.work.claimed", 3),
)
_STATEMENTS_OF_A_PORTION = 30
_EARLY = 0.4  # of the kills come while the run is selected and decided
_EARLY_S, _LONGEST_S = 2.0, 60.0  # the first beyond the lease of whoever died before
_LOOK_S = 0.002
NOON_S = 1_788_339_610.0  # ten seconds past noon of 2026-09-02 in Moscow, see `notice_day`
_ENDS_WITHIN_S = 240.0


@dataclass(frozen=True, slots=True)
class Lived:
    """A day: the module that lives it, where it may die between two commits (and how often that is
    crossed), how many statements a commit of it has, and how many texts there are for each person.
    """

    module: str
    boundaries: tuple[tuple[str, int], ...]
    statements: int
    texts: float


NOTICES = Lived("notice_day", _OF_A_RUN, _STATEMENTS_OF_A_PORTION, 0.45)
STEPS = Lived("steps_day", _OF_STEPS, _STATEMENTS_OF_A_PORTION, 1.3)


@dataclass(frozen=True, slots=True)
class Size:
    """How large a day is; `lease_s` is how long the rows of a dead worker wait, and `dropped` the
    share of texts that the gateway takes and says nothing of.
    """

    people: int
    day: Lived = NOTICES
    window: int = 32
    portion: int = 500
    lease_s: float = 2.0
    dropped: float = 0.02
    ends_within_s: float = _ENDS_WITHIN_S


@dataclass(frozen=True, slots=True)
class Place:
    """Where a worker is to die by itself: at a boundary, or at a statement of the notices."""

    crash_at: str = ""
    statement: int = 0


@dataclass
class Outcome:
    """What came of a day: what arrived at which phone, and what the database says."""

    texts: list[tuple[str, str]]
    dropped: int
    kills: Counter[str] = field(default_factory=Counter)  # by the phase of the day
    seconds: float = 0.0
    facts: dict[str, Any] = field(default_factory=dict)


class Stage:
    """The gateway, a zygote for one engine, and a restaurant the evening before."""

    def __init__(self, engine: str, size: Size) -> None:
        self.size = size
        self._engine = engine
        self._workers = 2 if engine == "postgresql" else 1
        self._days = 0

    def __enter__(self) -> Self:
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.folder = Path(tempfile.mkdtemp(prefix="postlude-kill-", dir=memory))
        for name in ("uvicorn.error", "uvicorn.access"):  # who dies in a request is no news
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        self._sandbox = Sandbox()
        self._sandbox.__enter__()
        self._zygote = subprocess.Popen(
            [sys.executable, str(SUPPORT / "killed_worker.py")],
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        made = self.ask("make", name="seeded", people=self.size.people, window=self.size.window)
        assert made["code"] == 0, "the restaurant cannot be made"
        return self

    def __exit__(self, *_: object) -> None:
        assert self._zygote.stdin is not None
        assert self._zygote.stdout is not None
        try:
            self.ask("drop", name="seeded")
        finally:
            self._zygote.stdin.close()
            self._zygote.wait(120)
            self._zygote.stdout.close()
            self._sandbox.__exit__(None, None, None)
            shutil.rmtree(self.folder, ignore_errors=True)

    def _environment(self) -> dict[str, str]:
        home = self.folder / "home"
        url = os.environ.get("POSTLUDE_TEST_POSTGRESQL", "postgresql:///postgres")
        env = {
            **os.environ,
            "POSTLUDE_HOME": str(home),
            "POSTLUDE_DATABASE_URL": (
                url if self._engine == "postgresql" else f"sqlite:///{home / 'unused.sqlite3'}"
            ),
            "POSTLUDE_LOG_LEVEL": "CRITICAL",
            "POSTLUDE_LEASE_SECONDS": str(self.size.lease_s),
            "POSTLUDE_SECRET_KEYS": "1:" + "QUFB" * 10 + "QUE=",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "tests"), os.environ.get("PYTHONPATH", "")]),
            "KILL_ENGINE": self._engine,
            "KILL_DAY": self.size.day.module,
            "SMTP_PORT": str(self._sandbox.smtp_address[1]),
            "GATEWAY_URL": self._sandbox.url(GATEWAY) + "/bonus/send-sms.html",
            "GATEWAY_KEY": "sandbox-gateway-key",
            "DJANGO_SETTINGS_MODULE": "postlude.wiring.settings",
        }
        env.pop("POSTLUDE_CRASH_AT", None)
        return env

    def ask(self, verb: str, **question: Any) -> dict[str, Any]:
        """Ask the zygote something."""
        assert self._zygote.stdin is not None
        assert self._zygote.stdout is not None
        self._zygote.stdin.write(json.dumps({"do": verb, **question}) + "\n")
        self._zygote.stdin.flush()
        line = self._zygote.stdout.readline()
        if not line:
            raise RuntimeError("the zygote died")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def arrived(self) -> int:
        """Return how many texts the gateway has sent so far."""
        return int(self._sandbox._house.vendors.by_name[GATEWAY].sent)  # type: ignore[attr-defined]

    def lived(
        self,
        kills: int,
        dice: random.Random,
        *,
        without: str = "",
        place: Place | None = None,
        seen: Callable[[str], None] = lambda _phase: None,
    ) -> Outcome:
        """Live a day with so many kills, in a fresh copy of the restaurant; say what came of it.

        With a `place` the first worker dies there. `seen` is told the phase of each kill.
        """
        self._days += 1
        self._sandbox.client.reset()
        drops = {"kind": "drop_after", "probability": self.size.dropped, "seed": 1}
        self._sandbox.client.set_faults(GATEWAY, drops, *FAULTS)
        # Whoever is to die at a place comes there; and alone nobody is thought to be dead in error.
        workers = self._workers if kills and place is None else 1
        day = _Day(self, f"day{self._days}", workers, dice, without)
        try:
            return day.lived(kills, place, seen)
        finally:
            day.end()

    def outcome(self, day: "_Day") -> Outcome:
        client = self._sandbox.client
        while self.arrived() != len(found := client.texts()):
            time.sleep(0.1)
        return Outcome(
            [
                *((each["to"], each["text"]) for each in found),
                *((to, each["subject"]) for each in client.smtp_mails() for to in each["to"]),
            ],
            sum(each["fired"] for each in client.faults(GATEWAY) if each["kind"] == "drop_after"),
            day.kills,
            time.monotonic() - day.began,
            self.ask("look", name=day.name, ahead_s=day.ahead_s)["told"],
        )


class _Day:
    """One database from noon until nothing is left to do."""

    def __init__(
        self, stage: Stage, name: str, workers: int, dice: random.Random, without: str
    ) -> None:
        self._stage, self.name, self._workers, self._dice = stage, name, workers, dice
        self._without = without
        self._alive: list[int] = []
        self.kills: Counter[str] = Counter()
        stage.ask("fresh", name=name, source="seeded")
        self.began = time.monotonic()
        self.ahead_s = NOON_S - time.time()

    def lived(self, kills: int, place: Place | None, seen: Callable[[str], None]) -> Outcome:
        early = round(kills * _EARLY)
        for number in range(kills):
            if place is not None:
                self._start(place)
                self._until_dead(self._alive[-1])
            elif number < early:
                self._start(self._place_of_a_run())
                self._kill_after_texts(
                    kills - number, at_most_s=self._stage.size.lease_s + _EARLY_S
                )
            else:
                self._start(self._anywhere())
                self._kill_after_texts(kills - number, at_most_s=_LONGEST_S)
            now = self._stage.ask("phase", name=self.name)["told"]
            seen(now)
            if not self._died():
                break  # all is done already
            self.kills[now] += 1
        self._finish()
        return self._stage.outcome(self)

    def _place_of_a_run(self) -> Place:
        if self._dice.random() < 1 / 3:
            name, most = self._dice.choice(self._stage.size.day.boundaries)
            return Place(f"{name}:{self._dice.randint(1, most)}")
        return Place(statement=self._dice.randint(1, 2 * self._stage.size.day.statements))

    def _anywhere(self) -> Place:
        """Half of them at any boundary, the others at any moment."""
        if self._dice.random() < 1 / 2:
            return Place()
        return Place(f"*:{self._dice.randint(1, 6 * self._stage.size.window)}")

    def _start(self, place: Place) -> None:
        while len(self._alive) < self._workers:
            where = place if len(self._alive) == self._workers - 1 else Place()
            told = self._stage.ask(
                "start",
                name=self.name,
                ahead_s=self.ahead_s,
                portion=self._stage.size.portion,
                crash_at=where.crash_at,
                statement=where.statement,
                without=self._without,
            )
            self._alive.append(told["process"])

    def _kill_after_texts(self, kills_left: int, *, at_most_s: float) -> None:
        """Kill when some more texts have gone, so that kills come evenly over the whole day."""
        before = self._stage.arrived()
        left = max(0, self._expected() - before)
        target = before + self._dice.uniform(0, 1.6 * left / (kills_left + 1))
        until = time.monotonic() + at_most_s
        while self._stage.arrived() < target and time.monotonic() < until:
            if self._reaped():
                return
            time.sleep(_LOOK_S)
        self._kill_one()

    def _expected(self) -> int:
        return round(self._stage.size.people * self._stage.size.day.texts)

    def _until_dead(self, process: int) -> None:
        until = time.monotonic() + self._stage.size.ends_within_s
        while process in self._alive and time.monotonic() < until:
            self._reaped()
            time.sleep(_LOOK_S)

    def _kill_one(self) -> None:
        chosen = self._dice.choice(self._alive)
        with suppress(ProcessLookupError):
            os.kill(chosen, signal.SIGKILL)
        self._note(chosen, self._stage.ask("ask", process=chosen, wait=True))

    def _reaped(self) -> bool:
        """Look whether anybody has ended; say so."""
        for process in list(self._alive):
            told = self._stage.ask("ask", process=process)
            if "lives" not in told:
                self._note(process, told)
                return True
        return False

    _last_was_killed = False

    def _note(self, process: int, told: dict[str, Any]) -> None:
        self._alive.remove(process)
        self._last_was_killed = bool(told["killed"])
        assert told["killed"] or told["code"] == 0, f"a worker ended by itself: {told}"

    def _died(self) -> bool:
        return self._last_was_killed

    def _finish(self) -> None:
        """Let workers work until nothing is left; they end by themselves."""
        self._start(Place())
        until = time.monotonic() + self._stage.size.ends_within_s
        while self._alive:
            self._reaped()
            if time.monotonic() > until:
                now = self._stage.ask("phase", name=self.name)["told"]
                raise AssertionError(f"not done in time; it is {now}")
            time.sleep(0.02)

    def end(self) -> None:
        for process in self._alive:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
            self._stage.ask("ask", process=process, wait=True)
        self._stage.ask("drop", name=self.name)
