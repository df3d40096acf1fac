"""Killing Postlude with SIGKILL while it works, starting it again, and looking at what came of it.

A zygote process has everything imported and forks one child per run, so that a run costs
milliseconds to start. What the child does stands in `flows`; the vendors are the sandbox, over
real HTTP, in the parent.
"""

import json
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from postlude.sandbox.client import SandboxClient
from postlude.sandbox.server import Sandbox
from postlude.wiring import demo_environment
from support import a_small_sale

ROOT = Path(__file__).resolve().parents[2]
SUPPORT = Path(__file__).parent
MOST_RESTARTS = 12
SOMETHING_IS_LEFT = 1  # the exit code of a flow whose time was up
WINDOW = 4
DAY = (
    "readers",
    "links",
    "alerts",
    "the team asks",
    "before the event",
    "lost answers",
    "troubles",
    "roles",
    "operators",
    "support",
    "restored",
)
LATE = "late.buyer@example.test"
FACTS_THAT_LAST = ("holders", "granted", "tickets", "states", "members", "left", "warehouse")


@dataclass
class Outcome:
    """What came of one run: what was sent to whom, who is let in, and what the database says."""

    flow: str
    kills: int
    restarts: int
    mails: list[tuple[str, str]]
    guests: set[str]
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def invited(self) -> Counter[str]:
        """How often each address got an invitation."""
        keys = self.facts["keys"]
        return Counter(
            recipient
            for recipient, number in self.mails
            if keys.get(number, "").startswith("invite:")
        )

    @property
    def told(self) -> Counter[str]:
        """How often each address got the pre-event mail."""
        keys = self.facts["keys"]
        return Counter(
            recipient
            for recipient, number in self.mails
            if keys.get(number, "").startswith("notice:")
        )

    @property
    def unknown(self) -> list[str]:
        """Those of whom nobody knows, and who are shown as such."""
        return [each for each in self.facts["unknown"] if each not in self.invited]


