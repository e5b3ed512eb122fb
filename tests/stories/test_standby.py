"""Several daemons on one register and one mailbox: one reads it, the others stand by and say so (E10)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from servers.accounting import each_mail_is_registered_once
from servers.databases import Databases
from servers.deployment import Deployment, eventually
from servers.dovecot import Dovecot
from servers.feeders import question_from
from servers.imapserver import PASSWORD
from servers.nursery import Nursery, free_port
from sqlmodel import select

from mailgate import heartbeat
from mailgate.cli.glance import Glance, look
from mailgate.cli.statuspage import plain
from mailgate.clock import utc_now
from mailgate.heartbeat import MailboxSeen
from mailgate.register.database import reading
from mailgate.register.tables import LeaseRow

SHARED_KEY = "klucz-wspólny-dla-obu-maszyn-0123456789"
NEW_PASSWORD = "drugie-haslo"
BRIEF = timedelta(seconds=3)
"""For a lease."""


@pytest.fixture(autouse=True)
def signs_of_life_as_things_happen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "SHORTEST_PAUSE", 0.0)


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    with Dovecot() as server:
        yield server


@pytest.fixture
def gates(tmp_path: Path, databases: Databases, dovecot: Dovecot) -> list[Deployment]:
    """Two installations that are to be one hot-line."""
    url = databases.empty(tmp_path / "shared.db")
    return [installation(tmp_path / name, dovecot.url, url, dovecot) for name in ("one", "other")]


def installation(folder: Path, mailbox: str, database: str, dovecot: Dovecot) -> Deployment:
    return Deployment(
        folder,
        IMAP_URL=mailbox,
        TLS_CA_FILE=str(dovecot.cafile),
        DATABASE_URL=database,
        SECRET_KEY=SHARED_KEY,
        IMAP_POLL_SECONDS="1",
    )


def mailbox_of(gate: Deployment) -> MailboxSeen:
    """What a daemon tells of itself; nothing where it is not running."""
    beat = heartbeat.read(gate.settings.storage)
    return beat.mailbox if beat and beat.mailbox and not beat.stopped_at else MailboxSeen("")


def reads(gate: Deployment) -> bool:
    return mailbox_of(gate).state in ("looking", "waiting")


def stands_by(gate: Deployment) -> bool:
    return mailbox_of(gate).state == "standby"


def holders(gate: Deployment) -> list[str]:
    with reading(gate.engine) as session:
        return list(session.exec(select(LeaseRow.holder)))


def glance(gate: Deployment) -> Glance:
    return look(gate.settings, utc_now(), time.monotonic())


def line_on_mailbox(gate: Deployment) -> str:
    return next(line for line in plain(glance(gate)) if line[4:].startswith("mailbox"))


def take(dovecot: Dovecot, gate: Deployment, *names: str) -> None:
    """Mail comes, and is taken."""
    dovecot.append_all([question_from(name).as_bytes() for name in names])
    eventually("the mailbox is empty", lambda: not dovecot.messages())
    gate.settled()


def test_e10_p11_the_second_stands_by_without_a_connection_says_who_reads_and_is_well(
    gates: list[Deployment], dovecot: Dovecot
) -> None:
    one, other = gates
    one.lease = other.lease = BRIEF
    with one.running():
        eventually("the first reads", lambda: reads(one))
        with other.running():
            eventually("the second stands by", lambda: stands_by(other))
            eventually("it knows when the first looked last", lambda: mailbox_of(other).completed_at)
            assert line_on_mailbox(other).startswith("ok  mailbox    standby: ")
            assert f":{one.settings.storage.resolve()} reads the mailbox; its last" in line_on_mailbox(other)
            assert glance(other).is_well
            assert len(dovecot.sessions()) == 1
            take(dovecot, one, "a", "b")
    each_mail_is_registered_once(one, ["Pytanie a?", "Pytanie b?"])


def test_e10_one_that_stops_is_succeeded_before_its_lease_runs_out(gates: list[Deployment], dovecot: Dovecot) -> None:
    """Which lasts longer than is waited for here."""
    one, other = gates
    one.lease = other.lease = timedelta(seconds=40)
    with ExitStack() as first:
        first.enter_context(one.running())
        eventually("the first reads", lambda: reads(one))
        with other.running():
            eventually("the second stands by", lambda: stands_by(other))
            first.close()
            eventually("the second reads", lambda: reads(other), patience=20)


def test_e10_one_that_is_killed_is_succeeded_once_its_lease_has_run_out(
    gates: list[Deployment], dovecot: Dovecot
) -> None:
    one, other = gates
    one.lease = other.lease = BRIEF
    one.folder.mkdir()
    with Nursery(one, free_port()) as nursery:
        nursery.start()
        nursery.await_service()
        eventually("the first has the lease", lambda: holders(one))
        with other.running():
            eventually("the second stands by", lambda: stands_by(other))
            nursery.kill()
            take(dovecot, other, "a")
    each_mail_is_registered_once(other, ["Pytanie a?"])


def test_e10_one_whose_log_in_is_refused_is_succeeded_by_one_whose_is_not(
    gates: list[Deployment], dovecot: Dovecot, tmp_path: Path
) -> None:
    one, _ = gates
    url = dovecot.url.replace(f":{quote(PASSWORD, safe='')}@", f":{NEW_PASSWORD}@")
    other = installation(tmp_path / "with the new password", url, one.environment["MAILGATE_DATABASE_URL"], dovecot)
    one.lease = other.lease = BRIEF
    with one.running():
        eventually("the first reads", lambda: reads(one))
        with other.running():
            eventually("the second stands by", lambda: stands_by(other))
            dovecot.set_password(NEW_PASSWORD)
            dovecot.kill_sessions()
            eventually("the second reads", lambda: reads(other))
