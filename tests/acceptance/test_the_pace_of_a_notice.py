"""A notice over many customers and its texts on their way to a gateway, as the benchmark measures it.

How quick it is depends on the machine: docs/reference/performance.md has the figures. Here: that what
is measured did happen, and that nothing of it outlives its caller.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import text_sink  # noqa: E402 - it stands beside the benchmarks

pytestmark = pytest.mark.timeout(1000)
PROMISED = {
    *("people", "selected", "sent", "run_s_sqlite", "run_s_postgresql", "rss_mib"),
    *("deliver_per_s", "post_office_per_s", "celery_per_s"),
}


def test_whoever_is_served_is_written_to(pytestconfig: pytest.Config) -> None:
    """The benchmark fails by itself unless each text arrived once and is accepted."""
    engine = pytestconfig.getoption("--engine")
    command = [sys.executable, str(BENCHMARKS / "journeys.py"), "--quick", "--json", "--no-peers"]
    command += ["--people", "500", "--engine", engine]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert 0 == done.returncode, done.stderr[-2_000:]
    figures = json.loads(done.stdout.splitlines()[-1])
    suffix = "" if engine == "sqlite" else f"_{engine}"
    assert set(figures) >= PROMISED
    assert 0 < figures["selected"] == figures["sent"] == figures[f"texts{suffix}"]
    assert 0 < figures[f"deliver_per_s{suffix}"]
    assert 0 < figures[f"run_s_{engine}"]
    assert (None, None) == (figures["post_office_per_s"], figures["celery_per_s"])


def test_the_sink_counts_texts_and_nothing_else() -> None:
    form = b"phones=89091234567&text=%D0%94%D0%B0"
    post = b"POST /send-sms.html?key=k HTTP/1.1\r\nContent-Length: %d\r\n\r\n"
    whole, empty = post % len(form) + form, post % 4 + b"a=b&"
    with text_sink.sink() as sink:
        with socket.create_connection((text_sink.HOST, sink.port), timeout=10) as line:
            line.sendall(whole + empty + whole[:60])
            said = _until(line, b'{"mesages_sent": 0}')
            line.sendall(whole[60:])
            said += _until(line, b"}")
        assert 2 == said.count(b'{"mesages_sent": 1}')
        assert [("89091234567", "Да")] * 2 == sink.texts()
        sink.forget()
        assert 0 == sink.seen().texts


def _until(line: socket.socket, end: bytes) -> bytes:
    said = b""
    while not said.endswith(end):
        said += line.recv(4_096)
    return said


def test_what_a_benchmark_started_ends_with_it() -> None:
    """Killed without a word to say, its sink is gone too."""
    program = "import text_sink, time\nwith text_sink.sink() as it: print(it.port, flush=True), time.sleep(60)"
    environment = {**os.environ, "PYTHONPATH": str(BENCHMARKS)}
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as caller:
        assert caller.stdout is not None
        sink = text_sink.Sink(int(caller.stdout.readline()))
        assert 0 == sink.seen().texts
        caller.send_signal(signal.SIGKILL)
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            sink.seen()
        except ConnectionError:
            return
        time.sleep(0.1)
    pytest.fail("the sink lives on")
