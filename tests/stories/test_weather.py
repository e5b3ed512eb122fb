"""Bad weather: a database that is locked, a clock that jumps, a smarthost that is dead, a mountain of mail at the start."""

from __future__ import annotations

import os
import random
import smtplib
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path

import pytest
from servers.accounting import each_letter_is_accounted_for, each_mail_is_registered_once
from servers.deployment import Deployment, eventually
from servers.dovecot import Dovecot
from servers.feeders import question_from
from servers.nursery import Nursery, free_port
from servers.smtp_sink import SmtpSink
from sqlmodel import func, select

from mailgate.delivery.dispatcher import Dispatcher
from mailgate.delivery.outage import SmarthostOutage
from mailgate.register import database
from mailgate.register.database import reading
from mailgate.register.tables import LetterRow, QuestionRow

FRIDAY = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
"""11:00 in Warsaw, on a working day."""
MOUNTAIN = 10_000 if os.environ.get("MAILGATE_TEST_SOAK") == "full" else 500
LONG = 60.0 + MOUNTAIN / 10
"""Seconds of patience with it."""
MOST_GROWTH = 64 * 1024 * 1024
"""Bytes of resident memory that a daemon may need more for ten thousand mails than for the first hundred."""


class Clock:
    """A wall clock that goes on by itself, so many times as fast as the real one, and can be set."""

    def __init__(self, now: datetime, speed: float = 1.0) -> None:
        self._speed = speed
        self.set(now)

    def __call__(self) -> datetime:
        return self._set_to + timedelta(seconds=self._speed * (time.monotonic() - self._set_at))

    def set(self, now: datetime) -> None:
        self._set_to, self._set_at = now, time.monotonic()

    def seconds(self) -> float:
        """What a clock that nobody can set would show."""
        return self._speed * time.monotonic()


@pytest.fixture
def gate(tmp_path: Path, sink: SmtpSink) -> Deployment:
    return Deployment(tmp_path, SMARTHOST_URL=f"smtp://127.0.0.1:{sink.port}")


@pytest.fixture
def lively(monkeypatch: pytest.MonkeyPatch) -> None:
    """The dispatcher looks often, for the test's clocks are not those by which it waits."""
    monkeypatch.setattr("mailgate.daemon.Dispatcher", partial(Dispatcher, look_seconds=0.05, recover_seconds=0.05))


@contextmanager
def _locked(gate: Deployment) -> Iterator[None]:
    """Somebody else writes, and does not come to an end."""
    with closing(sqlite3.connect(gate.folder / "storage" / "mailgate.db", isolation_level=None)) as other:
        eventually("nobody writes", lambda: _began(other))
        yield


def _began(other: sqlite3.Connection) -> bool:
    try:
        other.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return False
    return True


def _is_refused_for_now(gate: Deployment, message: EmailMessage) -> bool:
    try:
        gate.send(message)
    except smtplib.SMTPDataError as refusal:
        assert refusal.smtp_code == 451
        return True
    return False


def _in_state(gate: Deployment, state: str) -> int:
    with reading(gate.engine) as session:
        return session.exec(select(func.count()).where(LetterRow.state == state)).one()


def _in_the_register(gate: Deployment) -> int:
    with reading(gate.engine) as session:
        return session.exec(select(func.count(QuestionRow.id))).one()


def _fill(dovecot: Dovecot, received: Sequence[datetime]) -> None:
    with dovecot.client() as client:
        for some in range(0, len(received), 500):
            client.multiappend(
                "INBOX",
                [
                    {"msg": question_from(f"{at:%d.%m %H:%M}").as_bytes(), "date": at}
                    for at in received[some : some + 500]
                ],
            )


def _resident(pid: int) -> int:
    """Bytes of the daemon's own memory that are in use."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.only_on("sqlite", "on PostgreSQL nobody can lock the whole database")
def test_while_another_process_locks_the_database_senders_wait_and_then_all_goes_on(
    gate: Deployment, sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A minute of it, with the time limit scaled down; the mail that it catches in hand waits for no lease to end."""
    monkeypatch.setattr("mailgate.register.database.BUSY_SECONDS", 0.2)
    monkeypatch.setattr("mailgate.register.database._PRAGMAS", ("PRAGMA busy_timeout = 200", *database._PRAGMAS[1:]))
    asked = ["before", "in hand", "refused"]
    with gate.running():
        gate.send(question_from("before"))
        gate.settled()
        with _locked(gate):
            assert _is_refused_for_now(gate, question_from("refused"))
        gate.send(question_from("in hand"))
        with _locked(gate):
            assert _is_refused_for_now(gate, question_from("refused"))
        eventually("the refused mail is taken", lambda: not _is_refused_for_now(gate, question_from("refused")))
        gate.settled()
    each_mail_is_registered_once(gate, [f"Pytanie {name}?" for name in asked])
    each_letter_is_accounted_for(gate, sink)


