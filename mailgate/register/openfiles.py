"""Whether the files of a SQLite database are still those that a connection has open, and hold what it left there.

Where somebody moves, replaces or removes one of them, SQLite goes on in a file that nobody will find again, and says of
each commit that it is on disk (https://www.sqlite.org/howtocorrupt.html, section 2).  Where somebody copies an older
database over the one in use, it goes on in a mixture of both.  We say 250 on the strength of it.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, TypeAlias

from mailgate.errors import RegisterError
from mailgate.register.fileheader import FileHeader

_Identity: TypeAlias = tuple[int, int, bool]
_SUFFIXES = ("-wal", "-shm")
_KEY = "mailgate_open_files"


class OpenFiles:
    """For all connections of one engine; ``info`` is what SQLAlchemy keeps beside each of them.

    The first that stands on a lost file stops all: a new one would write to whatever stands there now.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lost = False
        self._header = FileHeader()

    def opened(self, info: MutableMapping[Any, Any]) -> None:
        """A connection has the files open: as long as it does SQLite itself removes none of them."""
        real = self._path.resolve()
        files = (self._path, *(real.with_name(real.name + suffix) for suffix in _SUFFIXES))
        info[_KEY] = {file: found for file in files if (found := self._identity(file)) is not None}

    def check(self, info: MutableMapping[Any, Any]) -> None:
        """Raise RegisterError where a file that the connection has open is no longer what stands in its place."""
        known: dict[Path, _Identity] = info.get(_KEY, {})
        self._lost = self._lost or any(_is_lost(self._identity(file), was) for file, was in known.items())
        if self._lost:
            raise RegisterError(
                f"The database {self._path} (or its -wal or -shm file) was moved, replaced or removed while it was in use, "
                "and what is written now would be lost: stop mailgate, which saves what it took, put back what was "
                "moved (or give a backup back with `mailgate restore`), and start it again."
            )
        if self._header.went_back(known.get(self._path)):
            raise RegisterError(
                f"The database {self._path} was written over with an older copy while it was in use, and what is written "
                "now would be lost in a mixture of both: stop mailgate, give a backup back with `mailgate restore`, and "
                "start it again."
            )

    def left(self, info: MutableMapping[Any, Any]) -> None:
        """A connection has done its work, and may have made a checkpoint: from now on the file must hold as much."""
        known: dict[Path, _Identity] = info.get(_KEY, {})
        self._header.went_back(known.get(self._path))

    def closed(self) -> None:
        """No connection is left: whatever stands there is opened next."""
        self._lost = False
        self._header = FileHeader()

    def _identity(self, file: Path) -> _Identity | None:
        """Device, inode, and whether there is anything in it; None where there is no file.  A log may be emptied."""
        try:
            found = file.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino, found.st_size > 0 or file != self._path


def _is_lost(now: _Identity | None, was: _Identity) -> bool:
    """A database that was emptied in its place is another one; a new one is empty until its schema is made."""
    return now is None or now[:2] != was[:2] or (was[2] and not now[2])
