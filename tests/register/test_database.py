"""Units of work: all or nothing, one writer at a time, and faults told apart."""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from servers.entries import NOW, arrival, registered, spooled
from sqlalchemy import Engine, text
from sqlmodel import select

from mailgate.errors import RegisterBusy, RegisterError
from mailgate.register import audit, database, questions, spool
from mailgate.register.database import migrate, open_database, reading, unit_of_work
from mailgate.register.faults import RowRefused
from mailgate.register.tables import InboundRow, NumberRow


def _count(engine: Engine) -> int:
    with reading(engine) as session:
        return len(session.exec(select(InboundRow)).all())


@pytest.fixture
def impatient(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A second engine on the same file that waits a tenth of a second for others."""
    monkeypatch.setattr(database, "_PRAGMAS", (*database._PRAGMAS[1:], "PRAGMA busy_timeout = 100"))
    opened = open_database(engine.url.render_as_string())
    yield opened
    opened.dispose()


def test_a_unit_of_work_is_all_or_nothing(engine: Engine) -> None:
    """Any exception takes everything back, and passes."""
    with pytest.raises(ZeroDivisionError), unit_of_work(engine) as session:
        spool.put(session, [arrival("a")], NOW)
        1 / 0  # noqa: B018
    assert _count(engine) == 0


def test_rows_stay_readable_after_the_commit(engine: Engine) -> None:
    """Without another look into the database."""
    with unit_of_work(engine) as session:
        [question_id] = registered(session)
        row = questions.get(session, [question_id])[question_id]
    assert row.number == "HOT-01/2026/000001"


def test_no_update_is_lost_among_threads(engine: Engine) -> None:
    """Read, add one, write: the driver's own transactions on SQLite would lose most of these in silence."""
    with unit_of_work(engine) as session:
        session.add(NumberRow(year=1, last=0))

    def add_some() -> None:
        for _ in range(20):
            with unit_of_work(engine) as session:
                row = session.get(NumberRow, 1, with_for_update=True)
                assert row is not None
                row.last += 1

    threads = [threading.Thread(target=add_some) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as session:
        row = session.get(NumberRow, 1)
    assert row is not None
    assert row.last == 100


@pytest.mark.only_on("sqlite", "asks for SQLite's pragmas")
def test_a_commit_is_on_disk_when_it_returns(engine: Engine) -> None:
    """WAL with synchronous=FULL, and foreign keys are kept."""
    with reading(engine) as session:
        values = {
            name: session.connection().exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert values == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


def test_reading_waits_for_no_writer(engine: Engine) -> None:
    """It sees what was committed last, however long the writer takes."""
    spooled(engine, "a")
    with unit_of_work(engine) as session:
        spool.put(session, [arrival("b")], NOW)
        assert _count(engine) == 1
    assert _count(engine) == 2


def test_reading_is_one_consistent_view(engine: Engine) -> None:
    """An export does not change under one's hands."""
    with reading(engine) as session:
        assert session.exec(select(InboundRow)).all() == []
        spooled(engine, "a")
        assert session.exec(select(InboundRow)).all() == []


@pytest.mark.only_on("sqlite", "PostgreSQL locks rows, not the database")
def test_a_database_held_by_another_process_is_busy(engine: Engine, impatient: Engine) -> None:
    """The same work may succeed in a moment."""
    path = engine.url.database
    assert path is not None
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RegisterBusy, match=r"^The database is busy: database is locked\.$"):
            spooled(impatient, "a")
        other.execute("ROLLBACK")
    assert len(spooled(impatient, "a")) == 1


@pytest.mark.only_on("sqlite", "on PostgreSQL units of work need not take turns")
def test_a_unit_of_work_that_never_ends_does_not_stop_the_others_for_ever(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Units do not nest: the inner one is told so instead of waiting for the outer."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    with unit_of_work(engine), pytest.raises(RegisterBusy, match="another unit of work"):
        spooled(engine, "a")


@pytest.mark.only_on("sqlite", "PostgreSQL has no limit to set on its pages")
def test_a_full_disk_is_busy_and_loses_nothing(engine: Engine) -> None:
    """SQLite's own limit on pages stands for the disk; what was there stays, and work goes on when there is room."""
    spooled(engine, "a")
    with pytest.raises(RegisterBusy, match="full"), unit_of_work(engine) as session:
        session.connection().exec_driver_sql("PRAGMA max_page_count = 1")
        spool.put(session, [arrival("b", raw=b"x" * 1_000_000)], NOW)
    assert _count(engine) == 1
    with unit_of_work(engine) as session:
        session.connection().exec_driver_sql("PRAGMA max_page_count = 1073741823")
        spool.put(session, [arrival("b", raw=b"x" * 1_000_000)], NOW)
    assert _count(engine) == 2


@pytest.mark.only_on("postgresql", "SQLite is told by our pragmas")
@pytest.mark.parametrize(
    ("setting", "theirs", "ours"),
    [
        ("synchronous_commit", "off", "on"),
        ("default_transaction_isolation", "serializable", "read committed"),
        ("client_encoding", "LATIN2", "UTF8"),
    ],
)
def test_what_the_register_rests_on_is_set_whatever_the_server_says(
    engine: Engine, setting: str, theirs: str, ours: str
) -> None:
    """We say 250 on the strength of a commit: an administrator who made his server quick has not promised less."""
    with engine.begin() as connection:
        connection.execute(text(f"ALTER DATABASE {engine.url.database} SET {setting} = '{theirs}'"))
    engine.dispose()
    with unit_of_work(engine) as session:
        assert session.connection().execute(text(f"SHOW {setting}")).scalar() == ours


@pytest.mark.only_on("postgresql", "SQLite has no such options")
def test_options_of_the_url_are_kept_beside_our_own(engine: Engine) -> None:
    url = engine.url.update_query_dict({"options": "-c lock_timeout=123 -c work_mem=5MB"})
    opened = open_database(url.render_as_string(hide_password=False))
    with unit_of_work(opened) as session:
        shown = [session.connection().execute(text(f"SHOW {name}")).scalar() for name in ("lock_timeout", "work_mem")]
        assert [*shown, session.connection().execute(text("SHOW timezone")).scalar()] == ["123ms", "5MB", "UTC"]
    opened.dispose()


@pytest.mark.only_on("postgresql", "SQLite has no server")
def test_a_server_that_is_gone_is_busy_and_back_again(engine: Engine) -> None:
    """Its connections are cut in the middle of the work; the next unit has a new one."""
    with pytest.raises(RegisterBusy, match=r"^The database is busy"), unit_of_work(engine) as session:
        pid = session.connection().execute(text("SELECT pg_backend_pid()")).scalar()
        with engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        spool.put(session, [arrival("a")], NOW)
    assert len(spooled(engine, "a")) == 1


def test_a_server_that_was_never_there_is_tried_again_and_told_with_the_setting(tmp_path: Path) -> None:
    """It may be starting."""
    engine = open_database(f"postgresql://nobody@/mailgate?host={tmp_path}")
    with pytest.raises(RegisterBusy, match=r"^The database cannot be reached: .* MAILGATE_DATABASE_URL names it\.$"):
        spooled(engine, "a")


def test_what_the_database_refuses_is_told_without_any_value(engine: Engine) -> None:
    """The register is full of personal data, and errors end in logs."""
    with unit_of_work(engine) as session:
        registered(session, 1, user_name="Jan Tajny")
    with pytest.raises(RowRefused) as caught, unit_of_work(engine) as session:
        session.connection().execute(text("UPDATE number SET last = 0"))
        registered(session, 1, user_name="Jan Tajny", subject="tajne")
    shown = str(caught.value)
    assert shown.startswith("The database refused a row: ")
    assert "ajn" not in shown
    assert caught.value.__suppress_context__


def test_a_row_with_an_unknown_state_is_refused(engine: Engine) -> None:
    """By the database itself, for the program's objects do not check."""
    [inbound_id] = spooled(engine, "a")
    with pytest.raises(RowRefused, match="ck_inbound_state"), unit_of_work(engine) as session:
        row = session.get(InboundRow, inbound_id)
        assert row is not None
        row.state = "rubbish"


def test_an_event_about_nothing_that_exists_is_refused(engine: Engine) -> None:
    """Foreign keys are kept on both databases."""
    with pytest.raises(RowRefused), unit_of_work(engine) as session:
        audit.add(session, [audit.Event(NOW, "note", "mailgate", question_id=999)])


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://a@b/c", "kept in SQLite or PostgreSQL, not in mysql"),
        ("no url: s3cret", "cannot be read"),
    ],
)
def test_a_url_that_names_no_usable_database_is_told_in_a_sentence(url: str, sentence: str) -> None:
    """What cannot be read is not shown: it may hold a password."""
    with pytest.raises(RegisterError, match=sentence) as caught:
        open_database(url)
    assert "s3cret" not in str(caught.value)


def test_postgresql_without_its_driver_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The driver is an extra of the package."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(RegisterError, match=r"install mailgate\[postgresql\]"):
        open_database("postgresql+psycopg://a@b/c")


def test_a_relative_sqlite_url_is_taken_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the default setting is."""
    monkeypatch.chdir(tmp_path)
    engine = open_database("sqlite:///storage/mailgate.db")
    migrate(engine)
    engine.dispose()
    assert (tmp_path / "storage" / "mailgate.db").is_file()
