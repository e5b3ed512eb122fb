"""The daily comparison beside the daemon: who does it and when, what becomes of it, and that nobody waits for it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from servers.deployment import eventually
from servers.endless import make_endless
from servers.entries import NOW, arrival
from sqlalchemy import Engine, event, text

from mailgate.dailyproof import DailyProof
from mailgate.intake.poller import PollerStatus
from mailgate.reconciliation import differences
from mailgate.register import spool
from mailgate.register.database import unit_of_work
from mailgate.register.halt import Halt
from mailgate.watchman import Senses, Watchman


class Desk:
    """A daily proof with its watchman, at a time that only moves when it is told to."""

    def __init__(self, engine: Engine) -> None:
        self.now = NOW
        self.status: PollerStatus | None = None
        self.watchman = Watchman(engine, Senses(poller=lambda: self.status), None, lambda: self.now)
        self.proof = DailyProof(engine, None, lambda: self.status, self.watchman, lambda: self.now)

    def compared(self) -> bool:
        """Whether a comparison was completed just now."""
        return self.watchman.compared_at == self.now


@pytest.fixture
def desk(engine: Engine) -> Iterator[Desk]:
    made = Desk(engine)
    yield made
    assert made.proof.stop(60)


@contextmanager
def looks(engine: Engine) -> Iterator[list[str]]:
    """The statements that begin in the block."""
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_a_comparison_that_came_to_its_end_is_known_to_the_watchman(engine: Engine, desk: Desk) -> None:
    with unit_of_work(engine) as session:
        spool.put(session, [arrival("wrong")], NOW)
    desk.proof.begin()
    eventually("it is completed", desk.compared)
    desk.watchman.look()
    assert desk.watchman.compared_at == NOW


@pytest.mark.parametrize(
    ("state", "age", "begun"),
    [
        ("waiting", timedelta(hours=6), False),
        ("waiting", timedelta(hours=26), True),
        ("waiting", timedelta(hours=-1), True),
        ("standby", timedelta(hours=26), False),
    ],
)
def test_what_failed_is_tried_again_the_same_day_by_whoever_reads_the_mailbox(
    desk: Desk, state: str, age: timedelta, begun: bool
) -> None:
    desk.watchman.reconciled(0, NOW - age)
    desk.status = PollerStatus(state)  # type: ignore[arg-type]
    desk.proof.begin_if_overdue()
    if begun:
        eventually("it is completed", desk.compared)
    assert desk.proof.stop(60)
    assert desk.compared() == begun


def test_what_was_never_compared_is_overdue(desk: Desk) -> None:
    desk.proof.begin_if_overdue()
    eventually("it is completed", desk.compared)


def test_a_comparison_that_fails_is_in_the_journal_and_counts_as_none(
    engine: Engine, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    with unit_of_work(engine) as session:
        session.connection().execute(text("DROP TABLE letter_content"))
    desk.proof.begin()
    eventually("it failed", lambda: "could not be compared" in caplog.text)
    assert desk.watchman.compared_at is None


@pytest.mark.parametrize("at", ["a statement", "none"])
def test_an_end_in_the_middle_is_awaited_by_nobody_and_no_news(
    engine: Engine, desk: Desk, caplog: pytest.LogCaptureFixture, at: str
) -> None:
    make_endless(engine)
    with caplog.at_level(logging.INFO), looks(engine) as statements:
        desk.proof.begin()
        if at == "a statement":
            eventually("it looks into the endless table", lambda: any("FROM number" in one for one in statements))
        assert desk.proof.stop(60)
        desk.proof.begin()
        assert desk.proof.stop(0)
    assert [one.getMessage() for one in caplog.records] == ["comparing mailbox, spool, register and outbox"]
    assert desk.watchman.compared_at is None


def test_a_second_comparison_does_not_begin_beside_the_first(engine: Engine, desk: Desk) -> None:
    make_endless(engine)
    with looks(engine) as statements:
        desk.proof.begin()
        eventually("it looks into the endless table", lambda: any("FROM number" in one for one in statements))
        before = len(statements)
        desk.proof.begin()
        assert desk.proof.stop(60)
    assert len(statements) == before


class HaltedAt(Halt):
    """Halted from the so-maniest statement on."""

    def __init__(self, statements: list[str], number: int) -> None:
        super().__init__()
        self._statements, self._number = statements, number

    def __call__(self) -> bool:
        return len(self._statements) >= self._number


def test_once_halted_no_further_question_is_asked(engine: Engine) -> None:
    """Whichever it comes after: those of the rules, the numbers, or the bytes."""
    with unit_of_work(engine) as session:
        spool.put(session, [arrival(name) for name in "abc"], NOW)
    with looks(engine) as statements:
        assert len(list(differences(engine, None, NOW))) > 0
    for number in range(1, len(statements) + 1):
        with looks(engine) as asked:
            list(differences(engine, None, NOW, halted=HaltedAt(asked, number)))
        # The numbers are two questions in one.
        assert len(asked) - number <= ("FROM number" in asked[number - 1]), asked[number - 1 :]
