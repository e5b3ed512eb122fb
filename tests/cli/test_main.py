"""The program as a shell and a mail server's pipe see it: its version and its exit status."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mailgate import __version__
from mailgate.cli import _reads_a_pipe
from mailgate.config import environment_without_settings


def mailgate(folder: Path, *arguments: str, piped: str = "") -> subprocess.CompletedProcess[str]:
    """Run the program in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "mailgate", *arguments],
        input=piped, cwd=folder, env=environment_without_settings(), capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def test_it_tells_its_version(tmp_path: Path) -> None:
    told = mailgate(tmp_path, "--version")
    assert (told.returncode, told.stdout) == (0, f"mailgate {__version__}\n")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["calendar", "2026-11-20T12:00"], 1),
        (["register", "list"], 1),
        (["doctor"], 1),
        (["status"], 1),
        (["ingest", "a.eml"], 1),
        (["ingest"], 75),
        (["ingest", "--sender", "a.eml", "-"], 75),
    ],
)
def test_a_wrong_setting_is_status_1_and_temporary_only_for_a_pipe(
    tmp_path: Path, arguments: list[str], status: int
) -> None:
    """A mail server must try again; a person must read the sentence."""
    (tmp_path / ".env").write_text("MAILGATE_CLOSES=tea\x1btime\n")
    (tmp_path / "a.eml").write_text("Subject: x\n\nx\n")
    told = mailgate(tmp_path, *arguments, piped="Subject: y\n\ny\n")
    assert told.returncode == status
    assert "MAILGATE_CLOSES" in told.stdout + told.stderr
    assert "Traceback" not in told.stderr
    assert "\x1b" not in told.stdout + told.stderr


@pytest.mark.parametrize(
    ("arguments", "pipe"),
    [
        ("ingest", True),
        ("ingest -", True),
        ("ingest --archive --sender a@b.example --recipient c@d.example", True),
        ("ingest --sender=a@b.example -", True),
        ("ingest --sender a@b.example a.eml", False),
        ("ingest a.eml", False),
        ("register list", False),
        ("", False),
    ],
)
def test_what_reads_a_pipe_is_known_before_any_code_of_the_command_runs(arguments: str, pipe: bool) -> None:
    assert _reads_a_pipe(arguments.split()) is pipe
