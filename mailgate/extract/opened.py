"""What a container holds, whatever its format: texts of its own, files, and messages in its own structure."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

from mailgate.domain.mail import Attachment

MAX_FILES: Final = 1_000
MAX_BYTES: Final = 128 * 1024 * 1024
MAX_SECONDS: Final = 8.0
"""Less than half of the processor time that the sandbox grants: one more file, and pictured pages, come on top."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An opened container.

    ``plain`` and ``html`` are texts as in ``InboundMail``.  ``items`` are messages (name, content) that are kept in
    the container's structure and have no bytes of their own.
    """

    plain: tuple[str, ...] = ()
    html: tuple[str, ...] = ()
    files: tuple[Attachment, ...] = ()
    items: tuple[tuple[str, Opened], ...] = ()
    notes: tuple[str, ...] = ()
    subject: str = ""


class Allowance:
    """What may still be spent on the files of one message, whatever holds them.

    Files are counted, and bytes that are unpacked, and processor time: a thousand small files of a slow kind would cost
    more than the sandbox grants, and then nothing of the message were read.
    """

    def __init__(self, files: int = MAX_FILES, size: int = MAX_BYTES, seconds: float = MAX_SECONDS) -> None:
        self._files = files
        self._size = size
        self._until = time.process_time() + seconds

    @property
    def files(self) -> int:
        """How many files may still be read."""
        return max(0, self._files)

    @property
    def size(self) -> int:
        """How many bytes may still be unpacked."""
        return self._size

    def unpacked(self, size: int) -> None:
        """Counts bytes that were unpacked."""
        self._size = max(0, self._size - size)

    def next_file(self) -> str | None:
        """Counts one more file; why it may not be read, in English, or None where it may."""
        self._files -= 1
        if self._files < 0:
            return "not read: too many files in one message"
        if time.process_time() > self._until:
            return "not read: the files before it took too long"
        return None
