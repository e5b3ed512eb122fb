"""A TCP relay between a client and a server of this machine, which tells when so many bytes have come from the server."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self


class Relay:
    """A context manager.  ``after`` is called once, when a connection has carried ``count`` bytes from the server."""

    def __init__(self, target: int, count: int, after: Callable[[], object]) -> None:
        self._target = target
        self._count = count
        self._after: Callable[[], object] | None = after
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Not closed at once: only this wakes the thread that accepts.
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._threads.append(threading.Thread(target=self._connection, args=(client,)))
            self._threads[-1].start()

    def _connection(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self._target)) as server:
            back = threading.Thread(target=self._carry, args=(server, client, self._count))
            back.start()
            self._carry(client, server, None)
            back.join()

    def _carry(self, source: socket.socket, sink: socket.socket, limit: int | None) -> None:
        carried = 0
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                sink.sendall(data)
                carried += len(data)
                if limit is not None and carried >= limit:
                    self._tell()
        for one in (source, sink):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _tell(self) -> None:
        after, self._after = self._after, None
        if after is not None:
            after()
