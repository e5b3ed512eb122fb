"""A disk that takes nothing more costs no mail: senders are told to come again, and it goes on when there is room."""

from __future__ import annotations

import os
import resource
import shutil
import smtplib
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from servers.accounting import each_letter_is_accounted_for, each_mail_is_registered_once
from servers.deployment import HOTLINE, Deployment, eventually
from servers.dovecot import Dovecot
from servers.feeders import question_from
from servers.nursery import Nursery, free_port
from servers.smtp_sink import SmtpSink

from mailgate import heartbeat
from mailgate.cli.glance import look
from mailgate.clock import utc_now
from mailgate.config import environment_without_settings

ROOM = 64 * 1024 * 1024
LARGE = "Załączamy wykaz świadczeń. " * 60_000
"""More than what a database that is a few mails old can hold without growing."""
pytestmark = pytest.mark.only_on("sqlite", "PostgreSQL has its own disk")
WITHOUT_POWERS = ("setpriv", "--inh-caps=-all", "--bounding-set=-all") if os.geteuid() == 0 else ()
"""File modes bind the superuser too, once he has given up his powers."""


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with Dovecot() as server:
        yield server


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with little room.  Mounting it takes rights that not every machine gives."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "mailgate-test", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here; the test by limits on the process says nearly the same")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@dataclass
class FaultyDisk:
    """An ext4 of its own in a file, which the kernel makes read-only when it meets a fault (errors=remount-ro)."""

    folder: Path
    image: Path

    def mount(self) -> bool:
        command = ["mount", "-o", "loop,errors=remount-ro", str(self.image), str(self.folder)]
        return not subprocess.run(command, capture_output=True, check=False).returncode

    @property
    def fault(self) -> Path:
        """Whatever is written there is taken for a fault."""
        found = subprocess.run(["findmnt", "-no", "SOURCE", str(self.folder)], capture_output=True, check=True)
        return Path("/sys/fs/ext4", Path(found.stdout.decode().strip()).name, "trigger_fs_error")

    def meet_a_fault(self) -> None:
        self.fault.write_text("x")

    def unmount(self) -> None:
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)


@pytest.fixture
def faulty_disk(tmp_path: Path) -> Iterator[FaultyDisk]:
    disk = FaultyDisk(tmp_path / "disk", tmp_path / "image")
    disk.folder.mkdir()
    with disk.image.open("wb") as image:
        image.truncate(ROOM)
    made = (
        shutil.which("mkfs.ext4") and not subprocess.run(["mkfs.ext4", "-q", str(disk.image)], check=False).returncode
    )
    if os.geteuid() != 0 or not made or not disk.mount():
        pytest.skip("no ext4 can be mounted here; the test by limits on the process says nearly the same")
    try:
        if not os.access(disk.fault, os.W_OK):
            pytest.skip("this machine lets nobody make a fault")
        yield disk
    finally:
        disk.unmount()


def deployment(folder: Path, dovecot: Dovecot, sink: SmtpSink) -> Deployment:
    return Deployment(
        folder,
        IMAP_URL=dovecot.url,
        TLS_CA_FILE=str(dovecot.cafile),
        SMARTHOST_URL=f"smtp://127.0.0.1:{sink.port}",
        IMAP_POLL_SECONDS="1",
    )


def large_question_from(name: str) -> bytes:
    asked = question_from(name)
    asked.add_attachment(LARGE, filename="wykaz.txt")
    return asked.as_bytes()


def reply_to(port: int, raw: bytes) -> int:
    """What a mail server reads at the end."""
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        try:
            client.sendmail("a@ug.example", [HOTLINE], raw)
        except smtplib.SMTPDataError as refusal:
            return refusal.smtp_code
    return 250


def sent_at_last(port: int, raw: bytes) -> None:
    eventually("the mail is taken", lambda: reply_to(port, raw) == 250)


def settled(gate: Deployment, dovecot: Dovecot, questions: int) -> None:
    eventually("the mailbox is empty", lambda: not dovecot.count())
    eventually("all is registered", lambda: len(gate.register()) == questions)
    gate.settled()


def test_e17_on_a_full_disk_smtp_says_452_the_mailbox_is_left_alone_and_nothing_is_lost(
    small_disk: Path, dovecot: Dovecot, sink: SmtpSink, caplog: pytest.LogCaptureFixture
) -> None:
    gate = deployment(small_disk, dovecot, sink)
    with gate.running():
        gate.send(question_from("before"))
        gate.settled()
        with (small_disk / "ballast").open("wb", buffering=0) as ballast, pytest.raises(OSError, match="No space"):
            while True:
                ballast.write(bytes(4096))
        by_smtp, by_imap = large_question_from("smtp"), large_question_from("imap")
        assert reply_to(gate.port, by_smtp) == 452
        dovecot.append(by_imap)
        eventually("the mailbox was tried", lambda: "intake-failed source=imap" in caplog.text)
        assert reply_to(gate.port, by_smtp) == 452
        assert [set(flags) - {b"\\Recent"} for flags in dovecot.flags().values()] == [set()]
        (small_disk / "ballast").unlink()
        sent_at_last(gate.port, by_smtp)
        settled(gate, dovecot, 3)
    each_mail_is_registered_once(gate, ["Pytanie before?", "Pytanie smtp?", "Pytanie imap?"])
    each_letter_is_accounted_for(gate, sink)


