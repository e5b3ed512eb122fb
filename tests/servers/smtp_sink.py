"""A real SMTP server for tests: takes mail on a free port, records it, and fails on demand.

    with SmtpSink() as sink:
        sink.script("RCPT", "450 4.2.0 greylisted")      # the next RCPT gets this answer
        sink.script("CONTENT", DROP)                       # the next content is read to its end, then the line is cut
        ...
        sink.messages[0].content

Steps are GREETING, EHLO, HELO, STARTTLS, AUTH, MAIL, RCPT, DATA, CONTENT (after the final dot), HALF (in the middle of the
content), RSET, NOOP and QUIT.  Each scripted answer is used once, in order.
"""

from __future__ import annotations

import base64
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Self

DROP: Final = "drop"
"""Close the connection without an answer."""
_SOCKET_SECONDS = 20.0


@dataclass(frozen=True)
class Taken:
    """A message that was answered with 2xx after its content; ``content`` has its dots unstuffed."""

    sender: str
    recipient: str
    parameters: str
    content: bytes
    over_tls: bool
    user: str | None


@dataclass
class SmtpSink:
    """Listens from ``__enter__`` to ``__exit__``; ``port`` is the free one that was found."""

    context: ssl.SSLContext | None = None
    implicit_tls: bool = False
    extensions: Sequence[str] = ("PIPELINING", "SIZE 40000000", "8BITMIME", "SMTPUTF8")
    credentials: tuple[str, str] | None = None
    is_good_token: Callable[[str], bool] | None = None
    """Where set, whoever shows such an OAuth2 token by XOAUTH2 is let in."""
    delay: float = 0.0
    port: int = 0
    messages: list[Taken] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._scripts: dict[str, deque[str | Callable[[], str]]] = {}
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener: socket.socket | None = None

    def __enter__(self) -> Self:
        self.listen()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shut()

    def listen(self) -> None:
        """Listen on ``port``, or on a free one where it is 0."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        thread = threading.Thread(target=self._accept, args=(self._listener,), daemon=True)
        thread.start()
        self._threads.append(thread)

    def shut(self) -> None:
        """Close the port and every connection, as a server that dies."""
        self.stop_listening()
        self.hang_up()
        for thread in self._threads:
            thread.join(_SOCKET_SECONDS)
        self._threads.clear()

    def stop_listening(self) -> None:
        """Take no further connection; those that are open go on."""
        listener, self._listener = self._listener, None
        if listener:
            # Without shutdown a thread that waits in accept would keep the port alive.
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def hang_up(self) -> None:
        """Cut every open connection without a word."""
        with self._lock:
            sockets, self._open = self._open, []
        for one in sockets:
            _cut(one)

    def script(self, step: str, *answers: str | Callable[[], str]) -> None:
        """The next answers to a step; a callable is asked for its answer, and may wait."""
        with self._lock:
            self._scripts.setdefault(step, deque()).extend(answers)

    def await_messages(self, count: int, seconds: float = 10.0) -> list[Taken]:
        """Wait until so many messages were taken; fails where they do not come."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.messages) >= count, seconds), (
                f"{len(self.messages)} of {count} messages came in {seconds} s"
            )
            return list(self.messages)

    def await_command(self, start: str, seconds: float = 10.0) -> None:
        """Wait until a command that starts so was seen."""
        with self._changed:
            assert self._changed.wait_for(lambda: any(one.startswith(start) for one in self.commands), seconds), (
                f"no {start} came in {seconds} s"
            )

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                connected, _ = listener.accept()
            except OSError:
                return
            connected.settimeout(_SOCKET_SECONDS)
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self.connections += 1
                self._open.append(connected)
            thread = threading.Thread(target=_Session(self, connected).run, daemon=True)
            self._threads.append(thread)
            thread.start()

    def _next(self, step: str, usual: str) -> str:
        with self._lock:
            answers = self._scripts.get(step)
            answer = answers.popleft() if answers else usual
        return answer if isinstance(answer, str) else answer()

    def _note(self, command: str) -> None:
        with self._changed:
            self.commands.append(command)
            self._changed.notify_all()

    def _take(self, message: Taken) -> None:
        with self._changed:
            self.messages.append(message)
            self._changed.notify_all()

    def _swap(self, old: socket.socket, new: socket.socket) -> None:
        with self._lock:
            self._open = [new if one is old else one for one in self._open]


class _Gone(Exception):
    """The connection is over."""