def test_a_clock_that_is_set_back_and_ahead_leaves_numbers_deadlines_and_retries_right(
    gate: Deployment, sink: SmtpSink, lively: None
) -> None:
    clock = gate.clock = Clock(FRIDAY)
    with gate.running():
        gate.send(question_from("first"))
        gate.settled()
        sink.script("RCPT", *["451 4.7.1 greylisted"] * 3)
        gate.send(question_from("greylisted"))
        eventually("its letters are deferred", lambda: _in_state(gate, "deferred") == 3)
        clock.set(FRIDAY - timedelta(days=7))
        eventually("they do not wait for a week", lambda: _in_state(gate, "accepted") == 6)
        gate.send(question_from("a week ago"))
        gate.settled()
        clock.set(FRIDAY + timedelta(days=60))
        gate.send(question_from("next year"))
        gate.settled()
        clock.set(FRIDAY + timedelta(hours=1))
        gate.send(question_from("now again"))
        gate.settled()
    entries = {entry["question"].removeprefix("Pytanie ").rstrip("?"): entry for entry in gate.register()}
    assert {name: entry["number"] for name, entry in entries.items()} == {
        "first": "HOT-01/2026/000001",
        "greylisted": "HOT-01/2026/000002",
        "a week ago": "HOT-01/2026/000003",
        "next year": "HOT-01/2027/000001",
        "now again": "HOT-01/2026/000004",
    }
    assert entries["a week ago"]["acknowledge_by"] == "2026-11-16T16:00:00+01:00"
    assert entries["next year"]["acknowledge_by"] == "2027-01-20T16:00:00+01:00"
    assert entries["now again"]["acknowledge_by"] == "2026-11-23T16:00:00+01:00"
    each_letter_is_accounted_for(gate, sink)


def test_a_smarthost_that_is_dead_for_an_hour_gets_every_letter_once_when_it_is_back(
    gate: Deployment, sink: SmtpSink, lively: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """No letter is refused, and the journal says once that it went and once that it came back."""
    clock = gate.clock = Clock(FRIDAY, speed=1200)
    monkeypatch.setattr(
        "mailgate.delivery.dispatcher.SmarthostOutage", lambda _, chance: SmarthostOutage(clock.seconds, chance)
    )
    names = [f"question {number}" for number in range(5)]
    sink.stop_listening()
    with gate.running():
        for name in names:
            gate.send(question_from(name))
        eventually("an hour passes", lambda: clock() > FRIDAY + timedelta(hours=1))
        assert _in_state(gate, "queued") == 3 * len(names)
        sink.listen()
        gate.settled()
    each_mail_is_registered_once(gate, [f"Pytanie {name}?" for name in names])
    each_letter_is_accounted_for(gate, sink)
    assert caplog.text.count("smarthost-unreachable") == 1
    assert caplog.text.count("smarthost-back") == 1


@pytest.mark.soak
def test_a_mountain_of_mail_is_taken_oldest_first_once_and_in_flat_memory(tmp_path: Path, sink: SmtpSink) -> None:
    received = [FRIDAY - timedelta(minutes=number) for number in range(MOUNTAIN)]
    random.Random(1).shuffle(received)
    with Dovecot() as dovecot:
        _fill(dovecot, received)
        gate = Deployment(
            tmp_path,
            IMAP_URL=dovecot.url,
            TLS_CA_FILE=str(dovecot.cafile),
            SMARTHOST_URL=f"smtp://127.0.0.1:{sink.port}",
        )
        with Nursery(gate, free_port()) as nursery:
            nursery.start()
            nursery.await_service()
            eventually("a hundred mails are taken", lambda: _in_the_register(gate) >= 100)
            at_first = _resident(nursery.daemon)
            eventually("all mail is taken", lambda: not dovecot.count(), LONG)
            eventually("all mail is registered", lambda: _in_the_register(gate) == MOUNTAIN, LONG)
            eventually("all letters are sent", lambda: _in_state(gate, "accepted") == 3 * MOUNTAIN, LONG)
            at_last = _resident(nursery.daemon)
    assert at_last - at_first < MOST_GROWTH
    each_mail_is_registered_once(gate, [f"Pytanie {at:%d.%m %H:%M}?" for at in received])
    by_number = sorted(gate.register(), key=lambda entry: entry["number"])
    assert [entry["received_at"] for entry in by_number] == sorted(entry["received_at"] for entry in by_number)
    each_letter_is_accounted_for(gate, sink)
