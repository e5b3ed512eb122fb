"""``mailgate doctor`` finds what an administrator can do wrong, and names the cure: each fault is a real one."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import quote

import pytest
import trustme
from servers.certificates import server_files
from servers.databases import Databases
from servers.dovecot import PASSWORD, USER, Dovecot
from servers.entries import NOW, arrival
from servers.programs import do_without, free_ports
from servers.smtp_sink import SmtpSink
from sqlalchemy import make_url, text

from mailgate import __version__, heartbeat
from mailgate.checkup import clock as clock_check
from mailgate.checkup import examine
from mailgate.clock import utc_now
from mailgate.config import environment_without_settings, load_settings
from mailgate.extract.scan import tesseract
from mailgate.heartbeat import Heartbeat
from mailgate.register import spool
from mailgate.register.database import unit_of_work
from mailgate.register.migrations import HEAD
from mailgate.storagelock import LOCK_NAME

HOTLINE = "Hot-line CSIZS <hotline@csizs.example>"
ANNA = "Anna Nowak <anna@wsparcie.example>"


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with Dovecot() as server:
        yield server


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as server:
        yield server


def found(part: str, folder: Path, now: datetime | None = None, **settings: str) -> list[tuple[str, str]]:
    """Level and text of each finding of one part."""
    usual = {"STORAGE": str(folder), "SMTP_LISTEN": "127.0.0.1:0", "HOTLINE": HOTLINE, "CONSULTANTS": ANNA}
    environment = {f"MAILGATE_{name}": value for name, value in (usual | settings).items()}
    findings = list(examine(load_settings(environment, folder / "no.env"), now or utc_now(), [part]))
    assert {finding.part for finding in findings} <= {part}
    return [(finding.level, finding.text) for finding in findings]


def the_one(part: str, folder: Path, now: datetime | None = None, **settings: str) -> tuple[str, str]:
    [finding] = found(part, folder, now, **settings)
    return finding


def imap(server: Dovecot, folder: str = "INBOX", password: str = PASSWORD) -> dict[str, str]:
    place = f"localhost:{server.tls_port}/{quote(folder)}"
    return {
        "IMAP_URL": f"imaps://{quote(USER, safe='')}:{quote(password, safe='')}@{place}",
        "TLS_CA_FILE": str(server.cafile),
    }


# Settings.


def test_settings_that_do_not_read_are_all_told_with_their_cures(tmp_path: Path) -> None:
    settings = {
        "MAILGATE_HOTLIN": "x",
        "MAILGATE_DAYS_OFF": "28.12.2026=za 26 grudnia",
        "MAILGATE_METRICS_LISTEN": "prometheus:9464",
    }
    told = subprocess.run(
        [sys.executable, "-m", "mailgate", "doctor", "--json"], env=environment_without_settings() | settings,
        cwd=tmp_path, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    findings = [json.loads(line) for line in told.stdout.splitlines()]
    texts = " ".join(finding["text"] for finding in findings)
    assert told.returncode == 1
    assert {(finding["part"], finding["level"]) for finding in findings} == {("configuration", "fault")}
    assert "did you mean MAILGATE_HOTLINE?" in texts
    assert "MAILGATE_DAYS_OFF: '28.12.2026' is no date; write 2026-12-28=reason" in texts
    assert "MAILGATE_METRICS_LISTEN: 'prometheus:9464' is not ADDRESS:PORT" in texts


def test_a_part_that_is_none_is_wrong_use(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "mailgate", "doctor", "mailbx"], env=environment_without_settings(),
        cwd=tmp_path, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert (told.returncode, "mailbox" in told.stderr) == (2, True)


def test_only_the_parts_that_were_named_are_looked_at(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "mailgate", "doctor", "calendar", "certificate"], env=environment_without_settings(),
        cwd=tmp_path, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert told.returncode == 0
    assert [line.split()[1] for line in told.stdout.splitlines()] == ["configuration", "certificate", "calendar"]


# The mailbox.


def test_a_mailbox_that_works_is_well_and_its_accepted_folder_is_there(dovecot: Dovecot, tmp_path: Path) -> None:
    assert the_one("mailbox", tmp_path, **imap(dovecot))[0] == "ok"
    assert "Przyjęte" in dovecot.folders()


def test_a_wrong_password(dovecot: Dovecot, tmp_path: Path) -> None:
    level, told = the_one("mailbox", tmp_path, **imap(dovecot, password="tajne-a-złe"))
    assert level == "fault" and "correct the user in MAILGATE_IMAP_URL, and the password there" in told
    assert "tajne" not in told


def test_a_mail_server_where_nobody_listens(tmp_path: Path) -> None:
    [port] = free_ports(1)
    level, told = the_one("mailbox", tmp_path, IMAP_URL=f"imaps://u:p@localhost:{port}/INBOX")
    assert level == "fault" and "start the server, or correct host and port in MAILGATE_IMAP_URL" in told


def test_a_host_that_does_not_exist(tmp_path: Path) -> None:
    level, told = the_one("mailbox", tmp_path, IMAP_URL="imaps://u:p@imap.invalid/INBOX")
    assert level == "fault" and "correct the host's name in MAILGATE_IMAP_URL" in told


def test_a_certificate_whose_authority_is_not_known(dovecot: Dovecot, tmp_path: Path) -> None:
    level, told = the_one("mailbox", tmp_path, IMAP_URL=imap(dovecot)["IMAP_URL"])
    assert level == "fault" and "certificate of its authority in MAILGATE_TLS_CA_FILE" in told


def test_a_certificate_of_another_host(dovecot: Dovecot, tmp_path: Path) -> None:
    settings = imap(dovecot)
    settings["IMAP_URL"] = settings["IMAP_URL"].replace("@localhost", "@127.1")
    level, told = the_one("mailbox", tmp_path, **settings)
    assert level == "fault" and "write the host into MAILGATE_IMAP_URL as its certificate names it" in told


def test_a_port_that_speaks_no_tls(dovecot: Dovecot, tmp_path: Path) -> None:
    level, told = the_one("mailbox", tmp_path, IMAP_URL=f"imaps://u:p@localhost:{dovecot.port}/INBOX")
    assert level == "fault" and "check the port and the kind of TLS in MAILGATE_IMAP_URL" in told


def test_a_folder_that_is_missing(dovecot: Dovecot, tmp_path: Path) -> None:
    level, told = the_one("mailbox", tmp_path, **imap(dovecot, "Zgłoszenia"))
    assert level == "fault" and "has no folder Zgłoszenia: correct the folder" in told and "INBOX" in told


def test_mail_that_would_be_put_away_where_it_lies(dovecot: Dovecot, tmp_path: Path) -> None:
    level, told = the_one("mailbox", tmp_path, **imap(dovecot), IMAP_ACCEPTED_FOLDER="INBOX")
    assert level == "fault" and "MAILGATE_IMAP_ACCEPTED_FOLDER" in told


def test_a_folder_for_taken_mail_that_cannot_be_made(dovecot: Dovecot, tmp_path: Path) -> None:
    # Dovecot makes its files where somebody looks for the first time; later it must not need to.
    dovecot.messages()
    mail = dovecot.maildir()
    mail.chmod(0o555)
    try:
        level, told = the_one("mailbox", tmp_path, **imap(dovecot), IMAP_ACCEPTED_FOLDER="Inne przyjęte")
    finally:
        mail.chmod(0o755)
    assert level == "fault" and "make it by hand, or name one that is there" in told


def test_a_server_without_move_is_a_warning(tmp_path: Path) -> None:
    with Dovecot(without=["MOVE"]) as server:
        level, told = the_one("mailbox", tmp_path, **imap(server))
    assert level == "warning" and "cannot MOVE, so taken mail is copied and deleted" in told


# The smarthost.


def test_a_smarthost_that_works_is_well_and_nothing_is_sent(sink: SmtpSink, tmp_path: Path) -> None:
    assert the_one("smarthost", tmp_path, SMARTHOST_URL=f"smtp://127.0.0.1:{sink.port}")[0] == "ok"
    assert "RCPT TO:<anna@wsparcie.example>" in sink.commands
    assert not [command for command in sink.commands if command == "DATA"]


@pytest.mark.parametrize("step", ["MAIL", "RCPT"])
def test_a_smarthost_that_refuses_our_sender(step: str, sink: SmtpSink, tmp_path: Path) -> None:
    """At once, or with the recipient, as Postfix does."""
    sink.script(step, "553 5.7.1 Sender address rejected: not owned by user")
    level, told = the_one("smarthost", tmp_path, SMARTHOST_URL=f"smtp://127.0.0.1:{sink.port}")
    assert level == "fault" and "refuses our sender (553 5.7.1" in told and "let that server take mail" in told


def test_a_smarthost_that_takes_nothing_now_is_a_warning(sink: SmtpSink, tmp_path: Path) -> None:
    sink.script("RCPT", "450 4.2.0 greylisted")
    assert the_one("smarthost", tmp_path, SMARTHOST_URL=f"smtp://127.0.0.1:{sink.port}")[0] == "warning"


def test_a_smarthost_that_refuses_the_log_in(tmp_path: Path) -> None:
    with SmtpSink(credentials=("hotline", "dobre")) as sink:
        url = f"smtp://hotline:tajne-a-zle@127.0.0.1:{sink.port}"
        level, told = the_one("smarthost", tmp_path, SMARTHOST_URL=url)
    assert level == "fault" and "or in MAILGATE_SMARTHOST_PASSWORD" in told
    assert "tajne" not in told


def test_a_smarthost_that_wants_a_log_in(sink: SmtpSink, tmp_path: Path) -> None:
    sink.script("MAIL", "530 5.7.0 Authentication required")
    level, told = the_one("smarthost", tmp_path, SMARTHOST_URL=f"smtp://127.0.0.1:{sink.port}")
    assert level == "fault" and "write USER:PASSWORD@ into MAILGATE_SMARTHOST_URL" in told


def test_a_smarthost_without_starttls(sink: SmtpSink, tmp_path: Path) -> None:
    level, told = the_one("smarthost", tmp_path, SMARTHOST_URL=f"smtp+starttls://u:p@127.0.0.1:{sink.port}")
    assert level == "fault" and "let the server offer STARTTLS, or write smtps://" in told


def test_a_smarthost_that_takes_no_return_address_with_a_tag_is_a_warning(sink: SmtpSink, tmp_path: Path) -> None:
    sink.script("MAIL", "250 ok", "550 5.7.60 not allowed to send as this sender")
    level, told = the_one("smarthost", tmp_path, SMARTHOST_URL=f"smtp://127.0.0.1:{sink.port}")
    assert level == "warning" and "mail that comes back is known only by its content" in told
    sink.script("MAIL", "250 ok", "550 5.7.60 not allowed to send as this sender")
    url = f"smtp://127.0.0.1:{sink.port}"
    assert the_one("smarthost", tmp_path, SMARTHOST_URL=url, REPLY_ADDRESSES="no")[0] == "ok"


def test_a_smarthost_that_takes_smaller_letters_than_we_take_mails_is_a_warning(tmp_path: Path) -> None:
    """What a clerk sends goes on to the consultants with all its files."""
    with SmtpSink(extensions=("SIZE 10240000",)) as sink:
        settings = {"SMARTHOST_URL": f"smtp://127.0.0.1:{sink.port}"}
        level, told = the_one("smarthost", tmp_path, **settings)
        assert level == "warning"
        assert "takes letters of 10240000 bytes at most" in told
        assert the_one("smarthost", tmp_path, **settings, MAX_MESSAGE_BYTES="10240000")[0] == "ok"


def test_a_smarthost_that_is_our_own_receiver(tmp_path: Path) -> None:
    settings = {"SMTP_LISTEN": "127.0.0.1:8025", "SMARTHOST_URL": "smtp://localhost:8025"}
    level, told = the_one("smarthost", tmp_path, **settings)
    assert level == "fault" and "letters would come back to us" in told


# Our own receiver.


def expiring(folder: Path, ends: datetime) -> dict[str, str]:
    authority = trustme.CA()
    issued = authority.issue_cert("csizs.example", not_after=ends)
    (folder / "own.pem").write_bytes(issued.private_key_and_cert_chain_pem.bytes())
    (folder / "own.pem").chmod(0o600)
    return {"SMTP_CERTIFICATE": str(folder / "own.pem")}


@pytest.mark.parametrize(
    ("days", "level", "told"), [(-1, "fault", "expired on"), (13, "warning", "in 12 days"), (30, "ok", "valid until")]
)
def test_a_certificate_is_told_before_it_expires(days: int, level: str, told: str, tmp_path: Path) -> None:
    settings = expiring(tmp_path, utc_now() + timedelta(days=days))
    assert the_one("certificate", tmp_path, **settings)[0] == level
    assert told in the_one("certificate", tmp_path, **settings)[1]


def test_a_key_that_does_not_fit_the_certificate(tmp_path: Path) -> None:
    files = server_files(tmp_path)
    (tmp_path / "other").mkdir()
    other = server_files(tmp_path / "other")
    settings = {"SMTP_CERTIFICATE": str(files.certificate), "SMTP_KEY": str(other.key)}
    level, told = the_one("certificate", tmp_path, **settings)
    assert level == "fault" and "give a certificate and its key" in told


def test_mail_over_the_network_without_a_certificate_is_a_warning(tmp_path: Path) -> None:
    assert the_one("certificate", tmp_path, SMTP_LISTEN="0.0.0.0:25")[0] == "warning"
    assert the_one("certificate", tmp_path)[0] == "ok"


def test_a_port_that_systemd_opened_is_the_receivers_and_wants_a_certificate(tmp_path: Path) -> None:
    """Whatever MAILGATE_SMTP_LISTEN says: it is not used then."""
    now = utc_now()
    beat = Heartbeat(os.getpid(), "1", now, now, time.monotonic(), opened=(("::", 25),))
    heartbeat.write(tmp_path, beat)
    with (tmp_path / LOCK_NAME).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for listen in ("127.0.0.1:1", ""):
            level, told = the_one("receiver", tmp_path, SMTP_LISTEN=listen)
            assert level == "ok" and "on port 25 of ::, opened by systemd" in told
            assert the_one("certificate", tmp_path, SMTP_LISTEN=listen)[0] == "warning"
        heartbeat.write(tmp_path, replace(beat, opened=(("127.0.0.1", 25), ("/run/mailgate/smtp", 0))))
        assert the_one("certificate", tmp_path)[0] == "ok"
    assert the_one("receiver", tmp_path, SMTP_LISTEN="")[0] == "fault"


def test_a_key_that_is_gone_is_told_before_a_start_makes_another(tmp_path: Path) -> None:
    assert found("secrets", tmp_path) == [("ok", "No file with a secret can be read by others.")]
    now = utc_now()
    heartbeat.write(tmp_path, Heartbeat(1, __version__, now, now, 0.0, stopped_at=now))
    told = found("secrets", tmp_path)
    assert [level for level, _ in told] == ["ok", "fault"]
    assert "Take it out of a backup before" in told[1][1]
    assert not (tmp_path / "secret.key").exists()


def test_the_port_of_the_metrics_is_looked_at_too(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        level, told = the_one("metrics", tmp_path, METRICS_LISTEN=f"127.0.0.1:{other.getsockname()[1]}")
    assert level == "fault" and "stop the program that uses it" in told
    level, told = the_one("metrics", tmp_path, METRICS_LISTEN="0.0.0.0:0")
    assert level == "warning" and "firewall" in told
    assert found("metrics", tmp_path) == []


# The daemon.


def test_a_daemon_that_hangs_or_is_older_than_the_program(tmp_path: Path) -> None:
    now = utc_now()
    beat = Heartbeat(os.getpid(), "0.0.1", now, now, time.monotonic() - 5000, {"pipeline": (1.0, 960.0)})
    heartbeat.write(tmp_path, beat)
    assert the_one("program", tmp_path)[0] == "warning"
    assert "ended without a word" in the_one("program", tmp_path)[1]
    with (tmp_path / LOCK_NAME).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        findings = found("program", tmp_path)
    assert [level for level, _ in findings] == ["fault", "warning"]
    assert "its stage pipeline completes no round any more: see the journal" in findings[0][1]
    assert "still mailgate 0.0.1" in findings[1][1] and "restart it" in findings[1][1]


# Storage and database.


def test_a_storage_that_the_first_start_can_make_and_one_that_nobody_can(tmp_path: Path) -> None:
    assert found("storage", tmp_path / "a" / "b")[0][0] == "warning"
    [(level, told)] = found("storage", Path("/proc/mailgate"))
    assert level == "fault" and "cannot be made in /proc" in told


def test_a_storage_that_cannot_be_written() -> None:
    """Nobody makes a file in /proc, not even root."""
    findings = found("storage", Path("/proc"))
    assert ("fault", "give the user of the service the right to write there") in [
        (level, told.split(": ")[1].split(", or")[0]) for level, told in findings
    ]


def test_files_that_root_left_in_the_storage(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    (tmp_path / "mailgate.db").touch()
    os.chown(tmp_path / "mailgate.db", 1234, 1234)
    level, told = the_one("storage", tmp_path)
    assert level == "fault" and f"chown -R --reference={tmp_path} {tmp_path}" in told and "mailgate.db" in told


def test_a_disk_that_is_nearly_full(tmp_path: Path) -> None:
    """Its last hundredth is urgent."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=16m", "mailgate-test", str(disk)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        (disk / "ballast").write_bytes(bytes(16_000_000))
        level, told = the_one("storage", disk)
        (disk / "more").write_bytes(bytes(700_000))
        urgent = the_one("storage", disk)[0]
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)
    assert (level, urgent) == ("warning", "fault")
    assert "nearly full" in told and "make room before mail is refused" in told


