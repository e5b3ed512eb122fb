"""Values that are made from files of the administrator's, and made anew when these change: no restart is needed.

Whoever needs the value asks for it each time; that costs a look at the files' dates and no more.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

from mailgate.errors import ConfigurationError

T = TypeVar("T")
_Stamp = tuple[tuple[int, int, int] | None, ...]

_log = logging.getLogger(__name__)


class Watched(Generic[T]):
    """The value of some files.  Files that have become unusable leave the former value, and one line in the log."""

    def __init__(self, what: str, files: Sequence[Path], load: Callable[[], T]) -> None:
        """``what`` names the value to people; ``load`` reads the files and raises ConfigurationError, here as well."""
        self._what = what
        self._files = tuple(files)
        self._load = load
        # Looked at before they are read: what changes meanwhile is read once more.
        self._stamp = self._look()
        self._value = load()

    def current(self) -> T:
        """The value of the files as they are now, or as they last were when they could be used; raises nothing."""
        stamp = self._look()
        if stamp != self._stamp:
            self._stamp = stamp
            self._renew()
        return self._value

    def _renew(self) -> None:
        try:
            self._value = self._load()
        except ConfigurationError as fault:
            _log.error("the new %s cannot be used, the former one stays: %s", self._what, fault)
        else:
            _log.info("the %s has changed and was read anew", self._what)

    def _look(self) -> _Stamp:
        return tuple(map(_stamp_of, self._files))


def _stamp_of(file: Path) -> tuple[int, int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
