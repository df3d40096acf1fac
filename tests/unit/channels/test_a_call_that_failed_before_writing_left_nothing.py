import socket
import threading

import pytest
import requests

from postlude.channels.failures import left_us


def closed_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def fail(url: str) -> requests.RequestException:
    with pytest.raises(requests.RequestException) as caught:
        requests.post(url, data={"a": "b"}, timeout=(2, 0.3))
    return caught.value


@pytest.mark.parametrize(
    "url",
    [
        f"http://127.0.0.1:{closed_port()}/",
        "http://no-such-host.invalid/",
        "http:///",
        "gopher://example.test/",
    ],
    # Its own name for each: the port is another one in each worker.
    ids=["closed", "no-host", "empty", "no-http"],
)
def test_no_connection_left_nothing(url):
    assert not left_us(fail(url))


@pytest.mark.parametrize("behaviour", ["silent", "closes"])
def test_a_connection_that_broke_may_have_taken_it(behaviour):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            peer, _ = server.accept()
            with peer:
                peer.recv(65536)
                if behaviour == "silent":
                    threading.Event().wait(0.6)

        thread = threading.Thread(target=serve)
        thread.start()
        error = fail(f"http://127.0.0.1:{server.getsockname()[1]}/")
        thread.join()

    assert left_us(error)


def test_a_plain_server_behind_https_left_nothing():
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            peer, _ = server.accept()
            with peer:
                peer.recv(65536)
                peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        error = fail(f"https://127.0.0.1:{server.getsockname()[1]}/")
        thread.join()

    assert not left_us(error)
