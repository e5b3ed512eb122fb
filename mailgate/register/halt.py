"""How another thread ends a long look at the register: it is asked between the steps, and a long statement is cut short."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Lock
from typing import Any

from sqlmodel import Session

CANCEL_SECONDS = 2.0
"""So long PostgreSQL may take to hear that its statement is not wanted any more."""


class Halt:
    """Called by the thread that looks, it tells whether to end; ``set`` is called by any other, and as often as one likes.

    A statement that begins just after ``set`` is not cut short: until the look has ended, set it again.
    """

    def __init__(self) -> None:
        self._event = Event()
        self._lock = Lock()
        self._cut: Callable[[], None] | None = None

    def __call__(self) -> bool:
        """Whether the look is to end."""
        return self._event.is_set()

    def set(self) -> None:
        """End the look: the statement that is at work in ``over`` fails with RegisterError, or RegisterBusy."""
        self._event.set()
        # The lock keeps the connection in those hands: given back, it would soon work at somebody else's statement.
        with self._lock:
            if self._cut is not None:
                self._cut()

    @contextmanager
    def over(self, session: Session) -> Iterator[None]:
        """For the block, the statements of this session can be cut short; one session at a time."""
        cut = _cutter(session)
        with self._lock:
            self._cut = cut
        try:
            yield
        finally:
            with self._lock:
                self._cut = None


def _cutter(session: Session) -> Callable[[], None]:
    """Both drivers let any thread do this, and it is nothing where no statement is at work."""
    connection = session.connection()
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name != "postgresql":
        return driver.interrupt  # type: ignore[no-any-return]
    faults = connection.dialect.loaded_dbapi.Error

    def cancel() -> None:
        # A server that cannot be reached works at nothing of ours.
        with suppress(faults):
            driver.cancel_safe(timeout=CANCEL_SECONDS)

    return cancel
