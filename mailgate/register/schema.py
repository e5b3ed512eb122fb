"""The schema and its revisions: brought up to date at start, by one process at a time, never half.

The migrations travel inside the package; no ``alembic.ini`` is needed.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from errno import EACCES
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from mailgate import __version__
from mailgate.errors import RegisterError
from mailgate.register.faults import translated
from mailgate.register.migrations import HEAD

if TYPE_CHECKING:
    from alembic.config import Config

_SCRIPTS = "mailgate.register:migrations"
KEPT_COPIES = 2
"""Of a SQLite file, made before its last upgrades."""
_ADVISORY_LOCK = 0x6D61_696C_6761_7465
"""``mailgate`` in ASCII: the key under which PostgreSQL lets one process migrate at a time."""


def migrate(engine: Engine) -> None:
    """Bring the schema up to this program's revision, creating it where there is none.

    Safe when several daemons start at once: one migrates, the others wait and find nothing to do.  All or nothing; a
    SQLite file of an older revision is copied to ``FILE.before-REVISION`` first.
    Raises RegisterError with a clear sentence when the database is newer than the program, or not in Unicode.
    """
    with translated():
        _make_file(engine)
        with engine.connect() as connection, _foreign_keys_off(connection), connection.begin():
            _take_lock(connection)
            _upgrade(connection)


def upgrade_within(connection: Connection, revision: str) -> None:
    """Bring a database up to date that has just been filled, in the caller's transaction, and give it its revision.

    ``revision`` is that of the data; until the commit the database is no register for anybody else.
    """
    connection.execute(text("INSERT INTO alembic_version (version_num) VALUES (:revision)"), {"revision": revision})
    _upgrade(connection)


def rehearse(engine: Engine) -> None:
    """Do what ``migrate`` would do, and undo it; for PostgreSQL, whose tables are locked meanwhile.  Raises as it does."""
    with translated(), engine.connect() as connection, connection.begin() as transaction:
        _take_lock(connection)
        _upgrade(connection)
        transaction.rollback()


@dataclass(frozen=True, slots=True)
class Revision:
    """A revision that a database lacks, and what it does in an English sentence."""

    revision: str
    what: str


def pending(engine: Engine) -> tuple[str | None, list[Revision]]:
    """The revision of a database (None: there is no register yet), and the revisions up to this program's, in order.

    Raises RegisterError where the database is newer than the program.
    """
    present = present_revision(engine)
    if present is not None and present not in revisions():
        raise RegisterError(_newer(present))
    return present, _revisions_after(present)


def revisions() -> list[str]:
    """All revisions that this program knows, the oldest first."""
    return [one.revision for one in _revisions_after(None)]


def _revisions_after(present: str | None) -> list[Revision]:
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(_packaged()).walk_revisions(base=present or "base")
    later = [Revision(script.revision, (script.doc or "").strip()) for script in scripts if script.revision != present]
    return later[::-1]


def _newer(present: str) -> str:
    return (
        f"The database is at revision {present}, which this program (mailgate {__version__}) does not know: "
        "a newer mailgate has used it. Install that version again, or give back the copy made before its upgrade."
    )


def ensure_current(engine: Engine) -> None:
    """Raise RegisterError, with what to do, unless there is a register of just this program's revision."""
    present = present_revision(engine)
    if present is None:
        place = sqlite_path(engine) or engine.url.render_as_string()
        raise RegisterError(
            f"There is no register yet at {place}: `mailgate run` makes it when it starts for the first time."
        )
    if present > HEAD:
        raise RegisterError(_newer(present))
    if present != HEAD:
        raise RegisterError(
            f"The database is at revision {present} and this program (mailgate {__version__}) at {HEAD}: start mailgate, "
            "which brings it up to date."
        )


def present_revision(engine: Engine) -> str | None:
    """The revision that the database says it has, None where it holds no register.  Raises RegisterError."""
    path = sqlite_path(engine)
    if path is not None and not path.exists():
        return None
    with translated(), engine.connect() as connection:
        return _revision(connection)


def sqlite_path(engine: Engine) -> Path | None:
    """The file of a SQLite database, None for any other (also one in memory)."""
    name = engine.url.database
    if engine.dialect.name != "sqlite" or not name or name == ":memory:" or name.startswith("file:"):
        return None
    return Path(name)


