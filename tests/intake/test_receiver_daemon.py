"""The receiver inside the real program: its settings from the environment, its end by SIGTERM."""

from __future__ import annotations

import base64
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from servers.certificates import server_files
from servers.databases import Databases, of_this_test
from servers.smtp_receiver import HOTLINE, PATIENCE, Dialogue
from sqlmodel import select

from mailgate.config import environment_without_settings
from mailgate.intake.passwords import PasswordHash
from mailgate.register.database import reading
from mailgate.register.tables import InboundRow

MAIL = b"From: jan@urzad.example\r\nSubject: Pytanie\r\n\r\nx"


@dataclass
class Program:
    """``mailgate run`` as systemd starts it."""

    process: subprocess.Popen[str]
    port: int
    journal: list[str]

    def call(self) -> Dialogue:
        return Dialogue(self.port)


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[Program]:
    environment = {
        "MAILGATE_STORAGE": str(folder / "storage"),
        "MAILGATE_SMTP_LISTEN": "127.0.0.1:0",
        "MAILGATE_HOTLINE": HOTLINE,
    }
    environment |= of_this_test().settings(folder / "storage")
    environment |= {f"MAILGATE_{name}": value for name, value in settings.items()}
    process = subprocess.Popen(
        [sys.executable, "-m", "mailgate", "run"], cwd=folder, stderr=subprocess.PIPE, text=True,
        env=environment_without_settings() | environment,
    )  # fmt: skip
    assert process.stderr is not None
    journal: list[str] = []
    listening: list[int] = []
    up = threading.Event()

    def follow() -> None:
        for line in process.stderr or ():
            journal.append(line)
            if found := re.search(r"by SMTP on \S+:(\d+)", line):
                listening.append(int(found[1]))
                up.set()
        up.set()

    follower = threading.Thread(target=follow)
    follower.start()
    try:
        assert up.wait(60) and listening, "".join(journal)
        yield Program(process, listening[0], journal)
    finally:
        process.kill()
        process.wait(PATIENCE)
        follower.join(PATIENCE)
        process.stderr.close()


@pytest.mark.only_on("sqlite", "what a receiver says has nothing to do with the database")
def test_sigterm_takes_no_new_mail_and_lets_a_transaction_end(databases: Databases, tmp_path: Path) -> None:
    """Out within 10 seconds with status 0, whatever a client does that never ends its message."""
    with running(tmp_path) as program, program.call() as busy, program.call() as idle, program.call() as endless:
        for client in (busy, idle, endless):
            client.greet()
        busy.begin()
        endless.begin().send(b"Subject: never")
        program.process.send_signal(signal.SIGTERM)
        assert idle.reply().startswith("421 4.3.2 ")
        with pytest.raises(ConnectionRefusedError):
            program.call()
        busy.send(MAIL + b"\r\n.\r\n")
        assert busy.reply().startswith("250 ")
        assert busy.reply().startswith("421 4.3.2 ")
        assert endless.reply().startswith("421 ")
        assert program.process.wait(10) == 0
    with reading(databases.open(databases.empty(tmp_path / "storage" / "mailgate.db"))) as session:
        assert [row.size for row in session.exec(select(InboundRow)).all()] == [len(MAIL) + 2]


@pytest.mark.usefixtures("databases")
@pytest.mark.only_on("sqlite", "what a receiver says has nothing to do with the database")
def test_tls_log_in_and_proxy_come_from_the_settings(tmp_path: Path) -> None:
    files = server_files(tmp_path)
    users = tmp_path / "users"
    users.write_text(f"jan:{PasswordHash.of('długie hasło'.encode())}\n", "utf-8")
    response = base64.b64encode("\0jan\0długie hasło".encode()).decode()
    settings = {
        "SMTP_CERTIFICATE": str(files.certificate), "SMTP_KEY": str(files.key), "SMTP_TLS": "required",
        "SMTP_USERS": str(users), "SMTP_AUTH": "required", "SMTP_PROXY_FROM": "127.0.0.1, ::1",
    }  # fmt: skip
    with running(tmp_path, **settings) as program, program.call() as client:
        client.send(b"PROXY TCP4 203.0.113.7 192.0.2.1 40000 25\r\n")
        client.greet()
        assert client.say("MAIL FROM:<jan@urzad.example>").startswith("530 ")
        client.start_tls(files.client_context()).say("EHLO x")
        assert client.say("MAIL FROM:<jan@urzad.example>").startswith("530 ")
        assert client.say(f"AUTH PLAIN {response}").startswith("235 ")
        assert client.deliver(MAIL).startswith("250 ")
    assert "203.0.113.7" in "".join(program.journal)
    assert "hasło" not in "".join(program.journal) and response not in "".join(program.journal)


def test_a_certificate_that_cannot_be_used_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    files = server_files(tmp_path)
    files.key.write_text("no key")
    settings = {
        "MAILGATE_STORAGE": str(tmp_path / "storage"), "MAILGATE_SMTP_LISTEN": "127.0.0.1:0",
        "MAILGATE_SMTP_CERTIFICATE": str(files.certificate), "MAILGATE_SMTP_KEY": str(files.key),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "mailgate", "run"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
        env=environment_without_settings() | settings,
    )  # fmt: skip
    assert done.returncode == 1
    assert "mailgate: MAILGATE_SMTP_CERTIFICATE: " in done.stderr
    assert "Traceback" not in done.stderr
