"""One batch, one transaction; a bad mail costs only itself; trouble of ours costs no mail anything."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from servers.deployment import form_text, mail
from sqlalchemy import Engine, text
from sqlmodel import Session, select

from mailgate.delivery.composer import Composer
from mailgate.domain.correspondence.post import Office
from mailgate.domain.mail import Address, Envelope
from mailgate.domain.message.fingerprint import fingerprint
from mailgate.domain.reading import Reading
from mailgate.domain.tokens import TokenKey
from mailgate.domain.workcalendar import WorkCalendar
from mailgate.errors import ReadingFailed, RegisterBusy, RegisterError
from mailgate.pipeline import Pipeline
from mailgate.recording.recorder import Recorder
from mailgate.register import database, spool
from mailgate.register.database import unit_of_work
from mailgate.register.spool import Arrival
from mailgate.register.tables import InboundRow, LetterRow, QuestionRow
from mailgate.sandboxpool import SandboxPool

START = datetime(2026, 11, 20, 9, tzinfo=UTC)
HOTLINE = Address("Hot-line CSIZS", "hotline@csizs.example")
ANNA = Address("Anna Nowak", "anna.nowak@wsparcie.example")

REFUSING = {
    "sqlite": [
        """CREATE TRIGGER refuse BEFORE INSERT ON question WHEN new.question LIKE '%Pytanie 2%'
        BEGIN SELECT RAISE(ABORT, 'strange'); END"""
    ],
    "postgresql": [
        """CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'strange' USING ERRCODE = 'check_violation'; END $$""",
        """CREATE TRIGGER refuse BEFORE INSERT ON question FOR EACH ROW
        WHEN (position('Pytanie 2' IN new.question) > 0) EXECUTE FUNCTION refuse()""",
    ],
}
"""Statements that make the database refuse the second question."""


class PoisonableReaders(SandboxPool):
    """Real readers, whose process dies of a mail that holds the word POISON (no harmless mail kills one for certain)."""

    def read_all(self, batch: Sequence[tuple[bytes, str | None]]) -> list[Reading | ReadingFailed]:
        readings = super().read_all(batch)
        return [
            ReadingFailed("the reading process died") if b"POISON" in raw else reading
            for (raw, _), reading in zip(batch, readings, strict=True)
        ]


class Bench:
    """A pipeline on a register with a clock that a test can turn."""

    def __init__(self, engine: Engine, readers: SandboxPool) -> None:
        self.engine, self.now = engine, START
        recorder = Recorder(Office(HOTLINE, (ANNA,)), Composer(HOTLINE), TokenKey(b"k" * 32), reply_addresses=False)
        self.pipeline = Pipeline(
            engine, readers, recorder, WorkCalendar(), None, owner="test", clock=lambda: self.now
        )  # fmt: skip

    def receive(self, *raws: bytes) -> None:
        arrivals = [
            Arrival(Envelope("smtp", "j.bak@ug.debowa.example", (HOTLINE.address,), START + timedelta(seconds=n)), raw, fingerprint(raw))
            for n, raw in enumerate(raws)
        ]  # fmt: skip
        with unit_of_work(self.engine) as session:
            spool.put(session, arrivals, self.now)

    def rows(self, table: type) -> list:  # type: ignore[type-arg]
        with Session(self.engine) as session:
            return list(session.exec(select(table).order_by(table.id)).all())

    def drain_for_an_hour(self) -> None:
        for _ in range(60):
            self.pipeline.drain()
            self.now += timedelta(minutes=1)


@pytest.fixture
def bench(engine: Engine) -> Iterator[Bench]:
    with PoisonableReaders(1) as readers:
        yield Bench(engine, readers)


def question(number: int, **changes: str) -> bytes:
    return mail(
        form_text(question=f"Pytanie {number}?"), Message_ID=f"<{number}@ug.debowa.example>", **changes
    ).as_bytes()


def test_mails_that_wait_are_registered_in_order_of_receipt(bench: Bench) -> None:
    bench.receive(*(question(number) for number in range(1, 41)))
    assert bench.pipeline.drain() == 40
    assert [row.question for row in bench.rows(QuestionRow)] == [f"Pytanie {number}?" for number in range(1, 41)]
    assert [row.serial for row in bench.rows(QuestionRow)] == list(range(1, 41))
    assert len(bench.rows(LetterRow)) == 80


def test_e12_a_mail_that_kills_its_reader_is_set_aside_at_the_third_time_and_those_behind_it_go_on(
    bench: Bench,
) -> None:
    bench.receive(question(1), question(2, Subject="POISON"), question(3))
    bench.pipeline.drain()
    assert [row.question for row in bench.rows(QuestionRow)] == ["Pytanie 1?", "Pytanie 3?"]
    bench.drain_for_an_hour()
    (bad,) = [row for row in bench.rows(InboundRow) if row.state != "done"]
    assert (bad.state, bad.attempts) == ("quarantined", 3)
    assert "died" in bad.reason


def test_a_mail_that_cannot_be_written_fails_alone(bench: Bench) -> None:
    with bench.engine.begin() as connection:
        for statement in REFUSING[connection.dialect.name]:
            connection.exec_driver_sql(statement)
    bench.receive(question(1), question(2), question(3))
    bench.drain_for_an_hour()
    assert [(row.question, row.serial) for row in bench.rows(QuestionRow)] == [("Pytanie 1?", 1), ("Pytanie 3?", 2)]
    assert [row.state for row in bench.rows(InboundRow)] == ["done", "quarantined", "done"]


def test_a_question_outside_the_calendar_is_set_aside_with_the_reason(bench: Bench) -> None:
    raw = question(1)
    envelope = Envelope("file", None, (), datetime(1999, 5, 4, tzinfo=UTC))
    with unit_of_work(bench.engine) as session:
        spool.put(session, [Arrival(envelope, raw, fingerprint(raw))], bench.now)
    bench.pipeline.drain()
    assert "2020 to 2100" in bench.rows(InboundRow)[0].reason


def test_e25_archived_mail_is_registered_and_nobody_is_written_to(bench: Bench) -> None:
    raw = question(1)
    envelope = Envelope("file", None, (), datetime(2025, 3, 4, 9, tzinfo=UTC))
    with unit_of_work(bench.engine) as session:
        spool.put(session, [Arrival(envelope, raw, fingerprint(raw), archive=True)], bench.now)
    bench.pipeline.drain()
    assert [row.number for row in bench.rows(QuestionRow)] == ["HOT-01/2025/000001"]
    assert bench.rows(LetterRow) == []


def test_when_the_database_cannot_serve_no_attempt_is_counted(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.receive(question(1))
    with bench.engine.begin() as connection:
        connection.execute(text("ALTER TABLE number RENAME TO away"))
    # A missing table is a fault of the database, not of the mail.
    try:
        bench.pipeline.run_batch()
    except RegisterError:
        pass
    with bench.engine.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO number"))
    bench.drain_for_an_hour()
    assert [row.question for row in bench.rows(QuestionRow)] == ["Pytanie 1?"]


@pytest.mark.only_on("sqlite", "on PostgreSQL nobody can lock the whole database")
def test_mail_that_was_in_hand_when_the_database_was_locked_waits_for_no_lease(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even giving it back was possible then."""
    bench.engine.dispose()
    monkeypatch.setattr("mailgate.register.database._PRAGMAS", ("PRAGMA busy_timeout = 100", *database._PRAGMAS[1:]))
    bench.receive(question(1), question(2))
    with closing(sqlite3.connect(bench.engine.url.database or "", isolation_level=None)) as other:

        def lock(batch: Sequence[tuple[bytes, str | None]]) -> list[Reading | ReadingFailed]:
            other.execute("BEGIN IMMEDIATE")
            return SandboxPool.read_all(bench.pipeline.readers, batch)

        with monkeypatch.context() as patched:
            patched.setattr(bench.pipeline.readers, "read_all", lock)
            with pytest.raises(RegisterBusy):
                bench.pipeline.run_batch()
        other.execute("ROLLBACK")
    assert [row.state for row in bench.rows(InboundRow)] == ["claimed", "claimed"]
    assert bench.pipeline.drain() == 2
    assert [(row.state, row.attempts) for row in bench.rows(InboundRow)] == [("done", 1), ("done", 1)]
