"""The receiver before a real register: what 250 promises is on disk, and a full disk is said so."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest
from servers.databases import Databases
from servers.smtp_receiver import HOTLINE, NOW, PATIENCE, MemorySpool, running_receiver
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


@pytest.mark.only_on("sqlite", "PostgreSQL has no limit to set on its pages")
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


def test_e22_250_is_said_only_after_row_and_original_are_committed(
    databases: Databases, engine: Engine, register_url: str
) -> None:
    """Seen by a connection of another program's, while the server may not go on to its reply."""
    other = databases.open(register_url)

    def seen() -> list[bytes]:
        with reading(other) as session:
            return [row.raw for row in session.exec(select(InboundContentRow))]

    register, committed, go_on = RegisterSpool(engine), Event(), Event()

    class Held(MemorySpool):
        def __call__(self, arrivals: Sequence[Arrival]) -> list[Spooled]:
            stored = register(arrivals)
            committed.set()
            assert go_on.wait(PATIENCE)
            return stored

    with running_receiver(spool=Held()) as server, server.call() as client:
        client.greet().begin()
        assert seen() == []
        client.send(MAIL + b"\r\n.\r\n")
        assert committed.wait(PATIENCE)
        assert seen() == [MAIL + b"\r\n"]
        client.socket.settimeout(0.1)
        with pytest.raises(TimeoutError):
            client.socket.recv(1)
        go_on.set()
        client.socket.settimeout(PATIENCE)
        assert client.socket.recv(100).startswith(b"250 ")


@pytest.mark.only_on("sqlite", "asks for SQLite's pragma")
def test_e22_a_commit_is_synced_to_disk(engine: Engine) -> None:
    with unit_of_work(engine) as session:
        # 2 is FULL: with WAL, every commit waits for the disk (sqlite.org/pragma.html#pragma_synchronous).
        assert session.connection().exec_driver_sql("PRAGMA synchronous").scalar_one() == 2


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", place], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("only root can mount a small disk")
    yield place
    subprocess.run(["umount", place], check=True)


@pytest.mark.usefixtures("databases")
@pytest.mark.only_on("sqlite", "a file lies on the small disk")
def test_e17_on_a_full_disk_the_answer_is_452_until_there_is_space(small_disk: Path) -> None:
    engine = open_database(f"sqlite:///{small_disk}/mailgate.db")
    migrate(engine)
    ballast = small_disk / "ballast"
    with running_receiver(spool=RegisterSpool(engine)) as server, server.call() as client:
        assert client.greet().deliver(MAIL).startswith("250 ")
        with pytest.raises(OSError, match="No space"):
            ballast.write_bytes(b"x" * 5_000_000)
        large = b"Subject: large\r\n\r\n" + b"x" * 300_000
        assert [client.deliver(large)[:10] for _ in range(2)] == ["452 4.3.1 "] * 2
        ballast.unlink()
        assert client.deliver(large) == "250 2.0.0 Ok: taken as 2"
    engine.dispose()


@pytest.mark.only_on("sqlite", "PostgreSQL locks rows, not the database")
def test_a_locked_database_is_451_and_the_mail_is_taken_when_it_is_free(engine: Engine, tmp_path: Path) -> None:
    @event.listens_for(engine, "checkout")
    def impatient(connection: object, record: object, proxy: object) -> None:
        connection.execute("PRAGMA busy_timeout = 50").close()  # type: ignore[attr-defined]

    other = sqlite3.connect(tmp_path / "mailgate.db", isolation_level=None)
    with running_receiver(spool=RegisterSpool(engine)) as server, server.call() as client, closing(other):
        client.greet()
        other.execute("BEGIN IMMEDIATE")
        assert client.deliver(MAIL).startswith("451 4.3.0 ")
        other.execute("ROLLBACK")
        assert client.deliver(MAIL).startswith("250 ")


@pytest.mark.only_on("sqlite", "by SQLite's pragma")
def test_a_database_that_cannot_be_written_is_451(engine: Engine) -> None:
    allowed = {"only_reading": "ON"}

    @event.listens_for(engine, "checkout")
    def restrict(connection: object, record: object, proxy: object) -> None:
        connection.execute(f"PRAGMA query_only = {allowed['only_reading']}").close()  # type: ignore[attr-defined]

    with running_receiver(spool=RegisterSpool(engine)) as server, server.call() as client:
        client.greet()
        assert client.deliver(MAIL).startswith("451 4.3.0 ")
        allowed["only_reading"] = "OFF"
        assert client.deliver(MAIL).startswith("250 ")


@pytest.mark.only_on("sqlite", "PostgreSQL guards its own files")
def test_250_is_never_said_for_a_file_that_somebody_moved_away(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    """SQLite would write on into the moved file, or into one that has no name any more."""
    file = Path(str(engine.url.database))
    with running_receiver(spool=RegisterSpool(engine)) as server, server.call() as client:
        assert client.greet().deliver(MAIL).startswith("250 ")
        file.rename(file.with_name("moved.db"))
        assert client.deliver(MAIL + b"x\r\n").startswith("451 4.3.0 ")
    assert "stop mailgate, which saves what it took, put back what was moved" in caplog.text


def test_a_mail_that_is_known_is_taken_again_as_the_same(engine: Engine) -> None:
    with running_receiver(spool=RegisterSpool(engine)) as server, server.call() as client:
        client.greet()
        assert [client.deliver(MAIL) for _ in range(2)] == ["250 2.0.0 Ok: taken as 1"] * 2
