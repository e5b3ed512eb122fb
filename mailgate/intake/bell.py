"""A flag that one thread raises and another waits for, alone or together with a socket."""

from __future__ import annotations

import os
import select
import threading
import weakref


class Bell:
    """Rings once and for ever.  ``fileno`` can be watched by ``poll``: it is readable as soon as the bell rings."""

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()
        self._rings = threading.Event()
        weakref.finalize(self, _close, self._reader, self._writer)

    def fileno(self) -> int:
        """The descriptor to watch; it belongs to the bell."""
        return self._reader

    def ring(self) -> None:
        """Wake whoever waits, now and in future."""
        if not self._rings.is_set():
            self._rings.set()
            os.write(self._writer, b"!")

    def rings(self) -> bool:
        """Whether it has been rung."""
        return self._rings.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait so long at most; returns ``rings``."""
        poll = select.poll()
        poll.register(self._reader, select.POLLIN)
        poll.poll(max(0.0, seconds) * 1000)
        return self.rings()


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
