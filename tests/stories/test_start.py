"""How it starts and ends: with a sentence where it cannot, cleanly where it can."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from servers.deployment import Deployment, form_text, mail

from mailgate.config import environment_without_settings
from mailgate.errors import MailgateError


def run(gate: Deployment, **settings: str) -> subprocess.Popen[str]:
    environment = environment_without_settings() | gate.environment
    return subprocess.Popen(
        [sys.executable, "-m", "mailgate", "run"],
        env=environment | {f"MAILGATE_{name}": value for name, value in settings.items()},
        cwd=gate.folder,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        daemon = run(Deployment(tmp_path), SMTP_LISTEN=f"127.0.0.1:{taken.getsockname()[1]}")
        _, told = daemon.communicate(timeout=60)
    assert daemon.returncode == 1
    assert "MAILGATE_SMTP_LISTEN" in told
    assert "Traceback" not in told


def test_a_second_daemon_in_the_same_storage_is_told_so(tmp_path: Path) -> None:
    with Deployment(tmp_path).running(), pytest.raises(MailgateError, match="works in"):
        with Deployment(tmp_path).running():
            pass


def test_a_wrong_setting_is_told_before_anything_is_made(tmp_path: Path) -> None:
    daemon = run(Deployment(tmp_path), STORAGE=str(tmp_path / "new"), IMAP_URL="imap://u:p@mail.example/INBOX")
    _, told = daemon.communicate(timeout=60)
    assert daemon.returncode == 1
    assert "MAILGATE_IMAP_URL" in told
    assert not (tmp_path / "new").exists()


def test_told_to_stop_it_ends_within_ten_seconds_with_status_nought(tmp_path: Path) -> None:
    gate = Deployment(tmp_path)
    with gate.running():
        pass
    daemon = run(gate)
    assert daemon.stderr is not None
    while "takes mail" not in daemon.stderr.readline():
        assert daemon.poll() is None
    daemon.send_signal(signal.SIGTERM)
    begun = time.monotonic()
    daemon.communicate(timeout=60)
    assert (daemon.returncode, time.monotonic() - begun < 10) == (0, True)


def test_what_was_taken_before_a_stop_is_handled_after_the_next_start(tmp_path: Path) -> None:
    gate = Deployment(tmp_path)
    with gate.running():
        for number in range(20):
            gate.send(mail(form_text(question=f"Pytanie {number}?")))
    with gate.running():
        gate.settled()
    assert sorted(entry["question"] for entry in gate.register()) == sorted(f"Pytanie {n}?" for n in range(20))
