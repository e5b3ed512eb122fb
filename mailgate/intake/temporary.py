"""The replies to a fault of ours: always temporary, and they tell no more than "full" or "error"."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator

OUR_FAULT = "451 4.3.0 Local error, please come again later"
NO_SPACE = "452 4.3.1 No space left, please come again later"

# SQLSTATE disk_full (PostgreSQL's manual, appendix A).
_POSTGRESQL_FULL = "53100"


def temporary_reply(error: Exception) -> str:
    """452 where the disk or the database is full, which a mail server may tell its administrator; else 451."""
    return NO_SPACE if any(map(_is_full, _causes(error))) else OUR_FAULT


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what led to it, as far as it is linked."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        current = waiting.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        waiting += [current.__cause__, current.__context__, getattr(current, "orig", None)]


def _is_full(error: BaseException) -> bool:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        return True
    return getattr(error, "sqlstate", None) == _POSTGRESQL_FULL
