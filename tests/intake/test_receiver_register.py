"""The receiver before a real register: what 250 promises is on disk, and a full disk is said so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from servers.smtp_receiver import HOTLINE, NOW, MemorySpool, running_receiver
from sqlalchemy import Engine, event
from sqlmodel import select

from mailgate.register import spool
from mailgate.register.database import migrate, open_database, reading, unit_of_work
from mailgate.register.spool import Arrival, Spooled
from mailgate.register.tables import InboundContentRow, InboundRow

MAIL = b"Subject: Pytanie\r\n\r\nTre\xb6\xe6 \x00"


class RegisterSpool(MemorySpool):
    """The register itself in the place of the one in memory."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.engine = engine

    def __call__(self, arrivals: Sequence[Arrival]) -> list[Spooled]:
        with unit_of_work(self.engine) as session:
            return spool.put(session, arrivals, NOW)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_database(f"sqlite:///{tmp_path}/mailgate.db")
    migrate(made)
    yield made
    made.dispose()


def test_a_mail_is_in_the_register_when_250_is_said(engine: Engine) -> None:
    with running_receiver(spool=RegisterSpool(engine)) as server, server.call() as client:
        reply = client.greet().deliver(MAIL)
        with reading(engine) as session:
            [row] = session.exec(select(InboundRow)).all()
            [content] = session.exec(select(InboundContentRow)).all()
    assert reply == f"250 2.0.0 Ok: taken as {row.id}"
    assert content.raw == MAIL + b"\r\n"
    assert (row.source, row.envelope_sender, row.recipients) == ("smtp", "jan@urzad.example", [HOTLINE])
    assert (row.received_at, row.state, row.size) == (NOW, "waiting", len(MAIL) + 2)


def test_a_full_database_is_452_and_the_mail_is_taken_when_there_is_space(engine: Engine) -> None:
    pages = {"most": 0}

    @event.listens_for(engine, "checkout")
    def bound(connection: object, record: object, proxy: object) -> None:
        used = connection.execute("PRAGMA page_count").fetchone()[0]  # type: ignore[attr-defined]
        connection.execute(f"PRAGMA max_page_count = {pages['most'] or used}").close()  # type: ignore[attr-defined]

    large = b"Subject: large\r\n\r\n" + b"x" * 200_000
    with running_receiver(spool=RegisterSpool(engine)) as server, server.call() as client:
        client.greet()
        assert client.deliver(large).startswith("452 4.3.1 ")
        pages["most"] = 1_000_000
        assert client.deliver(large) == "250 2.0.0 Ok: taken as 1"


def test_a_mail_that_is_known_is_taken_again_as_the_same(engine: Engine) -> None:
    with running_receiver(spool=RegisterSpool(engine)) as server, server.call() as client:
        client.greet()
        assert [client.deliver(MAIL) for _ in range(2)] == ["250 2.0.0 Ok: taken as 1"] * 2
