"""The connection to SQLite or PostgreSQL: pragmas, units of work, units of reading.

On SQLite one writer works at a time: the default of its driver begins a transaction lazily and loses updates without
an error, so every unit of work begins with BEGIN IMMEDIATE.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlmodel import Session

from mailgate.errors import RegisterBusy, RegisterError
from mailgate.register.faults import translated
from mailgate.register.openfiles import OpenFiles
from mailgate.register.schema import ensure_current, migrate, sqlite_path

__all__ = ["ensure_current", "migrate", "open_database", "reading", "unit_of_work"]

BUSY_SECONDS = 10
"""How long a unit of work waits for another writer before it is told that the database is busy."""
STATEMENT_SECONDS = 300
"""How long PostgreSQL works at one statement (an export of many years too) before it is told to give up: then it is busy."""

_READING = "mailgate_reading"
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    # FULL: a commit is on disk when it returns, also after a loss of power.  We say 250 on the strength of it.
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    # In pages: 16 MiB.  Each checkpoint costs two syncs more in the middle of somebody's commit, and writes pages that
    # the next mails change again.
    "PRAGMA wal_autocheckpoint = 4000",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA cache_size = -16384",
)
_turns: WeakKeyDictionary[Engine, Lock] = WeakKeyDictionary()


def open_database(url: str, busy_seconds: int = BUSY_SECONDS) -> Engine:
    """An engine for the URL; one writer at a time on SQLite (BEGIN IMMEDIATE, WAL, synchronous=FULL).

    ``busy_seconds`` is how long another program that holds the database is waited for.  Nothing is connected yet.
    Raises RegisterError where the URL names no database that the program can use.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "postgresql":
        return _open_postgresql(parsed, busy_seconds)
    return _open_sqlite(parsed, busy_seconds)


@contextmanager
def unit_of_work(engine: Engine) -> Iterator[Session]:
    """One transaction: committed at the end, rolled back on any exception.

    Rows stay readable after the commit.  Units do not nest.  Raises RegisterBusy where the database is locked, full
    or unreachable and the same work may succeed later, RegisterError for its other faults.
    """
    with translated(), _turn_to_write(engine), Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """One consistent view for commands that only look: it waits for no writer, and none waits for it.

    Raises as ``unit_of_work`` does.
    """
    options: dict[str, Any] = {_READING: True}
    if engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with translated(), Session(engine.execution_options(**options), expire_on_commit=False) as session:
        yield session


def _parsed(url: str) -> URL:
    """The URL as a value.  What cannot be read is not shown: it may hold a password."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise RegisterError("The database URL cannot be read; write sqlite:///FILE or postgresql://...") from None
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise RegisterError(f"The register is kept in SQLite or PostgreSQL, not in {parsed.get_backend_name()}.")
    return parsed


def _open_sqlite(url: URL, busy_seconds: int) -> Engine:
    engine = create_engine(url, hide_parameters=True, json_serializer=_json)
    event.listen(engine, "connect", partial(_prepare_sqlite, busy_seconds))
    path = sqlite_path(engine)
    if path is not None:
        _watch_files(engine, OpenFiles(path))
    event.listen(engine, "begin", _begin_sqlite)
    _turns[engine] = Lock()
    return engine


def _watch_files(engine: Engine, files: OpenFiles) -> None:
    """Nothing is begun, and nothing said to be on disk, in a file that stands no longer in its place."""
    event.listen(engine, "connect", lambda _, record: files.opened(record.info))
    event.listen(engine, "begin", lambda connection: files.check(connection.info))
    event.listen(engine, "commit", lambda connection: files.check(connection.info))
    event.listen(engine, "checkin", lambda _, record: files.left(record.info))
    event.listen(engine, "engine_disposed", lambda _: files.closed())


def _open_postgresql(url: URL, busy_seconds: int) -> Engine:
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    defaults: dict[str, object] = {
        "connect_timeout": 5,
        "application_name": "mailgate",
        "keepalives_idle": 30,
        "tcp_user_timeout": 30000,
    }
    arguments = {name: value for name, value in defaults.items() if name not in url.query}
    # Whatever a role or a server is set to: our text is UTF-8, and options of the URL come last, so that they win.
    arguments |= {"client_encoding": "UTF8", "options": f"{_session(busy_seconds)} {_asked_for(url)}".rstrip()}
    try:
        return create_engine(
            url,
            hide_parameters=True,
            json_serializer=_json,
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=10,
            pool_recycle=1800,
            connect_args=arguments,
        )
    except ImportError:
        raise RegisterError(
            "The database URL asks for PostgreSQL, whose driver cannot be loaded: install mailgate[postgresql]."
        ) from None


def _session(busy_seconds: int) -> str:
    """What each connection to PostgreSQL is set to, as options of its start."""
    settings = {
        "timezone": "UTC",
        # A commit is on disk when it returns, as on SQLite, also where the server is set to say so earlier.
        "synchronous_commit": "on",
        # Rows are locked where that matters; a stricter level would have much of our work begun again.
        "default_transaction_isolation": r"read\ committed",
        "lock_timeout": busy_seconds * 1000,
        "statement_timeout": STATEMENT_SECONDS * 1000,
        "idle_in_transaction_session_timeout": 300000,
    }
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


def _asked_for(url: URL) -> str:
    asked = url.query.get("options", "")
    return asked if isinstance(asked, str) else " ".join(asked)


# Made once: ``json.dumps`` makes an encoder for each call that asks for anything special.
_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _prepare_sqlite(busy_seconds: int, connection: sqlite3.Connection, _record: object) -> None:
    # None: the driver leaves transactions to the begin event below.
    connection.isolation_level = None
    for pragma in (f"PRAGMA busy_timeout = {busy_seconds * 1000}", *_PRAGMAS):
        connection.execute(pragma).close()


def _begin_sqlite(connection: Connection) -> None:
    only_looks = connection.get_execution_options().get(_READING, False)
    connection.exec_driver_sql("BEGIN DEFERRED" if only_looks else "BEGIN IMMEDIATE")


@contextmanager
def _turn_to_write(engine: Engine) -> Iterator[None]:
    """Let the threads of this process take turns on SQLite.

    SQLite itself makes a second writer sleep and look again, up to 100 ms at a time and in no order; a lock wakes it
    at once.  Other processes are kept apart by BEGIN IMMEDIATE.
    """
    turn = _turns.get(engine)
    if turn is None:
        yield
        return
    if not turn.acquire(timeout=BUSY_SECONDS):
        raise RegisterBusy(f"The database is busy: another unit of work has held it for {BUSY_SECONDS} seconds.")
    try:
        yield
    finally:
        turn.release()