def test_a_database_that_a_newer_program_has_used(databases: Databases, tmp_path: Path) -> None:
    url = databases.filled(tmp_path / "mailgate.db")
    with databases.open(url).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    level, told = the_one("database", tmp_path, DATABASE_URL=url)
    assert level == "fault" and "install the newer mailgate again" in told


def test_a_database_that_waits_for_the_upgrade_is_a_warning(databases: Databases, tmp_path: Path) -> None:
    assert HEAD > "0001"
    url = databases.filled(tmp_path / "mailgate.db")
    with databases.open(url).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    level, told = found("database", tmp_path, DATABASE_URL=url)[0]
    assert level == "warning" and "start mailgate, which brings it up to date" in told


@pytest.mark.only_on("sqlite", "PostgreSQL locks rows")
def test_a_database_that_another_program_holds(databases: Databases, tmp_path: Path) -> None:
    url = databases.filled(tmp_path / "mailgate.db")
    with closing(sqlite3.connect(tmp_path / "mailgate.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        level, told = the_one("database", tmp_path, DATABASE_URL=url)
    assert level == "fault" and "end the program that holds the file" in told


@pytest.mark.only_on("sqlite", "a file can be spoiled")
def test_a_database_that_is_damaged_is_given_back_from_the_last_backup(databases: Databases, tmp_path: Path) -> None:
    url = databases.filled(tmp_path / "mailgate.db")
    databases.open(url).dispose()
    (tmp_path / "mailgate.db").write_bytes(b"no database" * 1000)
    level, told = the_one("database", tmp_path, DATABASE_URL=url)
    assert level == "fault" and "`mailgate restore FILE --replace`" in told


def test_a_register_that_is_gone_is_not_taken_for_one_that_was_never_made(databases: Databases, tmp_path: Path) -> None:
    url = databases.empty(tmp_path / "mailgate.db")
    assert the_one("database", tmp_path, DATABASE_URL=url)[0] == "warning"
    now = utc_now()
    heartbeat.write(tmp_path, Heartbeat(1, __version__, now, now, 0.0, stopped_at=now))
    level, told = the_one("database", tmp_path, DATABASE_URL=url)
    assert level == "fault" and "give back the last backup with `mailgate restore FILE`" in told


def test_a_postgresql_that_is_down(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://mailgate:tajne@/mailgate?host={quote(str(tmp_path), safe='')}"
    level, told = the_one("database", tmp_path, DATABASE_URL=url)
    assert level == "fault" and "start PostgreSQL, or correct host" in told
    assert "tajne" not in told


@pytest.mark.only_on("postgresql", "SQLite is told to wait by us")
def test_a_postgresql_that_does_not_wait_for_the_disk_is_a_warning(databases: Databases, tmp_path: Path) -> None:
    url = make_url(databases.filled(tmp_path / "mailgate.db"))
    careless = url.update_query_dict({"options": "-c synchronous_commit=off"}).render_as_string(hide_password=False)
    level, told = the_one("database", tmp_path, DATABASE_URL=careless)
    assert level == "warning" and "synchronous_commit" in told


# The clock.


def test_a_clock_that_is_behind_the_register(databases: Databases, tmp_path: Path) -> None:
    url = databases.filled(tmp_path / "mailgate.db")
    with unit_of_work(databases.open(url)) as session:
        [mail] = spool.put(session, [arrival("a")], NOW)
        spool.claim(session, "a", 1, NOW, timedelta(minutes=5))
        spool.quarantine(session, mail.id, "Why.", "odd", NOW)
    findings = found("clock", tmp_path, NOW - timedelta(hours=3), DATABASE_URL=url)
    told = [words for level, words in findings if level == "fault" and "newest entry of the register" in words]
    assert told and "timedatectl set-ntp true" in told[0]


def test_a_clock_that_differs_from_the_mail_server_that_tells_its_time(sink: SmtpSink, tmp_path: Path) -> None:
    """As Exchange and Exim do in their greeting."""
    for minutes in (0, 30):
        date = format_datetime(NOW - timedelta(minutes=minutes))
        sink.script("GREETING", f"220 sink.example Microsoft ESMTP MAIL Service ready at {date}")
    url = f"smtp://127.0.0.1:{sink.port}"
    assert [level for level, _ in found("clock", tmp_path, NOW, SMARTHOST_URL=url) if level == "fault"] == []
    [told] = [words for level, words in found("clock", tmp_path, NOW, SMARTHOST_URL=url) if level == "fault"]
    assert "30 minutes ahead of that of 127.0.0.1" in told


def test_a_clock_that_nobody_keeps_is_a_warning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test may set the kernel's clock; what it says of itself now is a yes, a no or nothing."""
    assert clock_check.synchronised() in (True, False, None)
    monkeypatch.setattr(clock_check, "synchronised", lambda: False)
    level, told = the_one("clock", tmp_path)
    assert level == "warning" and "systemd-timesyncd or chrony" in told
    monkeypatch.setattr(clock_check, "synchronised", lambda: None)
    assert the_one("clock", tmp_path)[0] == "ok"


# Letters, people and the programs that help.


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("Dzień dobry, {{ letter.surname }}", "'surname'"),
        ("Dzień dobry\n{% if letter %}", "(answer.txt.j2, line 2)"),
        ("{{ 1 / 0 }}", "ZeroDivision"),
    ],
)
def test_a_template_that_cannot_be_filled(content: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "answer.txt.j2").write_text(content, encoding="utf-8")
    level, told = the_one("templates", tmp_path, TEMPLATES=str(tmp_path))
    assert level == "fault" and f"Correct it in {tmp_path}, or remove it there" in told
    assert "answer" in told and reason in told


def test_a_template_whose_name_is_misspelt_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "acknowledgment.txt.j2").write_text("Dzień dobry", encoding="utf-8")
    level, told = the_one("templates", tmp_path, TEMPLATES=str(tmp_path))
    assert level == "warning" and "Nothing uses acknowledgment.txt.j2" in told


