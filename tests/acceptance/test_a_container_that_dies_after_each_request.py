"""Scale to zero to the letter: a fresh container for each request, killed when it has answered."""

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from postlude.kernel.http import trust
from postlude.sandbox.server import Sandbox
from support.fresh_home import ROOT, FreshHome
from support.running import _COMMAND, free_port
from support.whole_house import INDIVIDUAL

TEAM = "300000000000000002"
BUYERS = [f"buyer{number}@example.test" for number in range(2)]

pytestmark = pytest.mark.timeout(1800)


class Platform:
    """Starts a container when a request comes and kills it right after the answer."""

    def __init__(self, home: FreshHome, folder: Path) -> None:
        self._home, self._log = home, folder / "containers.log"
        self.started = 0

    @contextmanager
    def container(self) -> Iterator[str]:
        port = free_port()
        self.started += 1
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                [*_COMMAND, "web", "--workers", "1", "--port", str(port)],
                cwd=ROOT,
                env=self._home._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            self._wait(f"http://127.0.0.1:{port}", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)

    def _wait(self, url: str, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + 180  # it hangs; a busy machine takes some seconds
        while time.monotonic() < deadline:
            assert process.poll() is None, self._log.read_text(encoding="utf-8")
            try:
                answer = httpx.get(f"{url}/health", trust_env=False, verify=trust())
                return answer.raise_for_status() and None
            except httpx.HTTPError:
                time.sleep(0.1)
        raise TimeoutError(self._log.read_text(encoding="utf-8"))


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def home(sandbox: Sandbox, tmp_path: Path, pytestconfig: pytest.Config) -> Iterator[FreshHome]:
    with FreshHome(tmp_path, sandbox.base_url, pytestconfig.getoption("--engine")) as fresh:
        for command in (("migrate",), ("apply", "playbooks/tickets.yaml", "--json")):
            assert 0 == fresh.run(*command).code, command
        yield fresh


def buy(platform: Platform, sandbox: Sandbox, email: str) -> None:
    """KKTIX tells of one sale, and what took it is gone."""
    told = accepted(sandbox)
    with platform.container() as url:
        sandbox.client.configure("kktix", webhook_url=f"{url}/hooks/kktix/pycontw/kktix")
        sandbox.client.sell(INDIVIDUAL[1], email, name="王小明")
        sandbox.client.wait_for(lambda: accepted(sandbox) > told, within_s=120)


def accepted(sandbox: Sandbox) -> int:
    log = sandbox.client.received("kktix", limit=1_000)["deliveries"]
    return sum(each["attempts"].count(200) for each in log)


def ask(platform: Platform, sandbox: Sandbox) -> dict[str, Any]:
    """Somebody of the team asks on Discord for what takes longer than three seconds."""
    with platform.container() as url:
        hook = f"{url}/hooks/discord/pycontw"
        sandbox.client.configure("discord", interactions_url=hook)
        return dict(sandbox.client.ask("sales", slug=INDIVIDUAL[1], roles=[TEAM]))


def scheduler(platform: Platform, key: str) -> dict[str, Any]:
    with platform.container() as url:
        headers = {"Authorization": f"Bearer {key}"}
        answer = httpx.post(f"{url}/jobs/all", headers=headers, trust_env=False, timeout=60)
        assert 200 == answer.status_code, answer.text
        return dict(answer.json())


def test_nothing_is_lost_and_nobody_hears_twice(
    home: FreshHome, sandbox: Sandbox, tmp_path: Path
) -> None:
    key = home.run("keys", "issue", "scheduler", "--scope", "ops.run", "--json").answer["key"]
    platform = Platform(home, tmp_path)
    sandbox.client.configure("kktix", webhook_secret="sandbox-kktix-secret", batch_every_s=0.02)
    sandbox.client.add_event(*INDIVIDUAL)
    for email in BUYERS:
        buy(platform, sandbox, email)
    assert [] == sandbox.client.mails()
    scheduler(platform, key)
    asked = ask(platform, sandbox)
    assert 5 == asked["reply"]["type"]
    calls = 0
    while scheduler(platform, key)["left"] or not calls:
        calls += 1
        assert calls < 8, platform.started

    sent = Counter(mail["recipients"][0] for mail in sandbox.client.mails())
    assert dict.fromkeys(BUYERS, 1) == sent
    assert set(BUYERS) == set(sandbox.client.guests())
    message = sandbox.client.interaction(asked["number"])["message"]
    assert [INDIVIDUAL[1]] == [each["filename"].split("_")[0] for each in message["attachments"]]
    assert platform.started >= len(BUYERS) + 3
    assert 0 == scheduler(platform, key)["left"]
