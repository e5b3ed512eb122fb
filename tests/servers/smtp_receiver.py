"""A receiver on a free port in a thread of its own, a spool in memory behind it, and a scripted client before it."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

from mailgate.intake.committer import Committer
from mailgate.intake.doorkeeper import Access, Doorkeeper, Limits
from mailgate.intake.receiver import Receiver
from mailgate.intake.smtp_session import SmtpSession
from mailgate.register.spool import Arrival, Spooled

HOTLINE = "hotline@csizs.example"
PATIENCE = 10.0
NOW = datetime(2026, 11, 20, 14, 59, 59, tzinfo=UTC)


class MemorySpool:
    """Stores as the register does (a known fingerprint is a duplicate, all or nothing), and can be made to fail.

    ``open`` is set unless a test wants a commit to hang; ``entered`` tells that one has begun.
    """

    def __init__(self) -> None:
        self.arrivals: list[Arrival] = []
        self.batches: list[int] = []
        self.open = Event()
        self.open.set()
        self.entered = Event()
        self.fault: Callable[[Sequence[Arrival]], Exception | None] = lambda arrivals: None
        self._lock = Lock()

    def __call__(self, arrivals: Sequence[Arrival]) -> list[Spooled]:
        self.entered.set()
        assert self.open.wait(PATIENCE), "the test never let the commit go on"
        with self._lock:
            if fault := self.fault(arrivals):
                raise fault
            self.batches.append(len(arrivals))
            return [self._put(arrival) for arrival in arrivals]

    def _put(self, arrival: Arrival) -> Spooled:
        for number, known in enumerate(self.arrivals, start=1):
            if known.fingerprint == arrival.fingerprint:
                return Spooled(number, True)
        self.arrivals.append(arrival)
        return Spooled(len(self.arrivals), False)


class RunningReceiver:
    """What a test sees of a receiver that runs in another thread."""

    def __init__(self, receiver: Receiver, spool: MemorySpool) -> None:
        self.spool = spool
        self.port = 0
        self._receiver = receiver
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def start(self) -> None:
        addresses = asyncio.run_coroutine_threadsafe(self._receiver.start(), self._loop).result(PATIENCE)
        self.port = addresses[0][1]

    def begin_stop(self, grace_seconds: float) -> Callable[[], None]:
        """Begin to stop; the result waits for the end of it."""
        future = asyncio.run_coroutine_threadsafe(self._receiver.stop(grace_seconds), self._loop)
        return lambda: future.result(PATIENCE)

    def close(self) -> None:
        self.begin_stop(0)()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    @property
    def door(self) -> Doorkeeper:
        """What the sessions share."""
        return self._receiver._door

    def guests(self) -> list[SmtpSession]:
        """The sessions that are open."""
        return [guest for guest in list(self.door._guests) if isinstance(guest, SmtpSession)]

    def call(self, host: str = "127.0.0.1") -> Dialogue:
        """A new client; each address of the loopback network is another host."""
        return Dialogue(self.port, host)


@contextmanager
def running_receiver(
    limits: Limits | None = None,
    now: Callable[[], datetime] = lambda: NOW,
    spool: MemorySpool | None = None,
    access: Access | None = None,
) -> Iterator[RunningReceiver]:
    """A receiver for HOTLINE, stopped at the end."""
    spool = spool or MemorySpool()
    with Committer(spool) as committer:
        receiver = Receiver(HOTLINE, committer, [("127.0.0.1", 0)], limits=limits, access=access, now=now)
        server = RunningReceiver(receiver, spool)
        server.start()
        try:
            yield server
        finally:
            spool.open.set()
            server.close()


class Dialogue:
    """A client that says exactly what it is told to; every reply is one text, continuation lines included."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE, source_address=(host, 0))
        self._file = self.socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def reply(self) -> str:
        """The next reply; "" where the server has closed the connection."""
        lines = []
        while line := self._file.readline():
            lines.append(line.decode())
            if line[3:4] != b"-":
                break
        return "".join(lines).rstrip("\r\n")

    def say(self, command: str | bytes) -> str:
        """One command, one reply."""
        self.send((command.encode() if isinstance(command, str) else command) + b"\r\n")
        return self.reply()

    def start_tls(self, context: ssl.SSLContext, injected: bytes = b"") -> Self:
        """STARTTLS, with whatever is sent in the same segment; the next word is said under TLS."""
        self.send(b"STARTTLS\r\n" + injected)
        assert self.reply().startswith("220 ")
        self._file.close()
        self.socket = context.wrap_socket(self.socket, server_hostname="csizs.example")
        self._file = self.socket.makefile("rb")
        return self

    def greet(self) -> Self:
        """Read the banner and say EHLO."""
        assert self.reply().startswith("220 ")
        assert self.say("EHLO client.example").startswith("250-")
        return self

    def begin(self, sender: str = "jan@urzad.example") -> Self:
        """Everything up to the go-ahead for the data."""
        assert self.say(f"MAIL FROM:<{sender}>").startswith("250 ")
        assert self.say(f"RCPT TO:<{HOTLINE}>").startswith("250 ")
        assert self.say("DATA").startswith("354 ")
        return self

    def deliver(self, content: bytes) -> str:
        """One mail; the content is sent as it stands, the end of data is added."""
        self.begin()
        self.send(content + b"\r\n.\r\n")
        return self.reply()

    def is_closed(self) -> bool:
        """True if the server has closed; waits for it, and what it still says is read and dropped."""
        try:
            return self._file.read() is not None
        except ConnectionResetError:
            return True