class _Session:
    """One connection."""

    def __init__(self, sink: SmtpSink, connected: socket.socket) -> None:
        self._sink = sink
        self._socket = connected
        self._file = connected.makefile("rb")
        self._over_tls = False
        self._user: str | None = None
        self._sender = self._recipient = self._parameters = ""

    def run(self) -> None:
        try:
            if self._sink.implicit_tls:
                self._secure()
            self._answer("GREETING", "220 sink.example ESMTP")
            while self._command(self._line()):
                pass
        except (_Gone, OSError, ssl.SSLError, ValueError):
            pass
        finally:
            self._file.close()
            _cut(self._socket)

    def _line(self) -> str:
        line = self._file.readline(65536)
        if not line:
            raise _Gone
        return line.decode("utf-8").rstrip("\r\n")

    def _command(self, line: str) -> bool:
        self._sink._note(line)
        if self._sink.delay:
            time.sleep(self._sink.delay)
        verb = line.partition(" ")[0].upper()
        match verb:
            case "EHLO":
                self._answer("EHLO", self._greeting())
            case "HELO":
                self._answer("HELO", "250 sink.example")
            case "STARTTLS":
                if self._answer("STARTTLS", "220 go ahead"):
                    self._secure()
            case "AUTH":
                self._log_in(line)
            case "MAIL":
                self._sender, self._parameters = _path(line)
                self._answer("MAIL", "250 2.1.0 ok")
            case "RCPT":
                self._recipient, _ = _path(line)
                self._answer("RCPT", "250 2.1.5 ok")
            case "DATA":
                if self._answer("DATA", "354 go on"):
                    self._content()
            case "RSET" | "NOOP":
                self._answer(verb, "250 2.0.0 ok")
            case "QUIT":
                self._answer("QUIT", "221 2.0.0 bye")
                return False
            case _:
                self._say("502 5.5.2 what?")
        return True

    def _greeting(self) -> str:
        lines = ["sink.example", *self._sink.extensions]
        if self._sink.context and not self._over_tls:
            lines.append("STARTTLS")
        if self._sink.credentials and (self._over_tls or not self._sink.context):
            lines.append("AUTH PLAIN")
        if self._sink.is_good_token:
            lines.append("AUTH XOAUTH2")
        return "\r\n".join(f"250{' ' if n == len(lines) - 1 else '-'}{line}" for n, line in enumerate(lines))

    def _log_in(self, line: str) -> None:
        _, mechanism, said = line.split(" ")
        user, known = self._known(mechanism, base64.b64decode(said).decode("utf-8"))
        self._answer("AUTH", "235 2.7.0 welcome" if known else "535 5.7.8 not you")
        self._user = user if known else None

    def _known(self, mechanism: str, said: str) -> tuple[str, bool]:
        """Who says so, and whether to believe it."""
        if mechanism == "XOAUTH2":
            user, _, token = said.removeprefix("user=").partition("\1auth=Bearer ")
            return user, self._sink.is_good_token is not None and self._sink.is_good_token(token.rstrip("\1"))
        _, user, password = said.split("\0")
        return user, (user, password) == self._sink.credentials

    def _content(self) -> None:
        if self._sink._next("HALF", "") == DROP:
            self._file.readline()
            raise _Gone
        lines: list[bytes] = []
        while (line := self._file.readline(1_000_000)) != b".\r\n":
            if not line:
                raise _Gone
            lines.append(line.removeprefix(b"."))
        answer = self._sink._next("CONTENT", "250 2.0.0 queued")
        if answer.startswith("2"):
            # Before the answer, so that whoever got it finds the message.
            content = b"".join(lines)
            self._sink._take(
                Taken(self._sender, self._recipient, self._parameters, content, self._over_tls, self._user)
            )
        self._give(answer)

    def _answer(self, step: str, usual: str) -> bool:
        """Give the scripted answer, else the usual one; True where it is 2xx or 3xx."""
        return self._give(self._sink._next(step, usual))

    def _give(self, answer: str) -> bool:
        if answer == DROP:
            raise _Gone
        self._say(answer)
        if answer.startswith("421"):
            raise _Gone
        return answer[0] in "23"

    def _say(self, answer: str) -> None:
        self._socket.sendall(f"{answer}\r\n".encode())

    def _secure(self) -> None:
        assert self._sink.context is not None
        plain = self._socket
        self._socket = self._sink.context.wrap_socket(plain, server_side=True)
        self._sink._swap(plain, self._socket)
        self._file = self._socket.makefile("rb")
        self._over_tls = True


def _path(line: str) -> tuple[str, str]:
    path, _, parameters = line.partition("<")[2].partition(">")
    return path, parameters.strip()


def _cut(connected: socket.socket) -> None:
    try:
        connected.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    connected.close()
