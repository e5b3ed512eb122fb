"""``mailgate status`` says whether the daemon runs, is stopped or hangs, and never fails itself."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import sqlite3
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from servers.deployment import Deployment, eventually
from servers.entries import letter, registered, spooled

from mailgate import __version__, heartbeat
from mailgate.backup import memory
from mailgate.cli.glance import Glance, look
from mailgate.cli.statuspage import plain
from mailgate.clock import utc_now
from mailgate.config import environment_without_settings
from mailgate.domain.lastbackup import LastBackup
from mailgate.heartbeat import Heartbeat, MailboxSeen
from mailgate.register import outbox, outcomes
from mailgate.register.database import migrate, unit_of_work
from mailgate.storagelock import LOCK_NAME

pytestmark = [
    pytest.mark.usefixtures("databases"),
    pytest.mark.only_on("sqlite", "how a daemon fares has nothing to do with the database; test_status asks both"),
]


def installed(folder: Path, **settings: str) -> Deployment:
    gate = Deployment(folder, **settings)
    gate.settings.storage.mkdir()
    migrate(gate.engine)
    return gate


def beat(**changes: Any) -> Heartbeat:
    now = utc_now()
    usual = Heartbeat(
        os.getpid(), __version__, now - timedelta(days=3), now, time.monotonic(), {"pipeline": (1.0, 960.0)}
    )
    return replace(usual, **changes)


@contextmanager
def held(gate: Deployment) -> Iterator[None]:
    """As a daemon that works in the folder holds it."""
    with (gate.settings.storage / LOCK_NAME).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def seen(gate: Deployment) -> tuple[Glance, dict[str, str]]:
    """The facts, and the text of each line by its name."""
    glance = look(gate.settings, utc_now(), time.monotonic())
    return glance, {line[4:14].strip(): line for line in plain(glance)}


def command(gate: Deployment, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mailgate", "status", *arguments],
        env=environment_without_settings() | gate.environment,
        cwd=gate.folder, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_a_daemon_that_completes_its_rounds_is_well(tmp_path: Path) -> None:
    gate = installed(tmp_path)
    with held(gate):
        heartbeat.write(gate.settings.storage, beat())
        glance, lines = seen(gate)
    assert glance.is_well, glance
    assert lines["daemon"].startswith("ok  daemon     runs since ") and "(3 days)" in lines["daemon"]


def test_a_daemon_that_hangs_is_said_with_the_stage_that_hangs(tmp_path: Path) -> None:
    gate = installed(tmp_path)
    with held(gate):
        heartbeat.write(gate.settings.storage, beat(beaten_on=time.monotonic() - 2000))
        glance, lines = seen(gate)
        told = command(gate, "--json")
    assert (glance.daemon.state, glance.daemon.stage, glance.is_well) == ("hangs", "pipeline", False)
    assert "!!  daemon     hangs: no round of pipeline is completed any more" in lines["daemon"]
    stands = json.loads(told.stdout)
    assert (told.returncode, stands["running"], stands["daemon"]["state"]) == (1, True, "hangs")


def test_a_daemon_that_was_stopped_is_told_apart_from_one_that_was_killed(tmp_path: Path) -> None:
    gate = installed(tmp_path)
    heartbeat.write(gate.settings.storage, beat(stopped_at=utc_now()))
    assert "does not run, stopped since" in seen(gate)[1]["daemon"]
    heartbeat.write(gate.settings.storage, beat())
    glance, lines = seen(gate)
    assert "does not run, ended without a word after" in lines["daemon"]
    assert (glance.daemon.state, glance.daemon.abruptly, glance.is_well) == ("stopped", True, False)


def test_a_daemon_that_has_just_started_is_not_taken_for_the_dead_one_before_it(tmp_path: Path) -> None:
    gate = installed(tmp_path)
    with subprocess.Popen(["true"]) as gone:
        pass
    with held(gate):
        heartbeat.write(gate.settings.storage, beat(pid=gone.pid, beaten_on=time.monotonic() - 99999))
        glance, lines = seen(gate)
    assert glance.daemon.state == "running"
    assert "no sign of life yet" in lines["daemon"]


def test_a_daemon_older_than_the_program_is_to_be_restarted(tmp_path: Path) -> None:
    gate = installed(tmp_path)
    with held(gate):
        heartbeat.write(gate.settings.storage, beat(version="0.0.1"))
        assert "it is still 0.0.1, restart it" in seen(gate)[1]["daemon"]


@pytest.mark.only_on("sqlite", "it has a file that can be spoiled and held")
def test_a_register_that_cannot_be_read_is_said_and_all_else_is_shown(tmp_path: Path) -> None:
    gate = installed(tmp_path)
    file = gate.settings.database_file
    assert file is not None
    gate.engine.dispose()
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        glance, lines = seen(gate)
    assert glance.stands is None and "locked" in lines["register"]
    assert "does not run" in lines["daemon"] and "free" in lines["disk"]
    file.write_bytes(b"no database" * 1000)
    told = command(gate, "--json")
    stands = json.loads(told.stdout)
    assert (told.returncode, told.stderr) == (1, "")
    assert "not a database" in stands["register_trouble"]
    assert stands["waiting"] is None


def test_the_mailbox_is_shown_as_the_daemon_saw_it(tmp_path: Path) -> None:
    gate = installed(tmp_path, IMAP_URL="imaps://u:p@imap.invalid/INBOX")
    now = utc_now()
    looked = MailboxSeen("waiting", now - timedelta(seconds=30), 2, now - timedelta(minutes=5))
    with held(gate):
        heartbeat.write(gate.settings.storage, beat(mailbox=looked))
        assert "last completed poll 30 s ago; 2 mails waiting, the oldest for 5 min" in seen(gate)[1]["mailbox"]
        heartbeat.write(gate.settings.storage, beat(mailbox=replace(looked, trouble="log-in refused")))
        assert seen(gate)[1]["mailbox"].startswith("!!  mailbox    last completed poll 30 s ago; log-in refused")
    assert seen(gate)[1]["mailbox"].endswith("nobody looks now")


def test_a_server_that_may_come_back_by_itself_needs_nobody_yet_and_is_named(tmp_path: Path) -> None:
    gate = installed(tmp_path, IMAP_URL="imaps://u:p@imap.invalid/INBOX")
    looked = MailboxSeen("failing", utc_now() - timedelta(seconds=30), trouble="connection refused")
    with held(gate):
        heartbeat.write(gate.settings.storage, beat(mailbox=looked))
        glance, _ = seen(gate)
    assert glance.is_well
    assert list(plain(glance))[-1] == "\nnobody is needed yet: mailbox may recover by itself"


def test_what_waits_is_counted_with_its_age_and_the_nearest_deadline(tmp_path: Path) -> None:
    gate = installed(tmp_path)
    now = utc_now()
    spooled(gate.engine, "a")
    with unit_of_work(gate.engine) as session:
        registered(session, 2, received_at=now, acknowledge_by=now + timedelta(hours=3, minutes=1))
        ids = outbox.enqueue(session, [letter("1", created_at=now - timedelta(hours=5)), letter("2", created_at=now)])
        outcomes.mark_deferred(session, ids[0], "451", now + timedelta(minutes=10, seconds=30), now)
    with held(gate):
        heartbeat.write(gate.settings.storage, beat())
        _, lines = seen(gate)
        told = json.loads(command(gate, "--json").stdout)
    assert "1 mail waiting, the oldest for " in lines["spool"]
    assert "1 queued, 1 deferred, the oldest 5 h old, next try in 10 min" in lines["outbox"]
    assert "2 today; 2 wait for an answer, 2 for an acknowledgement; nearest deadline" in lines["questions"]
    assert "(in 3 h)" in lines["questions"]
    known = {"running", "waiting", "oldest_waiting", "quarantined", "held", "letters", "pending", "overdue", "expiry"}
    assert known <= told.keys()
    assert (told["today"], told["unacknowledged"], told["letters"]["deferred"]) == (2, 2, 1)
    assert told["versions"]["holidays"] and told["versions"]["schema"]
    assert told["disks"][0]["free"] > 0


def test_the_last_backup_is_shown_whether_the_daemon_runs_hangs_or_is_stopped(tmp_path: Path) -> None:
    gate = installed(tmp_path)
    storage = gate.settings.storage
    made_at = utc_now() - timedelta(hours=5, minutes=1)
    memory.write(storage, LastBackup(made_at, "/srv/backups/mailgate-2026.tar", 5 << 20))
    with held(gate):
        heartbeat.write(storage, beat())
        glance, lines = seen(gate)
        heartbeat.write(storage, beat(beaten_on=time.monotonic() - 2000))
        hangs = seen(gate)[1]
    assert glance.is_well
    assert lines["backup"].startswith("ok  backup     verified 5 h ago (")
    assert lines["backup"].endswith("), 5.0 MiB in /srv/backups")
    assert hangs["backup"] == lines["backup"] == seen(gate)[1]["backup"]
    told = json.loads(command(gate, "--json").stdout)["backup"]
    assert (told["file"], told["bytes"], told["every"]) == ("/srv/backups/mailgate-2026.tar", 5 << 20, 1)
    assert told["due"] > told["made_at"]


def test_that_no_backup_was_ever_made_is_shown_once_a_daemon_works_here_and_needs_nobody(tmp_path: Path) -> None:
    gate = installed(tmp_path)
    assert "backup" not in seen(gate)[1]
    with held(gate):
        heartbeat.write(gate.settings.storage, beat())
        glance, lines = seen(gate)
    assert lines["backup"].startswith("..  backup     never made; ")
    assert glance.is_well
    assert json.loads(command(gate, "--json").stdout)["backup"] is None


def test_a_backup_that_is_missed_needs_a_person_also_where_the_register_cannot_be_read(tmp_path: Path) -> None:
    gate = installed(tmp_path)
    failing = LastBackup(utc_now() - timedelta(days=4), "/srv/x.tar", 1 << 20)
    memory.write(gate.settings.storage, failing.failed(utc_now() - timedelta(days=3), 1, "No\x1b[2Jroom."))
    with held(gate):
        heartbeat.write(gate.settings.storage, beat())
        glance, lines = seen(gate)
        told = command(gate)
    assert lines["backup"].startswith("!!  backup     verified 4 days ago (")
    assert lines["backup"].endswith(": No\\x1b[2Jroom.")
    assert (glance.is_well, told.returncode) == (False, 1)
    assert "- The last verified backup is 4 days old. (since " in told.stdout
    gate.engine.dispose()
    lost = replace(gate.settings, database_url=f"sqlite:///{tmp_path}/gone.db")
    assert [alarm.kind for alarm in look(lost, utc_now(), time.monotonic()).alarms] == ["backup"]


def test_a_running_daemon_is_watched_one_object_a_line(tmp_path: Path) -> None:
    gate = installed(tmp_path)
    watching = subprocess.Popen(
        [sys.executable, "-m", "mailgate", "status", "--watch", "--json"],
        env=environment_without_settings() | gate.environment, cwd=gate.folder, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert watching.stdout is not None
    try:
        first = json.loads(watching.stdout.readline())
        second = json.loads(watching.stdout.readline())
    finally:
        watching.send_signal(signal.SIGINT)
        watching.wait(60)
        watching.stdout.close()
    assert first["at"] < second["at"]
    assert watching.returncode == 1


def test_in_a_terminal_it_is_one_screen(tmp_path: Path) -> None:
    """Of eighty columns and 24 lines, with colours."""
    gate = installed(tmp_path)
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (24, 80))
    environment = environment_without_settings() | gate.environment | {"TERM": "xterm-256color"}
    shown = bytearray()
    with subprocess.Popen(
        [sys.executable, "-m", "mailgate", "status"], env=environment, cwd=gate.folder, stdout=slave, stderr=slave,
        stdin=slave,
    ) as process:  # fmt: skip
        os.close(slave)

        def ended() -> bool:
            while select.select([master], [], [], 0)[0]:
                try:
                    shown.extend(os.read(master, 65536))
                except OSError:
                    return True
            return False

        eventually("the page is shown", ended)
        assert process.wait(60) == 1
    os.close(master)
    text = shown.decode()
    assert "●" in text and "\x1b[" in text
    assert len(text.splitlines()) < 24
