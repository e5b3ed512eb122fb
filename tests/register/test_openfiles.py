"""The files of a SQLite register while they are open: nothing is promised for a file that nobody will find again."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from servers.entries import NOW, arrival
from sqlalchemy import Engine
from sqlmodel import select

from mailgate.errors import RegisterError
from mailgate.register import spool
from mailgate.register.database import migrate, open_database, reading, unit_of_work
from mailgate.register.openfiles import OpenFiles
from mailgate.register.schema import sqlite_path
from mailgate.register.tables import InboundRow

pytestmark = pytest.mark.only_on("sqlite", "PostgreSQL guards its own files")


def put(engine: Engine, name: str) -> None:
    with unit_of_work(engine) as session:
        spool.put(session, [arrival(name, sender=f"{name}@urzad.example")], NOW)


def kept(engine: Engine) -> list[str]:
    with reading(engine) as session:
        senders = session.exec(select(InboundRow.envelope_sender).order_by(InboundRow.id)).all()
    return [str(sender).partition("@")[0] for sender in senders]


def file_of(engine: Engine) -> Path:
    path = sqlite_path(engine)
    assert path is not None
    return path


def beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def move_away(path: Path) -> None:
    path.rename(beside(path, ".moved"))


def replace_by_a_copy(path: Path) -> None:
    copied = beside(path, ".copy")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copied)) as copy:
        source.backup(copy)
    copied.replace(path)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def remove_the_log(path: Path) -> None:
    beside(path, "-wal").unlink()


def remove_the_index_of_the_log(path: Path) -> None:
    beside(path, "-shm").unlink()


@pytest.mark.parametrize(
    "meddle",
    [move_away, replace_by_a_copy, empty, remove_the_log, remove_the_index_of_the_log],
    ids=lambda one: one.__name__,
)
def test_nothing_is_written_to_a_file_that_stands_no_longer_in_its_place(
    engine: Engine, meddle: Callable[[Path], None]
) -> None:
    """SQLite itself would go on, and say of each commit that it is on disk."""
    put(engine, "a")
    meddle(file_of(engine))
    for name in ("b", "c"):
        with pytest.raises(RegisterError, match=r"was moved, replaced or removed while it was in use"):
            put(engine, name)
    with pytest.raises(RegisterError, match="start it again"):
        kept(engine)


def test_what_is_moved_in_the_middle_of_a_transaction_is_not_said_to_be_committed(engine: Engine) -> None:
    put(engine, "a")
    with pytest.raises(RegisterError, match=r"was moved, replaced or removed"), unit_of_work(engine) as session:
        spool.put(session, [arrival("b")], NOW)
        move_away(file_of(engine))
    beside(file_of(engine), ".moved").rename(file_of(engine))
    engine.dispose()
    assert kept(engine) == ["a"]


def test_one_lost_connection_stops_all_until_a_new_start(engine: Engine) -> None:
    """A connection that is made meanwhile would write to whatever stands there now, beside the others."""
    put(engine, "a")
    replace_by_a_copy(file_of(engine))
    with pytest.raises(RegisterError):
        put(engine, "b")
    with pytest.raises(RegisterError), reading(engine) as one, reading(engine) as other:
        one.connection(), other.connection()
    engine.dispose()
    put(engine, "c")
    assert kept(engine) == ["a", "c"]


def test_what_was_committed_to_a_log_that_was_removed_is_saved_by_an_orderly_end(engine: Engine) -> None:
    put(engine, "a")
    remove_the_log(file_of(engine))
    with pytest.raises(RegisterError):
        put(engine, "b")
    engine.dispose()
    assert kept(engine) == ["a"]


def test_a_register_behind_a_link_is_watched_where_it_lies(engine: Engine, tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(file_of(engine))
    linked = open_database(f"sqlite:///{link}")
    put(linked, "a")
    put(linked, "b")
    remove_the_log(file_of(engine))
    with pytest.raises(RegisterError):
        put(linked, "c")
    linked.dispose()


def test_a_new_database_that_is_empty_until_another_process_fills_it_has_lost_nothing(tmp_path: Path) -> None:
    path, connection = tmp_path / "fresh.db", dict[object, object]()
    path.touch()
    files = OpenFiles(path)
    files.opened(connection)
    with closing(sqlite3.connect(path)) as other:
        other.execute("create table made (id integer)")
    files.check(connection)


def plain_copy(path: Path, copied: Path) -> None:
    """The file stays the same, what is in it does not."""
    subprocess.run(["cp", path, copied], check=True)


def copy_by_sqlite(path: Path, copied: Path) -> None:
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copied)) as copy:
        source.backup(copy)


def vacuumed_copy(path: Path, copied: Path) -> None:
    with closing(sqlite3.connect(path)) as source:
        source.execute("vacuum into ?", [str(copied)])


@contextmanager
def another_program(path: Path) -> Iterator[sqlite3.Connection]:
    """In this process: SQLite keeps its locks all the same."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


