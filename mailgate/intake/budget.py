"""How much mail may lie in memory on its way to the spool.

Whoever takes mail in counts its bytes here before it holds them, so that a hundred large mails at once cannot exhaust
the machine: threads wait for room, the SMTP receiver (which must not wait) answers "come again later".
"""

from __future__ import annotations

from threading import Condition
from types import TracebackType
from typing import Self


class ByteBudget:
    """A bound on bytes held at a time, shared by threads and by an event loop."""

    def __init__(self, capacity: int) -> None:
        """``capacity`` is in bytes.  A single mail larger than that passes alone, or it would wait for ever."""
        self._capacity = capacity
        self._held = 0
        self._changed = Condition()

    @property
    def held(self) -> int:
        """Bytes held now."""
        return self._held

    def take(self, size: int) -> None:
        """Hold so many bytes more, waiting until there is room."""
        with self._changed:
            self._changed.wait_for(lambda: self._has_room(size))
            self._held += size

    def try_take(self, size: int) -> bool:
        """Hold so many bytes more if there is room at once; never waits."""
        with self._changed:
            if not self._has_room(size):
                return False
            self._held += size
            return True

    def give(self, size: int) -> None:
        """Hold so many bytes less."""
        with self._changed:
            self._held -= size
            self._changed.notify_all()

    def share(self) -> Share:
        """The part of one mail that is still growing; a context manager that gives it all back at its end."""
        return Share(self)

    def _has_room(self, size: int) -> bool:
        return self._held == 0 or self._held + size <= self._capacity


class Share:
    """What one mail holds of a budget."""

    def __init__(self, budget: ByteBudget) -> None:
        """Begin with nothing."""
        self._budget = budget
        self._size = 0

    def grow(self, size: int) -> bool:
        """Hold so many bytes more; False where there is no room, and then nothing changes."""
        if not self._budget.try_take(size):
            return False
        self._size += size
        return True

    def shed(self) -> None:
        """Give everything back: the bytes were dropped."""
        self._budget.give(self._size)
        self._size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shed()
