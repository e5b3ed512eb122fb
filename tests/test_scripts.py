"""The measuring scripts run with the project's own Python, whichever they are called with."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HELPER = Path(__file__).parents[1] / "scripts" / "projectpython.py"
SCRIPT = "from projectpython import use_project_python\nuse_project_python()\nprint('went on')\n"


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """A script in a project of its own."""
    folder = tmp_path / "scripts"
    folder.mkdir()
    shutil.copy(HELPER, folder)
    (folder / "measure").write_text(SCRIPT)
    return folder / "measure"


def called(script: Path, python: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([python, str(script), "--seconds", "2"], capture_output=True, text=True, check=False)


def system_python() -> str:
    """The Python from which this virtual environment was made."""
    return str(Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}")


def test_a_script_called_with_another_python_starts_anew_with_the_projects(script: Path) -> None:
    own = script.parents[1] / ".venv" / "bin" / "python"
    own.parent.mkdir(parents=True)
    own.write_text('#!/bin/sh\necho "own python: $2 $3"\n')
    own.chmod(0o755)
    assert called(script, system_python()).stdout == "own python: --seconds 2\n"


def test_a_script_without_the_environment_says_what_to_do(script: Path) -> None:
    done = called(script, system_python())
    assert done.returncode == 1
    assert "scripts/setup" in done.stderr


def test_a_script_in_a_virtual_environment_goes_on(script: Path) -> None:
    assert called(script, sys.executable).stdout == "went on\n"