def test_e17_a_storage_that_takes_no_byte_costs_no_mail(tmp_path: Path, dovecot: Dovecot, sink: SmtpSink) -> None:
    """As a file system that the kernel has made read-only: every write to a file fails, whatever it is."""
    gate = deployment(tmp_path, dovecot, sink)
    with Nursery(gate, free_port()) as nursery:
        nursery.start()
        nursery.await_service()
        sent_at_last(nursery.port, question_from("before").as_bytes())
        gate.settled()
        _, hard = resource.prlimit(nursery.daemon, resource.RLIMIT_FSIZE)
        resource.prlimit(nursery.daemon, resource.RLIMIT_FSIZE, (1, hard))
        assert reply_to(nursery.port, question_from("smtp").as_bytes()) in (451, 452)
        dovecot.append(question_from("imap").as_bytes())
        assert reply_to(nursery.port, question_from("smtp").as_bytes()) in (451, 452)
        resource.prlimit(nursery.daemon, resource.RLIMIT_FSIZE, (hard, hard))
        sent_at_last(nursery.port, question_from("smtp").as_bytes())
        settled(gate, dovecot, 3)
    each_mail_is_registered_once(gate, ["Pytanie before?", "Pytanie smtp?", "Pytanie imap?"])
    each_letter_is_accounted_for(gate, sink)


def test_on_a_file_system_that_the_kernel_made_read_only_nothing_is_taken_and_status_says_so_until_it_is_mounted_again(
    faulty_disk: FaultyDisk, dovecot: Dovecot, sink: SmtpSink, caplog: pytest.LogCaptureFixture
) -> None:
    """Under a daemon that has its database open, and with a mailbox that fills meanwhile."""
    gate = deployment(faulty_disk.folder, dovecot, sink)
    asked = [question_from(name).as_bytes() for name in ("smtp", "imap")]
    with gate.running():
        gate.send(question_from("before"))
        gate.settled()
        assert look(gate.settings, utc_now(), time.monotonic()).is_well
        faulty_disk.meet_a_fault()
        assert reply_to(gate.port, asked[0]) == 451
        dovecot.append(asked[1])
        eventually("the mailbox was tried", lambda: "intake-failed source=imap" in caplog.text)
        assert dovecot.count() == 1
        told = look(gate.settings, utc_now(), time.monotonic())
        assert not told.is_well
        assert [alarm.what.partition(" to ")[0] for alarm in told.alarms if alarm.urgent] == ["Nothing can be written"]
    faulty_disk.unmount()
    assert faulty_disk.mount()
    with gate.running():
        sent_at_last(gate.port, asked[0])
        settled(gate, dovecot, 3)
    each_mail_is_registered_once(gate, ["Pytanie before?", "Pytanie smtp?", "Pytanie imap?"])
    each_letter_is_accounted_for(gate, sink)


def test_a_backup_that_is_copied_over_the_open_database_stops_the_intake_and_status_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lies there then is in order for everybody else; what the daemon took since the backup is not in it."""
    monkeypatch.setattr(heartbeat, "SHORTEST_PAUSE", 0.0)
    monkeypatch.setattr("mailgate.domain.alarms.DATABASE_PATIENCE", timedelta(0))
    monkeypatch.setattr("mailgate.daemon.WATCH_SECONDS", 1)
    gate = Deployment(tmp_path)
    database, copied = gate.settings.storage / "mailgate.db", tmp_path / "backup.db"
    with gate.running():
        gate.send(question_from("before"))
        gate.settled()
        with closing(sqlite3.connect(database)) as live, closing(sqlite3.connect(copied)) as copy:
            live.backup(copy)
        gate.send(large_question_from("since"))
        gate.settled()
        with closing(sqlite3.connect(database)) as live:
            live.execute("pragma wal_checkpoint").close()
        # Whoever makes the checkpoint, the daemon has seen what it left with its own next work.
        gate.send(question_from("then"))
        gate.settled()
        assert look(gate.settings, utc_now(), time.monotonic()).is_well
        subprocess.run(["cp", copied, database], check=True)
        assert reply_to(gate.port, question_from("behind").as_bytes()) == 451

        def told() -> bool:
            return "database" in [alarm.kind for alarm in look(gate.settings, utc_now(), time.monotonic()).alarms]

        eventually("status tells", told)


def no_folder(storage: Path) -> None:
    storage.parent.chmod(0o555)


def folder_without_right_to_write(storage: Path) -> None:
    storage.mkdir()
    storage.chmod(0o555)


def database_without_right_to_write(storage: Path) -> None:
    storage.mkdir()
    (storage / "mailgate.db").touch(mode=0o444)
    storage.chmod(0o555)


@pytest.mark.parametrize("refusing", [no_folder, folder_without_right_to_write, database_without_right_to_write])
def test_on_a_storage_that_may_not_be_written_it_does_not_start_and_says_why(
    tmp_path: Path, refusing: Callable[[Path], None]
) -> None:
    """Rather than take mail that it cannot keep."""
    gate = Deployment(tmp_path)
    refusing(tmp_path / "storage")
    daemon = subprocess.run(
        [*WITHOUT_POWERS, sys.executable, "-m", "mailgate", "run"],
        env=environment_without_settings() | gate.environment,
        capture_output=True,
        timeout=60,
        text=True,
        check=False,
    )
    tmp_path.chmod(0o755)
    (tmp_path / "storage").exists() and (tmp_path / "storage").chmod(0o755)
    assert daemon.returncode == 1
    assert "mailgate: MAILGATE_STORAGE: " in daemon.stderr
    assert "Traceback" not in daemon.stderr
