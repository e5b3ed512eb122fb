"""The database's faults are told apart: what a moment may cure, what a person must, and which row is at fault."""

from __future__ import annotations

import sqlite3
import threading

import pytest
from servers.entries import NOW, registered
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from mailgate.errors import RegisterBusy, RegisterError
from mailgate.register import questions
from mailgate.register.database import unit_of_work
from mailgate.register.faults import RowRefused, register_error


@pytest.mark.parametrize(
    ("code", "told_as"),
    [
        ("08006", RegisterBusy),  # connection lost
        ("40001", RegisterBusy),  # serialization failure
        ("53100", RegisterBusy),  # disk full
        ("53300", RegisterBusy),  # too many connections
        ("55P03", RegisterBusy),  # lock not granted in time
        ("57P01", RegisterBusy),  # the server is being shut down
        ("22001", RowRefused),  # a value too long
        ("23505", RowRefused),  # unique
        ("42P01", RegisterError),  # no such table
        ("42501", RegisterError),  # no right to do it
    ],
)
@pytest.mark.only_on("postgresql", "its own codes")
def test_postgresql_tells_by_its_codes(engine: Engine, code: str, told_as: type[RegisterError]) -> None:
    """Appendix A of its manual; here the server raises each of them itself."""
    raising = f"DO $$ BEGIN RAISE EXCEPTION 'told' USING ERRCODE = '{code}', DETAIL = 'Key (name)=(Jan) exists'; END $$"
    with pytest.raises(RegisterError) as caught, unit_of_work(engine) as session:
        session.connection().execute(text(raising))
    assert type(caught.value) is told_as
    assert code in str(caught.value)
    assert "Jan" not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "told_as"),
    [
        (sqlite3.SQLITE_BUSY, RegisterBusy),
        (sqlite3.SQLITE_IOERR_FSYNC, RegisterBusy),
        (sqlite3.SQLITE_FULL, RegisterBusy),
        (sqlite3.SQLITE_CANTOPEN, RegisterBusy),
        (sqlite3.SQLITE_READONLY, RegisterError),
        (sqlite3.SQLITE_ERROR, RegisterError),
    ],
)
def test_sqlite_tells_by_its_codes(code: int, told_as: type[RegisterError]) -> None:
    """An extended code counts as its primary one."""
    fault = sqlite3.OperationalError("told")
    fault.sqlite_errorcode = code
    assert type(register_error(OperationalError("SELECT", None, fault))) is told_as


@pytest.mark.only_on("postgresql", "SQLite has one writer at a time")
def test_a_deadlock_is_busy(engine: Engine) -> None:
    """Two units of work that lock the same questions the other way round: one succeeds, one is told to try again."""
    with unit_of_work(engine) as session:
        first, second = registered(session, 2)
    both = threading.Barrier(2, timeout=30)
    told: list[str] = []

    def answer(*ids: int) -> None:
        try:
            with unit_of_work(engine) as session:
                questions.record_answer(session, ids[0], "x", "a", None, NOW)
                both.wait()
                questions.record_answer(session, ids[1], "x", "a", None, NOW)
        except RegisterBusy as fault:
            told.append(str(fault))

    threads = [threading.Thread(target=answer, args=ids) for ids in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 1
    assert "deadlock" in told[0]


def test_a_mistake_in_a_statement_of_ours_is_a_database_error_and_not_a_row(engine: Engine) -> None:
    """Trying other mails would not help."""
    with pytest.raises(RegisterError) as caught, unit_of_work(engine) as session:
        session.connection().execute(text("SELECT * FROM nothing"))
    assert type(caught.value) is RegisterError
