"""Small JSON files that the program keeps for itself: read without trust, for whoever may write there may spoil them."""

from __future__ import annotations

import json
import os
import stat
from datetime import datetime
from pathlib import Path
from typing import Any

MOST_BYTES = 1 << 20
_YEARS = range(1900, 9000)


def read(path: Path) -> Any:
    """The value in a plain file.  Raises OSError, and ValueError where there is no plain file, or no JSON of our size.

    Neither a pipe that nobody writes to nor a device without end holds up whoever reads.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ValueError("no plain file")
        raw = file.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise ValueError("too large")
    return parse(raw)


def parse(raw: bytes) -> Any:
    """The value of a JSON text.  Raises ValueError for anything else, however deep."""
    try:
        return json.loads(raw)
    except RecursionError:
        raise ValueError("too deep") from None


def instant(text: str) -> datetime:
    """An aware instant that can be reckoned with: not at the ends of the calendar.  Raises ValueError, TypeError."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None or found.year not in _YEARS:
        raise ValueError("no instant of ours")
    return found


def number(value: Any, most: int) -> int:
    """A whole number from 0 to ``most``.  Raises ValueError."""
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError("no number, or out of its bounds")
    return value


def text(value: Any) -> str:
    """A text.  Raises TypeError."""
    if not isinstance(value, str):
        raise TypeError("no text")
    return value