def alembic_config(connection: Connection) -> Config:
    """Alembic's settings for the packaged migrations, working on this connection."""
    config = _packaged()
    config.attributes["connection"] = connection
    return config


def _packaged() -> Config:
    """Alembic's settings for the packaged migrations, without a connection."""
    # Imported here: Alembic takes a quarter of a second that commands which only look need not wait for.
    from alembic.config import Config

    # Alembic would speak to whatever was standard output when it was imported; what it says is of no use here.
    config = Config(stdout=StringIO())
    config.set_main_option("script_location", _SCRIPTS)
    config.set_main_option("path_separator", "os")
    return config


def _make_file(engine: Engine) -> None:
    """Make the file of a new SQLite database, readable by its owner alone: it will hold personal data.

    One that is there is not opened: to close it would take the locks off every connection that this process has to it,
    and another process would then remove the log under them (https://www.sqlite.org/howtocorrupt.html, section 2.2).
    """
    path = sqlite_path(engine)
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        elif not os.access(path, os.R_OK | os.W_OK):
            raise PermissionError(EACCES, os.strerror(EACCES))
    except OSError as error:
        raise RegisterError(f"The database file {path} cannot be written: {error.strerror}.") from error


@contextmanager
def _foreign_keys_off(connection: Connection) -> Iterator[None]:
    """Let a migration rebuild tables on SQLite, where dropping one deletes its rows by the rules of foreign keys.

    The pragma has no effect inside a transaction; ``_upgrade`` checks all keys before the commit.
    """
    driver = connection.connection.dbapi_connection
    if not isinstance(driver, sqlite3.Connection):
        yield
        return
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


def _take_lock(connection: Connection) -> None:
    """Wait for our turn.  On SQLite the transaction has begun with BEGIN IMMEDIATE, which is the lock."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL lock_timeout = '10min'"))
        # A large table may take its time.
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})


def _upgrade(connection: Connection) -> None:
    _check_encoding(connection)
    present = _revision(connection)
    if present == HEAD:
        return
    from alembic import command

    if present is not None and present not in revisions():
        raise RegisterError(_newer(present))
    if present is not None:
        _copy_aside(connection.engine)
    command.upgrade(alembic_config(connection), "head")
    _check_foreign_keys(connection)


def _check_encoding(connection: Connection) -> None:
    """PostgreSQL takes the encoding of a database from the machine's locale, and refuses each letter that is not in it."""
    if connection.dialect.name != "postgresql":
        return
    encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8":
        raise RegisterError(
            f"The database is in {encoding}, which cannot hold what people write: make one in UTF8 "
            "(createdb --encoding=UTF8 --template=template0 NAME) and name it in MAILGATE_DATABASE_URL; "
            "a register that stands in this one comes along by `mailgate backup` and `mailgate restore`."
        )


def _revision(connection: Connection) -> str | None:
    """The revision that the database says it has, or None where it has no schema of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _copy_aside(engine: Engine) -> None:
    """Copy a SQLite database, whole even while others read it, to the name that tells before which upgrade.

    The last two such copies are kept.  Raises RegisterError: without the copy there is no upgrade.
    """
    path = sqlite_path(engine)
    if path is None:
        return
    kept = path.with_name(f"{path.name}.before-{HEAD}")
    unfinished = kept.with_name(f"{kept.name}.part")
    try:
        _copy(path, unfinished)
        unfinished.replace(kept)
    except (OSError, sqlite3.Error) as fault:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        reason = (fault.strerror if isinstance(fault, OSError) else None) or fault
        raise RegisterError(f"{path} cannot be copied before its upgrade, so it was not upgraded: {reason}.") from None
    for old in sorted(path.parent.glob(f"{path.name}.before-*"), key=lambda one: one.stat().st_mtime)[:-KEPT_COPIES]:
        old.unlink(missing_ok=True)


def _copy(path: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_RDWR | os.O_CREAT, 0o600))
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)


def _check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
        raise RegisterError("The upgrade of the database would leave rows that point nowhere; nothing was changed.")