class Stage:
    """A sandbox with one sale, and a zygote for one engine.

    `warehouse` is the pattern of its address, `{name}` a run's; a file of the run without one.
    `loads` are modules that each child would import by itself.
    """

    def __init__(
        self,
        engine: str,
        small: a_small_sale.SmallSale | None = None,
        *,
        warehouse: str = "",
        loads: Sequence[str] = (),
    ) -> None:
        self.engine = engine
        self._loads = list(loads)
        self._warehouse = warehouse
        self.small = small or a_small_sale.make()
        self._runs = 0
        self._latest = "none"
        self._crossed_in: dict[str, str] = {}
        self._recorded: dict[str, tuple[list[str], Outcome]] = {}

    def __enter__(self) -> Self:
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.folder = Path(tempfile.mkdtemp(prefix="postlude-kill-", dir=memory))
        # A child that dies in the middle of a request is no news.
        for name in ("uvicorn.error", "uvicorn.access"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        self._sandbox = Sandbox()
        self._sandbox.__enter__()
        self.client: SandboxClient = self._sandbox.client
        self._zygote = subprocess.Popen(
            [sys.executable, str(SUPPORT / "killed_child.py")],
            env=self._environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._ask("load", names=self._loads)
        self._ask("template", name="bare")
        self._reset()
        told = self._ask("template", name="applied", source="bare", flow="apply")
        assert told["code"] == 0, "the playbook cannot be applied"
        return self

    def __exit__(self, *_: object) -> None:
        try:
            for name in ("bare", "applied", self._latest):
                self._ask("drop", name=name)
        finally:
            assert self._zygote.stdin is not None
            assert self._zygote.stdout is not None
            self._zygote.stdin.close()
            self._zygote.wait(120)
            self._zygote.stdout.close()
            self._sandbox.__exit__(None, None, None)
            shutil.rmtree(self.folder, ignore_errors=True)

    def _environment(self) -> dict[str, str]:
        home = self.folder / "home"
        url = os.environ.get("POSTLUDE_TEST_POSTGRESQL", "postgresql:///postgres")
        sqlite = f"sqlite:///{home / 'unused.sqlite3'}"
        env = {
            **os.environ,
            **demo_environment.vendors(self._sandbox.base_url),
            "POSTLUDE_HOME": str(home),
            "POSTLUDE_DATABASE_URL": url if self.engine == "postgresql" else sqlite,
            "POSTLUDE_LOG_LEVEL": "CRITICAL",
            "POSTLUDE_LEASE_SECONDS": "0.3",
            "POSTLUDE_SECRET_KEYS": "1:" + "QUFB" * 10 + "QUE=",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT / "tests")]),
            "KILL_ENGINE": self.engine,
            "KILL_WAREHOUSE": self._warehouse,
            "BIGQUERY_EMULATOR_HOST": f"{self._sandbox.base_url}/bigquery",
            "KILL_TOLD": json.dumps(self._told()),
            "DJANGO_SETTINGS_MODULE": "postlude.wiring.settings",
        }
        env.pop("POSTLUDE_CRASH_AT", None)
        return env

    def _told(self) -> dict[str, Any]:
        """What the child must know of the world."""
        sale, small = self.small.sale, self.small
        late = {"event": sale.individual.slug, "email": LATE, "order_no": 199_000_001}
        buyers = {step.order_no: step.buyer.email.lower() for step in small.steps}
        return {
            "sandbox": self._sandbox.base_url,
            "playbook": str(ROOT / "playbooks" / "tickets.yaml"),
            "window": WINDOW,
            "files": small.files(self.folder / "sale"),
            "webhooks": [body.decode() for body in small.webhooks()],
            "refunded": small.refunded_later,
            "cancelled": small.cancelled_later,
            "refunded_email": buyers[small.refunded_later],
            "cancelled_email": buyers[small.cancelled_later],
            "regular": max(small.expected),
            "another": min(small.expected),
            "late_sale": {
                **late,
                "tickets": [{"name": "Regular 一般票", "price": 1290, "attendee_id": 199_000_002}],
                "webhook": False,
            },
            "late_webhook": a_small_sale.late_webhook(sale.individual, LATE).decode(),
        }

    def _ask(self, verb: str, **question: Any) -> dict[str, Any]:
        assert self._zygote.stdin is not None
        assert self._zygote.stdout is not None
        self._zygote.stdin.write(json.dumps({"do": verb, **question}) + "\n")
        self._zygote.stdin.flush()
        line = self._zygote.stdout.readline()
        if not line:
            raise RuntimeError("the zygote died")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _reset(self) -> None:
        self.client.reset()
        self.small.play(self.client)

    def _begin(self, flow: str, *, bare: bool) -> str:
        """Make a fresh state and a fresh world, as they are before the flow."""
        self._runs += 1
        name = self._latest = f"run{self._runs}"
        self._reset()
        self._ask("fresh", name=name, source="bare" if bare else "applied")
        if flow != "sale":
            list(self._lives("run", name, "sale"))
        return name

    def _lives(self, verb: str, name: str, flow: str) -> Iterator[dict[str, Any]]:
        """Run a flow unharmed to its end; a slow machine may leave something for another life."""
        for _ in range(MOST_RESTARTS):
            told = self._ask(verb, name=name, flow=flow)
            assert told["code"] in (0, SOMETHING_IS_LEFT), (flow, told)
            yield told
            if told["code"] == 0:
                return
        raise AssertionError(f"the flow {flow} does not end by itself")

    def _finish(self, name: str, flow: str) -> int:
        """Start again until it ends by itself; return how many lives that took."""
        for restart in range(1, MOST_RESTARTS + 1):
            if self._ask("run", name=name, flow=flow)["code"] == 0:
                return restart
        raise AssertionError(f"not finished after {MOST_RESTARTS} restarts")

    def _outcome(self, name: str, flow: str, kills: int, restarts: int) -> Outcome:
        mails = [
            (recipient, str(mail["variables"].get("outbox_id")))
            for mail in self.client.mails()
            for recipient in mail["recipients"]
        ]
        facts = self._ask("look", name=name)
        return Outcome(flow, kills, restarts, mails, set(self.client.guests()), facts)

    def _crossed(self, name: str, flow: str) -> list[str]:
        lives = self._lives("record", name, flow)
        return [each for life in lives for each in life["crossed"]]

    def recorded(self, flow: str) -> tuple[list[str], Outcome]:
        """Run a flow unharmed, once; return what it crossed and what came of it."""
        if flow == "day":
            self.crossed_in()
        elif flow not in self._recorded:
            name = self._begin(flow, bare=True)
            crossed = self._crossed(name, flow)
            self._recorded[flow] = crossed, self._outcome(name, flow, 0, 0)
            self._ask("drop", name=name)
        return self._recorded[flow]

    def with_lost_answers(self) -> tuple[Outcome, int]:
        """Run the sale while Mailgun drops connections after accepting; say how often it did."""
        name = self._begin("sale", bare=False)
        lost = 0
        for _ in self._lives("run", name, "sale, answers lost"):  # each sets the faults anew
            lost += sum(fault["fired"] for fault in self.client.faults("mailgun"))
        outcome = self._outcome(name, "sale", 0, 0)
        self._ask("drop", name=name)
        return outcome, lost

    def unharmed_twice(self, flow: str) -> tuple[Outcome, Outcome]:
        """Run a flow and run it all again; return both outcomes."""
        name = self._begin(flow, bare=False)
        self._finish(name, flow)
        first = self._outcome(name, flow, 0, 0)
        self._finish(name, flow)
        second = self._outcome(name, flow, 0, 0)
        self._ask("drop", name=name)
        return first, second

    def _where(self, flow: str, name: str) -> str:
        return flow if flow == "sale" else self.crossed_in()[name]

    def killed_once(
        self, flow: str, *, crash_at: str = "", kill_after_s: float | None = None
    ) -> Outcome:
        """Run a flow that is killed as told, and start it again until it is done."""
        name = self._begin(flow, bare=False)
        first = self._ask("run", name=name, flow=flow, crash_at=crash_at, kill_after_s=kill_after_s)
        restarts = 0 if first["code"] == 0 else self._finish(name, flow)
        outcome = self._outcome(name, flow, int(first["killed"]), restarts)
        self._ask("drop", name=name)
        return outcome

    def crossed_in(self) -> dict[str, str]:
        """Return each name with the first flow that crosses it: the sale, or a part of the day."""
        if not self._crossed_in:
            found = dict.fromkeys(self.recorded("sale")[0], "sale")
            name = self._begin("day", bare=False)
            for part in DAY:
                for each in self._crossed(name, f"day: {part}"):
                    found.setdefault(each, f"day: {part}")
            self._recorded["day"] = [], self._outcome(name, "day", 0, 0)
            self._ask("drop", name=name)
            self._crossed_in = found
        return self._crossed_in

    def killed_at_each(self, flow: str, names: Sequence[str]) -> list[Outcome]:
        """Kill at each of the names, several lives of one database one after the other.

        A name that is not crossed again in a later life has a fresh database.
        """
        left, outcomes = list(names), []
        while left:
            before = len(left)
            name, passed = self._begin(flow, bare=flow == "sale"), []
            for each in left:
                where = flow if each == left[0] else self._where(flow, each)
                told = self._ask("run", name=name, flow=where, crash_at=each)
                if not told["killed"]:
                    passed.append(each)
                if told["code"] == 0 and flow == "sale":
                    passed += left[left.index(each) + 1 :]
                    break
            restarts = self._finish(name, flow)
            outcomes.append(self._outcome(name, flow, before - len(passed), restarts))
            self._ask("drop", name=name)
            left = passed
            if len(left) == before:
                raise AssertionError(f"not crossed: {left}")
        return outcomes


