"""Killed at any moment, the daemon loses nothing, doubles nothing and leaves no gap in the numbers."""

from __future__ import annotations

import os
import random
import signal
import smtplib
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from servers.deployment import HOTLINE, Deployment, eventually, form_text, mail
from servers.smtp_sink import SmtpSink

from mailgate.config import environment_without_settings
from mailgate.register.tables import InboundRow, LetterRow

ROUNDS = 100 if os.environ.get("MAILGATE_TEST_SOAK") == "full" else 4
CLIENTS = 4
MAILS_A_CLIENT = 12


class Process:
    """The daemon as a process of its own, which can be killed."""

    def __init__(self, gate: Deployment, port: int) -> None:
        self.gate, self.port = gate, port
        self.environment = (
            environment_without_settings() | gate.environment | {"MAILGATE_SMTP_LISTEN": f"127.0.0.1:{port}"}
        )

    def start(self) -> None:
        journal = (self.gate.folder / "journal.log").open("ab")
        with journal:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "mailgate", "run"], env=self.environment, stderr=journal, cwd=self.gate.folder
            )

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def send_all(port: int, mails: list[bytes], accepted: list[bytes], stop: threading.Event) -> None:
    """A mail server that keeps each mail until it reads 250 for it."""
    for raw in mails:
        while not stop.is_set():
            try:
                with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
                    client.sendmail("j.bak@ug.debowa.example", [HOTLINE], raw)
            except (OSError, smtplib.SMTPException):
                time.sleep(0.05)
            else:
                accepted.append(raw)
                break


def mails_of(round_number: int, client: int) -> list[bytes]:
    return [
        mail(
            form_text(question=f"Pytanie {round_number}-{client}-{n}?"),
            Message_ID=f"<{round_number}.{client}.{n}@ug.debowa.example>",
        ).as_bytes()
        for n in range(MAILS_A_CLIENT)
    ]


def free_port() -> int:
    with SmtpSink() as probe:
        return probe.port


@pytest.mark.soak
def test_a_daemon_killed_at_random_moments_keeps_every_promise(tmp_path: Path) -> None:
    chance = random.Random(20261123)
    stop = threading.Event()
    with SmtpSink() as sink:
        gate = Deployment(tmp_path, SMARTHOST_URL=f"smtp://127.0.0.1:{sink.port}")
        daemon = Process(gate, free_port())
        daemon.start()
        accepted: list[bytes] = []
        try:
            for round_number in range(ROUNDS):
                clients = [
                    threading.Thread(target=send_all, args=(daemon.port, mails_of(round_number, n), accepted, stop))
                    for n in range(CLIENTS)
                ]
                for client in clients:
                    client.start()
                time.sleep(chance.uniform(0.6, 1.8))  # The moment of the kill is what is tried, not waited for.
                daemon.kill()
                daemon.start()
                for client in clients:
                    client.join(60)
                assert len(accepted) == (round_number + 1) * CLIENTS * MAILS_A_CLIENT
            eventually("all mail is handled", lambda: all(row.state == "done" for row in gate.rows(InboundRow)))
            gate.settled()
        finally:
            stop.set()
            daemon.kill()
    numbers = [entry["number"] for entry in gate.register()]
    questions = Counter(entry["question"] for entry in gate.register())
    assert set(questions.values()) == {1}
    assert len(questions) == len(accepted)
    assert [int(number[-6:]) for number in numbers] == list(range(1, len(numbers) + 1))
    taken = Counter(
        line for message in sink.messages for line in message.content.split(b"\r\n") if line.startswith(b"Message-ID:")
    )
    assert set(taken.values()) <= {1}, "a letter was accepted twice"
    letters = gate.rows(LetterRow)
    assert len(letters) == 3 * len(numbers)
    states = Counter(letter.state for letter in letters)
    assert set(states) <= {"accepted", "uncertain"}
    assert len(taken) >= states["accepted"]
