"""A copy of a SQLite register: taken while others write, and looked through."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from mailgate.backup.fault import BackupFault
from mailgate.backup.stock import Stock, take_stock
from mailgate.domain.numbering import Serials

_BUSY_SECONDS = 10.0
_HEADER = b"SQLite format 3\0"


def size_of(path: Path) -> int:
    """Bytes of a database with what stands in its write-ahead log."""
    return sum(one.stat().st_size for one in (path, _beside(path, "-wal")) if one.exists())


def copy(source: Path, target: Path) -> None:
    """Copy a database as it stands at one moment, in one step: in WAL mode no writer waits for a reader.

    The copy is one file, without a write-ahead log, mode 0600.  Raises BackupFault.
    """
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    with (
        _told(source),
        closing(_opened(source)) as live,
        closing(sqlite3.connect(target, isolation_level=None)) as copied,
    ):
        # It is of no use before it is complete, and checked then: no journal, and no waiting for the disk.
        copied.execute("PRAGMA journal_mode = OFF").close()
        copied.execute("PRAGMA synchronous = OFF").close()
        live.backup(copied, pages=-1)
        copied.execute("PRAGMA journal_mode = DELETE").close()


def examine(path: Path) -> tuple[Stock, dict[str, Serials], list[str]]:
    """What a copy holds, and an English clause for each thing that is wrong with it.  Raises BackupFault."""
    with _told(path), closing(_opened(path)) as database:
        faults = [f"the database is damaged: {told}" for (told,) in database.execute("PRAGMA integrity_check(3)")]
        if faults == ["the database is damaged: ok"]:
            faults = []
        if database.execute("PRAGMA foreign_key_check").fetchone() is not None:
            faults.append("the database has rows that point nowhere")
        stock, serials = take_stock(lambda statement: database.execute(statement).fetchall())
        return stock, serials, faults


def count(path: Path) -> Stock:
    """What a copy holds, without a look at whether it is sound.  Raises BackupFault."""
    with _told(path), closing(_opened(path)) as database:
        return take_stock(lambda statement: database.execute(statement).fetchall())[0]


def settle(path: Path) -> bool:
    """Bring the write-ahead log into a database that nobody uses, so that it is one file; whether that was possible.

    A file that is no database is not opened: SQLite would throw away the log beside it.
    """
    try:
        with path.open("rb") as file:
            if file.read(len(_HEADER)) != _HEADER:
                return False
        with closing(_opened(path)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
    except (OSError, sqlite3.Error):
        return False
    return not _beside(path, "-wal").exists()


def logs_of(path: Path) -> list[Path]:
    """The files beside a database that belong to it."""
    return [one for one in (_beside(path, "-wal"), _beside(path, "-shm")) if one.exists()]


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _opened(path: Path) -> sqlite3.Connection:
    """One that is there: nothing is made."""
    return sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True, timeout=_BUSY_SECONDS, isolation_level=None)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as fault:
        raise BackupFault(f"{path.name}: the database cannot be read or copied ({fault})") from None
