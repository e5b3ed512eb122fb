"""The figures are served to whoever asks for them, and nobody can hold the server up."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator

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


def test_of_too_many_at_a_time_the_last_are_turned_away_and_the_next_are_served(served: Served) -> None:
    held = [socket.create_connection(served.address, timeout=20) for _ in range(12)]
    try:
        # Those beyond the limit are closed at once; the others wait to be asked.
        assert held[-1].recv(100) == b""
    finally:
        for one in held:
            one.close()
    while True:
        try:
            assert ask(served)[0] == 200
        except (ConnectionError, http.client.HTTPException):
            continue
        break


def test_an_address_that_cannot_be_had_is_one_sentence_that_names_the_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"MAILGATE_METRICS_LISTEN: 127.0.0.1:{port} cannot be had"):
            Served(("127.0.0.1", port), page)


def test_an_address_of_version_six_will_do() -> None:
    with Served(("::1", 0), page) as served:
        assert ask(served)[0] == 200
