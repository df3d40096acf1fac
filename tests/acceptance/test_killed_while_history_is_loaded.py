"""A load is killed at each of its boundaries, one after another, and the same file goes on."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support.fresh_home import ROOT, FreshHome

AT = "2026-03-10T10:00:00+08:00"
MAIL = {"contact": "A1", "channel": "email", "node": "N1", "template": "T1", "at": AT}
FACTS = (
    {"kind": "order", "id": "o1", "contact": "A1", "closed_at": AT, "amount": 5},
    {"kind": "contact", "id": "A1", "email": "ann@example.test"},
    {"kind": "visitor", "id": "browser-number-1", "contact": "A1", "first_seen_at": AT},
    {"kind": "consent", "contact": "A1", "channel": "email", "granted": True, "at": AT},
    {"kind": "suppression", "email": "old@example.test", "reason": "manual", "at": AT},
    {"kind": "cycle", "id": "C1", "journey": "w1", "started_at": AT},
    {"kind": "message", "id": "m1", "cycle": "C1", "state": "delivered", **MAIL},
    {"kind": "failure", "id": "m2", "reason": "bad_address", **MAIL},
    {"kind": "touch", "id": "k1", "message": "m1", "what": "click", "at": AT},
    {"kind": "activity", "id": "h1", "visitor": "browser-number-1", "what": "page", "at": AT},
)
# In the order in which a load comes to them; the last one is crossed once for each kind.
BOUNDARIES = (
    "people.consents_remembered",
    "people.suppressions_remembered",
    "journeys.remembered",
    "messages.remembered",
    "sources.facts_committed",
)

pytestmark = pytest.mark.timeout(1800)


def _load(home: FreshHome, path: Path, crash_at: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "postlude.wiring", "load", str(path), "--json"],
        cwd=ROOT,
        env={**home._environment, "POSTLUDE_CRASH_AT": crash_at},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_killed_anywhere_it_goes_on_and_all_is_in_once(tmp_path, pytestconfig) -> None:
    path = tmp_path / "facts.ndjson"
    path.write_text("".join(json.dumps(each) + "\n" for each in FACTS))
    with FreshHome(tmp_path, "http://127.0.0.1:9", pytestconfig.getoption("--engine")) as home:
        assert home.run("migrate").code == 0
        assert home.run("apply", "playbooks/gift-cards.yaml", "--json").code == 0
        for name in BOUNDARIES:
            assert _load(home, path, name).returncode == -signal.SIGKILL, name
        done = _load(home, path)
        assert done.returncode == 0, done.stdout + done.stderr
        (report,) = json.loads(done.stdout)["files"]
        assert report["resumed"]
        assert not report["rejected"]
        assert report["new"] == dict.fromkeys(sorted(each["kind"] for each in FACTS), 1)
        assert not list(tmp_path.glob("*.rejects*"))
