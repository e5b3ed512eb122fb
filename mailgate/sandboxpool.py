"""Several sandboxes side by side: as many as mail keeps busy, and one that is warm."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Self

from mailgate import maillog
from mailgate.domain.reading import Reading
from mailgate.errors import ReadingFailed
from mailgate.sandbox import Limits, Sandbox, SandboxClosed, SandboxUnavailable

RESTED_SECONDS: Final = 60.0
"""After so long without a mail a child is not worth the memory of its libraries, some 50 MiB."""


class SandboxPool:
    """Several sandboxes that read messages side by side."""

    def __init__(self, size: int, limits: Limits | None = None, read: Callable[[], None] = lambda: None) -> None:
        """``size`` children at most; ``read`` is called after each message, in the thread that waited for it."""
        self._done = read
        self._sandboxes = tuple(Sandbox(limits) for _ in range(max(1, size)))
        # The one that was used last is used next: where little comes, the others rest.
        self._idle: queue.LifoQueue[Sandbox] = queue.LifoQueue()
        for sandbox in self._sandboxes:
            self._idle.put(sandbox)
        self._threads = ThreadPoolExecutor(max_workers=len(self._sandboxes), thread_name_prefix="sandbox")

    def read_all(self, batch: Sequence[tuple[bytes, str | None]]) -> list[Reading | ReadingFailed]:
        """Reads messages (bytes, envelope sender); the answer at each place is that of the message there.

        One that cannot be read is its error, and costs only itself.
        """
        try:
            waiting = [self._threads.submit(self._read, raw, sender) for raw, sender in batch]
        except RuntimeError:
            return [SandboxClosed("The sandbox is closed.") for _ in batch]
        return [future.result() for future in waiting]

    def warm(self) -> None:
        """Start all children now: the first mail shall not wait for it."""
        for begun in [self._threads.submit(_read_in, one, b"Subject: none\r\n\r\n", None) for one in self._sandboxes]:
            begun.result()

    def rest(self, seconds: float = RESTED_SECONDS) -> None:
        """Ends children that have read nothing for so long, but keeps one warm: the next mail shall not wait for it."""
        warm = [sandbox for sandbox in self._sandboxes if sandbox.pid is not None]
        for sandbox in sorted(warm, key=lambda one: one.used_at)[:-1]:
            sandbox.rest(seconds)

    def _read(self, raw: bytes, sender: str | None) -> Reading | ReadingFailed:
        began = time.monotonic()
        sandbox = self._idle.get()
        try:
            reading = _read_in(sandbox, raw, sender)
        finally:
            self._idle.put(sandbox)
        maillog.reading_ended(seconds=time.monotonic() - began, ok=not isinstance(reading, ReadingFailed))
        self._done()
        return reading

    def close(self) -> None:
        """Ends all children at once; safe from any thread, and more than once."""
        for sandbox in self._sandboxes:
            sandbox.close()
        self._threads.shutdown(wait=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


def _read_in(sandbox: Sandbox, raw: bytes, sender: str | None) -> Reading | ReadingFailed:
    try:
        return sandbox.read(raw, sender)
    except ReadingFailed as failure:
        return failure
    except OSError as failure:
        return SandboxUnavailable(f"A reading process cannot be started: {failure.strerror or failure}.")
