"""A register that is gone is not begun anew by itself: a number is given once, whatever became of the file."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from servers.deployment import Deployment, form_text, mail

from mailgate import heartbeat
from mailgate.cli.glance import look
from mailgate.clock import utc_now
from mailgate.config import environment_without_settings
from mailgate.lostregister import RegisterLost

# The rest of the promise is the same on any database; PostgreSQL's one is dropped by a person, not lost with a disk.
pytestmark = [pytest.mark.usefixtures("databases"), pytest.mark.only_on("sqlite", "it has a file that can be lost")]
PIPED = b"From: j.bak@ug.debowa.example\nTo: hotline@csizs.example\nSubject: Pytanie\n\nJak?\n"


@pytest.fixture
def gate(tmp_path: Path) -> Deployment:
    """A daemon has served here, has a question, and its register is gone."""
    gate = Deployment(tmp_path)
    with gate.running():
        gate.send(mail(form_text()))
        gate.settled()
    file = gate.settings.database_file
    assert file is not None
    for lost in file.parent.glob(f"{file.name}*"):
        lost.unlink()
    return gate


def mailgate(gate: Deployment, *arguments: str, piped: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "mailgate", *arguments], env=environment_without_settings() | gate.environment,
        cwd=gate.folder, input=piped, capture_output=True, timeout=60,
    )  # fmt: skip


def test_nothing_begins_an_empty_register_in_place_of_one_that_is_gone(gate: Deployment) -> None:
    with pytest.raises(RegisterLost, match="mailgate restore FILE"), gate.running():
        pass
    # A mail server that pipes a mail keeps it.
    assert mailgate(gate, "ingest", piped=PIPED).returncode == 75
    assert mailgate(gate, "upgrade").returncode == 1
    assert gate.settings.database_file and not gate.settings.database_file.exists()


def test_status_says_that_the_register_is_gone(gate: Deployment) -> None:
    seen = look(gate.settings, utc_now(), time.monotonic())
    assert not seen.is_well
    assert seen.trouble and "The register is gone" in seen.trouble


def test_who_removes_the_last_sign_of_life_begins_anew(gate: Deployment) -> None:
    (gate.settings.storage / heartbeat.FILE_NAME).unlink()
    with gate.running():
        gate.send(mail(form_text()))
        gate.settled()
    assert [row["number"] for row in gate.register()] == [f"HOT-01/{utc_now():%Y}/000001"]
