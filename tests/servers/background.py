"""A server of the standard library that serves in a thread of its own."""

from __future__ import annotations

import socketserver
import threading
from types import TracebackType
from typing import Self


class Background:
    """Serves while its block lasts; ``ending`` is set first, so that an answer that keeps silent can wait for it."""

    def __init__(self, server: socketserver.BaseServer) -> None:
        self.ending = threading.Event()
        self._serving = server
        self._thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ending.set()
        self._serving.shutdown()
        self._thread.join()
        self._serving.server_close()
