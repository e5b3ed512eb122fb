"""The files of a SQLite register while they are open: nothing is promised for a file that nobody will find again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from servers.entries import NOW, arrival
from sqlalchemy import Engine
from sqlmodel import select

from mailgate.errors import RegisterError
from mailgate.register import spool
from mailgate.register.database import open_database, reading, unit_of_work
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
