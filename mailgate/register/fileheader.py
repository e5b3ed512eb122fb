"""The first bytes of a SQLite database file, read past SQLite: in the file itself nothing ever goes back.

SQLite shows each page as its write-ahead log has it, so an older copy that was written over the file shows itself only
here (https://www.sqlite.org/fileformat.html, section 1.3).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

_LENGTH = 100
_DESCRIPTORS = Path("/proc/self/fd")


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a checkpoint makes larger, or leaves: changes of the first page, pages in all, changes of the schema."""

    changes: int
    pages: int
    schema: int

    @classmethod
    def of(cls, header: bytes) -> _Seen:
        changes, pages, schema = (int.from_bytes(header[at : at + 4], "big") for at in (24, 28, 40))
        return cls(changes, pages, schema)

    def is_before(self, other: _Seen) -> bool:
        """VACUUM alone makes a database smaller, and counts that as a change of the schema."""
        smaller = self.schema == other.schema and self.pages < other.pages
        return smaller or self.schema < other.schema or self.changes < other.changes


class FileHeader:
    """That of one database while this process has it open; used by several threads.

    It is read by a descriptor of SQLite's own: to open the file once more would cost all locks that this process holds
    on it, as soon as that was closed again (https://www.sqlite.org/howtocorrupt.html, section 2.2).
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._descriptor = -1
        self._last: _Seen | None = None
        self._went_back = False

    def went_back(self, identity: tuple[int, ...] | None) -> bool:
        """Whether the file, of this device and inode, was ever found to hold an earlier state than before.

        Where it cannot be read nothing is held against it.
        """
        if identity is None:
            return False
        with self._lock:
            self._went_back = self._went_back or self._is_earlier(identity[:2])
            return self._went_back

    def _is_earlier(self, inode: tuple[int, ...]) -> bool:
        header = self._read(inode)
        if header is None or (not header and self._last is None):
            return False
        if len(header) == _LENGTH:
            seen, last = _Seen.of(header), self._last
            if last is None or not seen.is_before(last):
                self._last = seen
                return False
        # Somebody is in the midst of copying, or has done it; or it was read while a checkpoint wrote it.
        return self._read(inode) == header

    def _read(self, inode: tuple[int, ...]) -> bytes | None:
        """None where no descriptor of the file can be found."""
        for descriptor in self._candidates():
            header = _beginning(descriptor, inode)
            if header is not None:
                self._descriptor = descriptor
                return header
        return None

    def _candidates(self) -> Iterator[int]:
        yield self._descriptor
        try:
            yield from sorted(int(one.name) for one in _DESCRIPTORS.iterdir())
        except OSError:
            return


def _beginning(descriptor: int, inode: tuple[int, ...]) -> bytes | None:
    """None where the descriptor is not that file's; after the reading it may be so no more, for others close files."""
    try:
        if _inode(descriptor) != inode:
            return None
        header = os.pread(descriptor, _LENGTH, 0)
        return header if _inode(descriptor) == inode else None
    except OSError:
        return None


def _inode(descriptor: int) -> tuple[int, int]:
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino
