"""The database's faults, told apart: what a moment may cure, and what a person must.

No text made here holds a value that was to be stored: the register is full of personal data, and logs are not.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from mailgate.errors import RegisterBusy, RegisterError

_SQLITE_TEMPORARY = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)
# Classes and codes of PostgreSQL's errors (its manual, appendix A): connection lost, transaction rolled back by the
# server (deadlock), resources and disk used up, the server is stopping, a lock was not granted in time.
_POSTGRESQL_TEMPORARY = ("08", "40", "53", "57", "55P03", "25P03")
_POSTGRESQL_DATA = "22"


class RowRefused(RegisterError):
    """The database serves, but not this row: a constraint or a type is against it.  Another mail would be taken."""


@contextmanager
def translated() -> Iterator[None]:
    """Turn every fault of the database inside the block into RegisterBusy or RegisterError.

    The chain to the original is cut (``from None``): its text may quote rows.  A mistake in a statement of ours is no
    fault of the database, and passes.
    """
    try:
        yield
    except (StatementError, PoolTimeout) as error:
        raise register_error(error) from None


def register_error(error: StatementError | PoolTimeout) -> RegisterError:
    """The error of ours for one of SQLAlchemy's."""
    if isinstance(error, PoolTimeout):
        return RegisterBusy("The database is busy: no free connection.")
    if not isinstance(error, DBAPIError):
        return RowRefused(f"The database was given what it cannot hold: {type(error.orig).__name__}.")
    if _is_unreachable(error):
        return RegisterBusy(
            f"The database cannot be reached: {_told(error)}; see that it runs, and that MAILGATE_DATABASE_URL names it."
        )
    if _is_temporary(error):
        return RegisterBusy(f"The database is busy: {_told(error)}.")
    if isinstance(error, IntegrityError | DataError):
        return RowRefused(f"The database refused a row: {_told(error)}.")
    return RegisterError(f"The database refused: {_told(error)}.")


def _is_temporary(error: DBAPIError) -> bool:
    """Whether the same work may succeed later.  A lost connection has no code of its own, and is."""
    if error.connection_invalidated:
        return True
    cause = error.orig
    code = getattr(cause, "sqlite_errorcode", None)
    if code is not None:
        # The low byte is the primary code; the rest only refines it (SQLITE_IOERR_FSYNC and the like).
        return int(code) & 0xFF in _SQLITE_TEMPORARY
    state = getattr(cause, "sqlstate", None)
    if state is not None:
        return str(state).startswith(_POSTGRESQL_TEMPORARY)
    return isinstance(error, OperationalError | InterfaceError)


def _is_unreachable(error: DBAPIError) -> bool:
    """Whether there was no connection to begin with: psycopg then has no code of PostgreSQL's to tell."""
    cause = error.orig
    is_sqlite = getattr(cause, "sqlite_errorcode", None) is not None
    state = getattr(cause, "sqlstate", None)
    return isinstance(error, OperationalError) and not is_sqlite and state is None and not error.statement


def _told(error: DBAPIError) -> str:
    """What happened, in the database's words as far as these never quote a value."""
    cause = error.orig
    state = getattr(cause, "sqlstate", None)
    if state is None:
        return str(cause).strip().partition("\n")[0].rstrip(".")
    name = type(cause).__name__
    primary = getattr(getattr(cause, "diag", None), "message_primary", None)
    # A message about wrong data quotes the data; DETAIL, which quotes whole rows, is never used.
    if primary is None or state.startswith(_POSTGRESQL_DATA):
        return f"{name} ({state})"
    return f"{primary} ({state})"
