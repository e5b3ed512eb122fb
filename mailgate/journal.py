"""How a line of the log is written, whoever wrote it: of an exception its kind and its places, and never its words.

The words of an exception may quote what a clerk wrote, or a name or an address; the register is the place of those.
"""

from __future__ import annotations

import logging
import time
import traceback
from pathlib import Path
from types import TracebackType

_MOST_FRAMES = 25
_PRIORITIES = {logging.ERROR: 3, logging.WARNING: 4, logging.INFO: 6}
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Discreet(logging.Formatter):
    """Tells of exceptions where they arose, in UTC."""

    converter = staticmethod(time.gmtime)

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802
        """The chain of them, the first cause first."""
        chain: list[BaseException] = []
        one = ei[1]
        while one is not None and one not in chain:
            chain.append(one)
            one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
        return "\n".join(line for fault in reversed(chain) for line in _told(fault))

    def formatStack(self, stack_info: str) -> str:  # noqa: N802
        """As it is: it holds lines of the program alone."""
        return stack_info


class ForSystemd(Discreet):
    """Puts the priority of sd-daemon(3) before each line; the time is added by the journal itself."""

    def format(self, record: logging.LogRecord) -> str:
        """One record, perhaps of several lines."""
        prefix = f"<{_PRIORITIES.get(record.levelno, 7 if record.levelno < logging.INFO else 2)}>"
        return "\n".join(prefix + line for line in super().format(record).splitlines())


def _told(fault: BaseException) -> list[str]:
    frames = traceback.extract_tb(fault.__traceback__)[-_MOST_FRAMES:]
    return [type(fault).__name__, *(f"  {Path(one.filename).name}:{one.lineno} in {one.name}" for one in frames)]
