"""Whether every stage of the daemon still comes to the end of its rounds: what the watchdog is fed by.

A process that runs proves nothing (a socket that hangs for ever keeps it running), so no timer feeds the watchdog: only
a stage that has just completed a round does, and only while no other stage is overdue.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from threading import Lock

_log = logging.getLogger("mailgate.vitals")


class Vitals:
    """Completed rounds by stage; used by several threads.

    ``due`` gives for each stage the seconds within which it must complete a round, the longest that one may honestly
    take.  ``clock`` gives seconds that never run backwards.
    """

    def __init__(self, due: Mapping[str, float], clock: Callable[[], float]) -> None:
        self._due = dict(due)
        self._clock = clock
        self._well: Callable[[], None] = lambda: None
        self._lock = Lock()
        now = clock()
        self._completed = dict.fromkeys(self._due, now)

    def feed(self, well: Callable[[], None]) -> None:
        """From now on ``well`` is called, in the thread of a stage that completes a round, while none is overdue."""
        self._well = well

    def pulse(self, stage: str) -> None:
        """A round is complete: a poll, an empty spool or outbox, or an outage that is known and waited out."""
        with self._lock:
            self._completed[stage] = self._clock()
            overdue = self._overdue()
        if overdue:
            return
        try:
            self._well()
        except Exception:  # noqa: BLE001
            # A sign of life that cannot be given must not end the stage that gives it.
            _log.exception("a sign of life could not be given")

    def overdue(self) -> tuple[str, ...]:
        """The stages that have not completed a round in time."""
        with self._lock:
            return self._overdue()

    def rounds(self) -> dict[str, tuple[float, float]]:
        """For each stage the seconds since its last completed round, and those within which it must complete one."""
        with self._lock:
            now = self._clock()
            return {stage: (now - self._completed[stage], due) for stage, due in self._due.items()}

    def _overdue(self) -> tuple[str, ...]:
        now = self._clock()
        return tuple(stage for stage, due in self._due.items() if now - self._completed[stage] > due)
