"""A thread that does one kind of work whenever there is some, and says once when it cannot."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event, Thread

from mailgate.domain.pauses import pause
from mailgate.errors import MailgateError
from mailgate.faultplaces import place_of

_log = logging.getLogger(__name__)
SHORTEST_PAUSE = 0.5
LONGEST_PAUSE = 30.0


class Worker:
    """Calls ``work`` until it returns 0, then waits to be woken.

    A MailgateError is said once, and tried again with growing pauses until ``work`` succeeds.  Anything else is our
    own mistake: it is logged with its trace, and tried again likewise, for a daemon must not lose a limb in silence.
    ``rounded`` is called whenever ``work`` has come to an end, whichever: what never ends must be noticed.
    """

    def __init__(self, name: str, work: Callable[[], int], rounded: Callable[[], None] = lambda: None) -> None:
        self._name = name
        self._work = work
        self._rounded = rounded
        self._woken = Event()
        self._stopping = Event()
        self._failures = 0
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin, with a first look."""
        self._woken.set()
        self._thread.start()

    def wake(self) -> None:
        """There may be work; callable from any thread, and cheap."""
        self._woken.set()

    def stop(self, timeout: float) -> bool:
        """Let the work in hand end; False if it did not within the time (seconds)."""
        self._stopping.set()
        self._woken.set()
        if self._thread.ident is None:
            return True
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.wait()
            self._woken.clear()
            while not self._stopping.is_set() and self._did_some():
                self._rounded()
            self._rounded()

    def _did_some(self) -> bool:
        try:
            done = self._work() > 0
        except MailgateError as fault:
            self._failed(str(fault))
            return True
        except Exception as fault:  # noqa: BLE001  # See above.
            self._failed(f"a mistake of the program: {place_of(fault)}")
            return True
        if self._failures:
            _log.warning("%s works again after %d failures", self._name, self._failures)
            self._failures = 0
        return done

    def _failed(self, reason: str) -> None:
        self._failures += 1
        if self._failures == 1 and not self._stopping.is_set():
            _log.error("%s cannot work now and tries again: %s", self._name, reason)
        self._stopping.wait(pause(self._failures, SHORTEST_PAUSE, LONGEST_PAUSE, 0.0))