def checkpoint(path: Path) -> None:
    with another_program(path) as connection:
        connection.execute("pragma wal_checkpoint(truncate)").close()


@pytest.mark.parametrize("make", [plain_copy, copy_by_sqlite, vacuumed_copy], ids=lambda one: one.__name__)
def test_an_older_copy_that_is_written_over_the_open_database_is_noticed_at_once(
    engine: Engine, make: Callable[[Path, Path], None]
) -> None:
    """What was taken since the copy is gone then, and SQLite says nothing.  The database has grown by a page at least."""
    path, copied = file_of(engine), beside(file_of(engine), ".old")
    put(engine, "a")
    checkpoint(path)
    make(path, copied)
    put(engine, "b" * 10_000)
    checkpoint(path)
    put(engine, "c")
    plain_copy(copied, path)
    for name in ("d", "e"):
        with pytest.raises(RegisterError, match="was written over with an older copy while it was in use"):
            put(engine, name)


def test_what_a_checkpoint_of_ones_own_left_is_known_at_once(engine: Engine) -> None:
    path, copied = file_of(engine), beside(file_of(engine), ".old")
    put(engine, "a")
    checkpoint(path)
    plain_copy(path, copied)
    with engine.connect() as connection:
        connection.exec_driver_sql("pragma wal_autocheckpoint = 1")
        connection.commit()
    put(engine, "b" * 10_000)
    plain_copy(copied, path)
    with pytest.raises(RegisterError, match="written over"):
        put(engine, "c")


def test_a_copy_of_which_only_a_part_is_written_yet_is_noticed(engine: Engine) -> None:
    put(engine, "a")
    subprocess.run(["truncate", "--size=50", file_of(engine)], check=True)
    with pytest.raises(RegisterError, match="written over"):
        put(engine, "b")


def test_checkpoints_and_vacuum_of_whatever_program_are_no_fault(engine: Engine) -> None:
    path = file_of(engine)
    for number in range(10):
        put(engine, f"a{number}")
        checkpoint(path)
    with another_program(path) as connection:
        connection.execute("create table large as select randomblob(1000000) as content").close()
        put(engine, "b")
        connection.execute("drop table large").close()
        connection.execute("vacuum").close()
    checkpoint(path)
    put(engine, "c")
    assert kept(engine) == [*(f"a{number}" for number in range(10)), "b", "c"]


def test_the_watch_holds_no_file_open_and_lets_go_of_no_lock(engine: Engine) -> None:
    """To open a database and close it again would cost the locks that this process holds on it."""
    path = file_of(engine)
    held = f"b = __import__('sqlite3').connect({str(path)!r}, timeout=0); b.execute('begin immediate')"
    with unit_of_work(engine) as session:
        spool.put(session, [arrival("a")], NOW)
        other = subprocess.run([sys.executable, "-c", held], capture_output=True, check=False)
        assert b"database is locked" in other.stderr
    engine.dispose()
    assert path not in [one.readlink() for one in Path("/proc/self/fd").iterdir() if one.is_symlink()]


def test_a_connection_that_is_open_keeps_its_files_while_the_schema_is_looked_after(tmp_path: Path) -> None:
    """Another process that is the last to know of a lock removes the log, and with it what comes to be written."""
    engine = open_database(f"sqlite:///{tmp_path}/mailgate.db")
    migrate(engine)
    put(engine, "a")
    migrate(engine)
    look = (
        f"import sqlite3; sqlite3.connect('{tmp_path}/mailgate.db').execute('select count(*) from inbound').fetchone()"
    )
    subprocess.run([sys.executable, "-c", look], check=True, timeout=60)
    assert (tmp_path / "mailgate.db-wal").exists()
    put(engine, "b")
    engine.dispose()
