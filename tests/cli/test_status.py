"""At a glance: does it run, what waits, what needs a person."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from servers.deployment import Deployment, form_text, mail

from mailgate.config import environment_without_settings
from mailgate.register.schema import migrate

pytestmark = pytest.mark.usefixtures("databases")


def status(gate: Deployment, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mailgate", "status", *arguments],
        env=environment_without_settings() | gate.environment,
        cwd=gate.folder,
        capture_output=True,
        text=True,
    )


def test_a_running_daemon_with_nothing_wrong_is_status_nought(tmp_path: Path) -> None:
    with Deployment(tmp_path).running() as gate:
        gate.send(mail(form_text()))
        gate.letters(3)
        gate.settled()
        told = status(gate, "--json")
    assert told.returncode == 0, told.stderr
    stands = json.loads(told.stdout)
    assert (stands["running"], stands["waiting"], stands["pending"], stands["letters"]["queued"]) == (True, 0, 1, 0)


def test_a_daemon_that_does_not_run_is_said_and_is_status_one(tmp_path: Path) -> None:
    gate = Deployment(tmp_path)
    gate.settings.storage.mkdir()
    migrate(gate.engine)
    told = status(gate)
    assert told.returncode == 1
    assert "does not run" in told.stdout


def test_before_the_first_start_there_is_a_sentence(tmp_path: Path) -> None:
    told = status(Deployment(tmp_path))
    assert told.returncode == 1
    assert "no register yet" in told.stdout.lower()


def test_without_consultants_a_question_that_waits_needs_a_person(tmp_path: Path) -> None:
    with Deployment(tmp_path, CONSULTANTS="").running() as gate:
        gate.send(mail(form_text()))
        gate.letters(1)
        gate.settled()
        told = status(gate)
    assert told.returncode == 1
    assert "nobody answers questions: set MAILGATE_CONSULTANTS" in told.stdout
    assert "nobody is needed" not in told.stdout