def _told_wrongly(outcome: Outcome, expected: set[str]) -> dict[str, list[str]]:
    """What is wrong with the pre-event mail, which went out on the second day."""
    told, unknown = outcome.told, set(outcome.facts["unknown notices"])
    stopped = set(outcome.facts["blocked notices"])  # whose mail bounced, or who complained
    if outcome.flow != "day":
        return {"told too early": sorted(told)}
    wrong = {
        "told twice": sorted(email for email, count in told.items() if count > 1),
        "not told of the event": sorted(expected - set(told) - unknown - stopped),
        "told without a ticket": sorted(set(told) - expected),
    }
    if len(unknown - set(told)) > WINDOW * outcome.kills:
        wrong["unknown whether they were told"] = sorted(unknown)
    return wrong


def complaints(stage: Stage, outcome: Outcome, *, compared: bool = True) -> list[str]:
    """Return what is wrong with an outcome: nobody missed, nobody twice, unknown bounded.

    Unless `compared` is False, it is also held against a run that nobody killed.
    """
    small, facts = stage.small, outcome.facts
    expected = small.expected | ({LATE} if outcome.flow == "day" else set())
    invited, unknown = outcome.invited, set(outcome.unknown)
    twice = sorted(email for email, count in invited.items() if count > 1)
    sent_twice = [each for each, count in Counter(outcome.mails).items() if count > 1]
    baseline = stage.recorded(outcome.flow)[1].facts if compared else facts
    moved = [name for name in FACTS_THAT_LAST if facts[name] != baseline[name]]
    checks = {
        "invited twice": twice,
        "the same message sent twice": sent_twice,
        **_told_wrongly(outcome, expected),
        "neither invited nor unknown": sorted(expected - set(invited) - unknown),
        "invited without a ticket": sorted(set(invited) - expected - small.excused),
        "not on the guest list": sorted(expected - outcome.guests),
        "not granted, or granted without a ticket": sorted(expected ^ set(facts["granted"])),
        "not a holder, or wrongly one": sorted(expected ^ set(facts["holders"])),
        "something is left": [name for name, count in facts["left"].items() if count],
        "differs from the run without a kill": [
            f"{name}: {facts[name]} != {baseline[name]}" for name in moved
        ],
    }
    if len(unknown) > WINDOW * outcome.kills:
        checks[f"unknown after {outcome.kills} kills"] = sorted(unknown)
    return [f"{words}: {found}" for words, found in checks.items() if found]