@pytest.mark.parametrize("address", ["hotline@csizs.example", "Hotline@CSIZS.example"])
def test_the_hot_line_as_its_own_consultant(address: str, tmp_path: Path) -> None:
    told = found("consultants", tmp_path, CONSULTANTS=f"{ANNA}, Ja <{address}>")
    assert ("fault", "The hot-line's own address is among MAILGATE_CONSULTANTS") in [
        (level, words.split(":")[0]) for level, words in told
    ]


def test_answers_that_rest_on_their_token_alone_are_a_warning(tmp_path: Path) -> None:
    level, told = the_one("consultants", tmp_path)
    assert level == "warning" and "set MAILGATE_TRUSTED_AUTHSERV_ID" in told
    assert the_one("consultants", tmp_path, TRUSTED_AUTHSERV_ID="mx.csizs.example")[0] == "ok"


def test_administrators_of_whom_nobody_is_told_are_a_warning(tmp_path: Path) -> None:
    assert the_one("administrators", tmp_path)[0] == "warning"
    assert the_one("administrators", tmp_path, ADMINS="Ewa <ewa@csizs.example>")[0] == "ok"


@pytest.fixture
def fresh_look_at_tesseract() -> Iterator[None]:
    tesseract.missing.cache_clear()
    yield
    tesseract.missing.cache_clear()


@pytest.mark.usefixtures("fresh_look_at_tesseract")
def test_a_machine_without_tesseract_is_a_warning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    level, told = the_one("reading", tmp_path)
    assert level == "warning" and "apt-get install tesseract-ocr tesseract-ocr-pol" in told


@pytest.mark.usefixtures("fresh_look_at_tesseract")
def test_a_tesseract_without_polish_is_a_warning(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    data = next(Path("/usr/share/tesseract-ocr").glob("*/tessdata"), None)
    if data is None or shutil.which("tesseract") is None:
        do_without("tesseract is not installed (package tesseract-ocr)")
    (tmp_path / "eng.traineddata").symlink_to(data / "eng.traineddata")
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    level, told = the_one("reading", tmp_path)
    assert level == "warning" and "no language 'pol'" in told and "tesseract-ocr-pol" in told


def test_a_check_that_fails_itself_does_not_hide_the_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail() -> bool:
        raise ValueError("Jan Kowalski")

    monkeypatch.setattr(clock_check, "synchronised", fail)
    level, told = the_one("clock", tmp_path)
    assert level == "fault" and "ValueError in" in told and "Kowalski" not in told
