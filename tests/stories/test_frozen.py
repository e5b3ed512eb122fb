"""A daemon that stands still (SIGSTOP, a frozen virtual machine) or dies while another goes on: nothing is done twice."""

from __future__ import annotations

import os
import random
import signal
import smtplib
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from servers.accounting import each_letter_is_accounted_for, each_mail_is_registered_once
from servers.databases import Databases
from servers.deployment import HOTLINE, PATIENCE, Deployment, eventually
from servers.dovecot import Dovecot
from servers.feeders import Correspondents, Resender, question_from
from servers.nursery import Nursery, free_port
from servers.smtp_sink import SmtpSink
from sqlmodel import select

from mailgate.clock import utc_now
from mailgate.register import outbox
from mailgate.register.database import reading
from mailgate.register.tables import LeaseRow, LetterRow

SHARED_KEY = "klucz-wspólny-dla-obu-maszyn-0123456789"
BRIEF = timedelta(seconds=2)
"""For a lease on the mailbox."""
WHOLE = os.environ.get("MAILGATE_TEST_SOAK") == "full"
ROUNDS = 3 if WHOLE else 2
FROZEN_SECONDS = 180.0 if WHOLE else 1.0
"""After the other has taken over."""


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    with Dovecot() as server:
        yield server


@pytest.fixture
def gates(tmp_path: Path, databases: Databases, dovecot: Dovecot, sink: SmtpSink) -> list[Deployment]:
    """Two installations that are one hot-line: the first is a process of its own, the second runs in the test."""
    url = databases.empty(tmp_path / "shared.db")
    made = []
    for name in ("one", "other"):
        gate = Deployment(
            tmp_path / name,
            IMAP_URL=dovecot.url,
            TLS_CA_FILE=str(dovecot.cafile),
            SMARTHOST_URL=f"smtp://127.0.0.1:{sink.port}",
            DATABASE_URL=url,
            SECRET_KEY=SHARED_KEY,
            IMAP_POLL_SECONDS="1",
        )
        gate.folder.mkdir()
        gate.lease = BRIEF
        made.append(gate)
    return made


def holder(gate: Deployment) -> str | None:
    with reading(gate.engine) as session:
        return session.exec(select(LeaseRow.holder)).first()


def letter_states(gate: Deployment) -> list[str]:
    with reading(gate.engine) as session:
        return [row.state for row in session.exec(select(LetterRow).order_by(LetterRow.id))]  # type: ignore[arg-type]


@pytest.mark.soak
@pytest.mark.only_on("postgresql", "a daemon that is frozen in the midst of a transaction locks SQLite for as long")
def test_a_daemon_that_is_frozen_while_another_takes_over_does_nothing_twice_when_it_goes_on(
    gates: list[Deployment], dovecot: Dovecot, sink: SmtpSink
) -> None:
    one, other = gates
    chance = random.Random(8)
    with Nursery(one, free_port()) as nursery:
        nursery.start()
        nursery.await_service()
        eventually("the first reads the mailbox", lambda: holder(one))
        with other.running():
            feeders = [
                Resender("to one", nursery.port),
                Resender("to other", other.port),
                Correspondents("imap", dovecot),
            ]
            with feeders[0], feeders[1], feeders[2]:
                for _ in range(ROUNDS):
                    time.sleep(chance.random())  # The moment of the stop is what is tried, not waited for.
                    os.kill(nursery.daemon, signal.SIGSTOP)
                    eventually("the second reads the mailbox", lambda: str(other.folder) in (holder(other) or ""))
                    time.sleep(FROZEN_SECONDS)
                    os.kill(nursery.daemon, signal.SIGCONT)
            eventually("the mailbox is empty", lambda: not dovecot.messages())
            other.settled(PATIENCE + FROZEN_SECONDS)
    each_mail_is_registered_once(other, [question for feeder in feeders for question in feeder.brought])
    each_letter_is_accounted_for(other, sink, ("accepted", "uncertain"))


def test_a_letter_whose_daemon_died_before_it_knew_of_its_acceptance_is_uncertain_to_another_and_never_sent_again(
    gates: list[Deployment], sink: SmtpSink
) -> None:
    """Once the time that one attempt may take is over; what the dead one had only claimed waits for its lease, and goes."""
    one, other = gates
    with Nursery(one, free_port()) as nursery:
        nursery.start("a reply is seen, and not committed")
        nursery.await_service()
        with smtplib.SMTP("127.0.0.1", nursery.port, timeout=60) as client:
            client.sendmail("j.bak@ug.example", [HOTLINE], question_from("a").as_bytes())
        nursery.await_death()
    assert "sending" in letter_states(other)
    other.clock = lambda: utc_now() + outbox.SENDING_LEASE + timedelta(minutes=1)
    with other.running():
        eventually("it is shown", lambda: "uncertain" in letter_states(other))
        assert "sending" not in letter_states(other)
    other.clock = lambda: utc_now() + timedelta(days=1)
    with other.running():
        other.settled()
    each_letter_is_accounted_for(other, sink, ("accepted", "uncertain"))
    assert letter_states(other).count("uncertain") == 1
    assert len(sink.messages) == len(letter_states(other))
