"""A long look at the register ends when another thread says so, also in the middle of a statement."""

from __future__ import annotations

import threading

import pytest
from servers.deployment import eventually
from servers.endless import STATEMENT
from sqlalchemy import Engine, text

from mailgate.errors import RegisterError
from mailgate.register.database import reading
from mailgate.register.halt import Halt


class Look(threading.Thread):
    """A look at a register that would not end by itself; ``fault`` is what ended it."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(daemon=True)
        self.engine = engine
        self.halt = Halt()
        self.begun = threading.Event()
        self.fault: RegisterError | None = None
        self.start()
        assert self.begun.wait(60)

    def run(self) -> None:
        try:
            with reading(self.engine) as session, self.halt.over(session):
                self.begun.set()
                session.connection().execute(text(STATEMENT[self.engine.dialect.name]))
        except RegisterError as fault:
            self.fault = fault

    def end(self) -> None:
        # Again and again: the first time may come before the statement.
        eventually("the look ends", lambda: self.halt.set() or not self.is_alive())


def test_a_statement_that_would_not_end_is_cut_short_from_another_thread(engine: Engine) -> None:
    look = Look(engine)
    look.end()
    assert (look.fault is None, look.halt()) == (False, True)


def test_after_the_look_nobody_elses_statement_is_cut_short(engine: Engine) -> None:
    """The connection has gone back, and serves another."""
    halt = Halt()
    with reading(engine) as session, halt.over(session):
        pass
    other = Look(engine)
    for _ in range(20):
        halt.set()
        other.join(0.01)
    assert other.is_alive()
    other.end()


@pytest.mark.only_on("postgresql", "a file is never lost")
def test_a_connection_that_is_lost_is_no_trouble(engine: Engine) -> None:
    halt = Halt()
    with reading(engine) as session, halt.over(session):
        session.connection().connection.driver_connection.close()  # type: ignore[union-attr]
        halt.set()
        session.connection().invalidate()
    assert halt()
