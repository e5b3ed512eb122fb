"""The figures are served to whoever asks for them, and nobody can hold the server up."""

from __future__ import annotations

import contextlib
import http.client
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Semaphore

import pytest
from prometheus_client import CollectorRegistry, Counter

from mailgate.errors import ConfigurationError
from mailgate.metrics import server
from mailgate.metrics.server import Served, page_of


def page(accepted: str) -> tuple[str, bytes]:
    return "text/plain; version=0.0.4", f"mails 3 # {accepted}\n".encode()


@pytest.fixture
def served() -> Iterator[Served]:
    with Served(("127.0.0.1", 0), page) as running:
        yield running


def ask(served: Served, method: str = "GET", path: str = "/metrics") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(*served.address, timeout=20)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_the_page_is_given_to_each_who_asks(served: Served) -> None:
    assert ask(served) == (200, b"mails 3 # \n")
    assert ask(served, "HEAD") == (200, b"")


@pytest.mark.parametrize(
    "accepted", ["application/openmetrics-text; version=abc; escaping=zzz", "\x00;;=,version==", "ż" * 9000, ""]
)
def test_whatever_is_asked_for_the_figures_are_given(accepted: str) -> None:
    """A strange header is the asker's affair, and no line in the journal."""
    registry = CollectorRegistry()
    Counter("mails", "Mails.", registry=registry).inc(3)
    content_type, content = page_of(registry)(accepted)
    assert content_type.startswith(("text/plain", "application/openmetrics-text"))
    assert b"mails_total 3.0" in content


def test_nothing_else_is_to_be_had(served: Served) -> None:
    assert ask(served, path="/../etc/passwd")[0] == 404
    assert ask(served, "POST")[0] == 501


def test_whoever_says_too_little_is_cut_off_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many bytes come before: only the whole time counts."""
    monkeypatch.setattr(server, "REQUEST_SECONDS", 0.3)
    with Served(("127.0.0.1", 0), page) as served, socket.create_connection(served.address, timeout=20) as slow:
        slow.sendall(b"GET /metrics HTTP/1.0\r\nX: ")
        assert slow.recv(100) == b""


def test_hundreds_that_say_nothing_keep_out_nobody_who_asks(served: Served) -> None:
    """Of too many at a time those who were silent for the longest give way."""
    silent = [socket.create_connection(served.address, timeout=20) for _ in range(300)]
    try:
        assert ask(served) == (200, b"mails 3 # \n")
        assert silent[0].recv(100) == b""
        # The last ones are waited for.
        silent[-1].sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
        assert silent[-1].recv(100).startswith(b"HTTP/1.0 200 ")
    finally:
        for one in silent:
            one.close()


def test_whoever_is_being_answered_gives_way_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page costs a look at the register: no more are made at a time than there are places."""
    monkeypatch.setattr(server, "_MOST_CONNECTIONS", 2)
    asked, answer = Semaphore(0), Event()

    def slow_page(accepted: str) -> tuple[str, bytes]:
        asked.release()
        answer.wait(20)
        return page(accepted)

    with Served(("127.0.0.1", 0), slow_page) as served, ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(ask, served) for _ in range(2)]
        for _ in answers:
            assert asked.acquire(timeout=20)
        with pytest.raises((ConnectionError, http.client.HTTPException)):
            ask(served)
        answer.set()
        assert {one.result()[0] for one in answers} == {200}


def test_whoever_takes_no_answer_is_cut_off_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "REQUEST_SECONDS", 0.3)
    monkeypatch.setattr(server, "_MOST_CONNECTIONS", 1)
    with Served(("127.0.0.1", 0), lambda accepted: ("text/plain", b"x" * 50_000_000)) as served:
        with socket.create_connection(served.address, timeout=20) as deaf:
            deaf.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
            assert deaf.recv(4) == b"HTTP"
            while True:
                # There is but one place, and it is taken until then.
                with contextlib.suppress(ConnectionError, http.client.HTTPException):
                    assert ask(served, "HEAD")[0] == 200
                    break


def test_an_address_that_cannot_be_had_is_one_sentence_that_names_the_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"MAILGATE_METRICS_LISTEN: 127.0.0.1:{port} cannot be had"):
            Served(("127.0.0.1", port), page)


def test_an_address_of_version_six_will_do() -> None:
    with Served(("::1", 0), page) as served:
        assert ask(served)[0] == 200
