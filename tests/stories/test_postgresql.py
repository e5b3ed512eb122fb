"""PostgreSQL below the daemon: its connections are cut, it is started anew, and two daemons share it (E10)."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from servers.accounting import each_letter_is_accounted_for, each_mail_is_registered_once
from servers.databases import Databases
from servers.deployment import ANNA, Deployment, eventually, reply_to
from servers.dovecot import Dovecot
from servers.feeders import Correspondents, Feeder, Resender, question_from
from servers.postgres import PostgresCluster, PostgresServer, postgres_cluster
from servers.smtp_sink import SmtpSink
from sqlalchemy import make_url
from sqlmodel import func, select

from mailgate import heartbeat
from mailgate.register.database import reading
from mailgate.register.tables import DeliveryRow, QuestionRow

pytestmark = pytest.mark.only_on("postgresql", "SQLite has no server, and one daemon")

CUTS = 8
SHARED_KEY = "klucz-wspólny-dla-obu-maszyn-0123456789"


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    with Dovecot() as server:
        yield server


@pytest.fixture
def cluster() -> Iterator[PostgresCluster]:
    """A server that the story may stop."""
    with postgres_cluster() as server:
        yield server


def installation(folder: Path, dovecot: Dovecot, sink: SmtpSink, **settings: str) -> Deployment:
    """A hot-line that takes mail both ways."""
    return Deployment(
        folder,
        IMAP_URL=dovecot.url,
        TLS_CA_FILE=str(dovecot.cafile),
        SMARTHOST_URL=f"smtp://127.0.0.1:{sink.port}",
        IMAP_POLL_SECONDS="1",
        **settings,
    )


def registered(gate: Deployment) -> int:
    with reading(gate.engine) as session:
        return session.exec(select(func.count()).select_from(QuestionRow)).one()


def await_more(gate: Deployment, number: int) -> None:
    """Wait until so many further questions are in the register."""
    before = registered(gate)
    eventually(f"{number} more are registered", lambda: registered(gate) >= before + number)


@contextmanager
def feeding(gate: Deployment, dovecot: Dovecot) -> Iterator[list[Feeder]]:
    """Mail comes on both ways, from entry until all that was begun is brought."""
    senders = [Resender(f"smtp{number}", gate.port) for number in range(2)]
    feeders: list[Feeder] = [*senders, Correspondents("imap", dovecot)]
    with senders[0], senders[1], feeders[2]:
        try:
            yield feeders
        except BaseException:
            for sender in senders:
                sender.give_up()
            raise


def everything_is_as_it_should_be(
    gate: Deployment, dovecot: Dovecot, sink: SmtpSink, feeders: Sequence[Feeder]
) -> None:
    eventually("the mailbox is empty", lambda: not dovecot.messages())
    gate.settled()
    each_mail_is_registered_once(gate, [question for feeder in feeders for question in feeder.brought])
    assert len(dovecot.messages("Przyjęte")) == len(feeders[-1].brought)
    each_letter_is_accounted_for(gate, sink)


def test_connections_that_are_cut_again_and_again_lose_and_double_nothing(
    tmp_path: Path, dovecot: Dovecot, sink: SmtpSink, postgres: PostgresServer
) -> None:
    gate = installation(tmp_path, dovecot, sink)
    database = make_url(gate.settings.database_url).database
    assert database is not None
    with gate.running():
        with feeding(gate, dovecot) as feeders:
            for more in range(CUTS):
                await_more(gate, 1 + more % 3)
                assert postgres.sever(database) > 1
        everything_is_as_it_should_be(gate, dovecot, sink, feeders)


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_server_that_is_started_anew_is_found_again(
    tmp_path: Path, dovecot: Dovecot, sink: SmtpSink, cluster: PostgresCluster, mode: str
) -> None:
    """While it is away mail waits with its senders and in the mailbox; nobody needs to start the daemon again."""
    gate = installation(tmp_path, dovecot, sink, DATABASE_URL=cluster.create("mailgate"))
    with gate.running():
        with feeding(gate, dovecot) as feeders:
            await_more(gate, 5)
            cluster.stop(mode)
            waiting = len(dovecot.messages())
            eventually("mail waits in the mailbox", lambda: len(dovecot.messages()) > waiting + 3)
            cluster.start()
            await_more(gate, 5)
        everything_is_as_it_should_be(gate, dovecot, sink, feeders)
    gate.engine.dispose()


def test_e10_two_daemons_on_one_database_and_one_mailbox_double_nothing(
    tmp_path: Path, databases: Databases, dovecot: Dovecot, sink: SmtpSink
) -> None:
    """Mail servers that are not sure bring the same mail to both; one looks into the mailbox; each letter goes once."""
    url = databases.empty(tmp_path / "shared.db")
    one, other = (
        installation(tmp_path / name, dovecot, sink, DATABASE_URL=url, SECRET_KEY=SHARED_KEY)
        for name in ("one", "other")
    )
    by_smtp = [f"smtp {number}" for number in range(60)]
    by_imap = [f"imap {number}" for number in range(60)]
    dovecot.append_all([question_from(name).as_bytes() for name in by_imap[:30]])
    with one.running(), other.running():
        to_both(by_smtp, one, other)
        told = eventually(
            "one of them stands by", lambda: "standby" in (told := {at_mailbox(one), at_mailbox(other)}) and told
        )
        assert told & {"looking", "waiting"}
        dovecot.append_all([question_from(name).as_bytes() for name in by_imap[30:]])
        eventually("the mailbox is empty", lambda: not dovecot.messages())
        one.settled()
        each_mail_is_registered_once(one, [f"Pytanie {name}?" for name in by_smtp + by_imap])
        each_letter_is_accounted_for(one, sink)
    assert len(dovecot.messages("Przyjęte")) == len(by_imap)
    assert [row.source for row in one.rows(DeliveryRow)].count("smtp") == 2 * len(by_smtp)


def at_mailbox(gate: Deployment) -> str:
    """How a daemon does at its mailbox, as it tells of itself."""
    beat = heartbeat.read(gate.settings.storage)
    return beat.mailbox.state if beat and beat.mailbox else ""


def to_both(names: Sequence[str], one: Deployment, other: Deployment) -> None:
    """Each mail to both daemons, and four at the same time."""
    with ThreadPoolExecutor(4) as clients:
        brought = [clients.submit(gate.send, question_from(name)) for name in names for gate in (one, other)]
    for delivery in brought:
        delivery.result()


def test_an_answer_that_comes_to_the_other_daemon_reaches_the_clerk(
    tmp_path: Path, databases: Databases, sink: SmtpSink
) -> None:
    """With one secret key, and one register, it does not matter who asked the consultant."""
    settings = {
        "DATABASE_URL": databases.empty(tmp_path / "shared.db"),
        "SECRET_KEY": SHARED_KEY,
        "SMARTHOST_URL": f"smtp://127.0.0.1:{sink.port}",
    }
    one, other = (Deployment(tmp_path / name, **settings) for name in ("one", "other"))
    with one.running(), other.running():
        one.send(question_from("a"))
        [asked] = [message.content for message in sink.await_messages(3) if message.recipient in ANNA]
        letter = email.message_from_bytes(asked, policy=email.policy.default)
        other.send(reply_to(letter, "Proszę wycofać je w menu Sprawozdania.", ANNA))
        eventually("the question is answered", lambda: one.register()[0]["answered_at"])
