"""A small HTTP server for one page of figures: few connections, each with an end in time, and nothing else to be had."""

from __future__ import annotations

import logging
import socket
import sys
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from time import monotonic
from types import TracebackType
from typing import Any, Self

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from mailgate.errors import ConfigurationError
from mailgate.faultplaces import place_of

PATH = "/metrics"
REQUEST_SECONDS = 10.0
"""For a connection from its first to its last byte, however slowly its other side speaks."""
_LOOK_SECONDS = 0.2
"""How often to look for those whose time is over."""
_MOST_CONNECTIONS = 8
"""At a time: a page costs a look at the register, which mail has better uses for."""
_BACKLOG = 512
"""Connections that the kernel keeps until they are seen to: those beyond it would try again only after a second."""

_log = logging.getLogger(__name__)
Page = Callable[[str], tuple[str, bytes]]


def page_of(registry: CollectorRegistry) -> Page:
    """Content type and content of the figures, as the asker's ``Accept`` wants them, or in plain text where it is odd."""

    def page(accepted: str) -> tuple[str, bytes]:
        try:
            encode, content_type = choose_encoder(accepted)
        except Exception:  # noqa: BLE001
            # The library stumbles over versions that it does not know, and the asker is no fault of ours.
            encode, content_type = choose_encoder("")
        return content_type, encode(registry)

    return page


class Served:
    """Serves the page from ``__enter__`` to ``__exit__``; ``address`` is where, with the port that was found for 0.

    Raises ConfigurationError, at once, where the address cannot be had.
    """

    def __init__(self, listen: tuple[str, int], page: Page) -> None:
        host, port = listen
        try:
            family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            self._server = _server(family, address[:2], page)
        except OSError as fault:
            raise ConfigurationError(
                f"MAILGATE_METRICS_LISTEN: {host}:{port} cannot be had ({fault.strerror or fault}); stop the program "
                "that uses it, name another port, or leave it empty"
            ) from None
        self.address: tuple[str, int] = self._server.server_address[:2]  # type: ignore[assignment]
        self._thread = Thread(target=self._server.serve_forever, args=(_LOOK_SECONDS,), name="metrics", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _server(family: int, address: Any, page: Page) -> ThreadingHTTPServer:
    class Handler(_Handler):
        answer = staticmethod(page)

    class Server(_Server):
        address_family = family

    return Server(address, Handler)


class _Visitors:
    """Who is connected: those who have not asked yet, in order of their coming, and those who are being answered."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._silent: dict[socket.socket, float] = {}
        self._answered: dict[socket.socket, float] = {}

    def come(self, visitor: socket.socket) -> bool:
        """Let one in, where all places are taken in place of who has been silent for the longest; False where none is.

        Else a few that say nothing would keep out whoever has something to ask.
        """
        with self._lock:
            if len(self._silent) + len(self._answered) >= _MOST_CONNECTIONS:
                longest = next(iter(self._silent), None)
                if longest is None:
                    return False
                del self._silent[longest]
                _cut(longest)
            self._silent[visitor] = monotonic()
            return True

    def ask(self, visitor: socket.socket) -> None:
        """It has asked: from now on it gives way to nobody."""
        with self._lock:
            since = self._silent.pop(visitor, None)
            if since is not None:
                self._answered[visitor] = since

    def leave(self, visitor: socket.socket) -> None:
        """Its place is free, if it still had one."""
        with self._lock:
            self._silent.pop(visitor, None)
            self._answered.pop(visitor, None)

    def cut_the_slow(self) -> None:
        """Those whose time is over; a limit for each byte would let one who trickles stay for ever."""
        with self._lock:
            for visitor, since in (self._silent | self._answered).items():
                if monotonic() - since > REQUEST_SECONDS:
                    _cut(visitor)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Whoever is being answered at the end may lose the answer; the daemon does not wait.
    block_on_close = False
    request_queue_size = _BACKLOG

    def __init__(self, *arguments: Any) -> None:
        self.visitors = _Visitors()
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        """In a thread where there is a place, else not at all."""
        if self.visitors.come(request):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Whatever happens, its place is free at the end."""
        try:
            self.finish_request(request, client_address)
        except Exception:  # noqa: BLE001
            self.handle_error(request, client_address)
        finally:
            self.visitors.leave(request)
            self.shutdown_request(request)

    def service_actions(self) -> None:
        """Called between two connections, and whenever none comes for _LOOK_SECONDS."""
        self.visitors.cut_the_slow()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """A client that went away is no news; a mistake of ours is, though its words stay untold."""
        fault = sys.exception()
        if fault is not None and not isinstance(fault, OSError):
            _log.error("the metrics cannot be told: %s", place_of(fault))


def _cut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    answer: Page
    timeout = REQUEST_SECONDS

    def do_GET(self) -> None:
        """The page, and where it is for those who came to the wrong one."""
        self._respond(with_content=True)

    def do_HEAD(self) -> None:
        """The same without its content."""
        self._respond(with_content=False)

    def _respond(self, *, with_content: bool) -> None:
        self.server.visitors.ask(self.connection)
        status, kind, content = HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", f"See {PATH}\n".encode()
        if self.path.partition("?")[0] == PATH:
            status = HTTPStatus.OK
            kind, content = self.answer(self.headers.get("Accept", ""))
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if with_content:
            self.wfile.write(content)

    def version_string(self) -> str:
        """What stands in ``Server``: no version, which only helps those who look for old ones."""
        return "mailgate"

    def log_message(self, format: str, *values: Any) -> None:
        """A scrape is no news."""
