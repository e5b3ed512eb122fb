"""Changed messages break nothing: a short round of the fuzzer in every run, ten minutes of it in a long one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "fuzz" / "reading"
SECONDS = 600 if os.environ.get("MAILGATE_TEST_SOAK") == "full" else 8


@pytest.mark.soak
def test_changed_messages_are_read_or_remarked_upon(tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPT), "--seconds", str(SECONDS), "--save", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS + 120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.split()[0]) > 10


def test_the_fuzzer_keeps_a_message_that_fails(tmp_path: Path) -> None:
    """Shown with a reader that always fails, put in the place of ours."""
    broken = "import mailgate.reader as r\ndef read(*a, **k): raise KeyError('x')\nr.read = read\n"
    program = (
        f"import runpy, sys\n{broken}sys.argv[1:] = sys.argv[2:]\nrunpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    )
    command = [sys.executable, "-c", program, "-", "--seconds", "1", "--save", str(tmp_path / "kept")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    assert "KeyError" in done.stdout
    assert len(list((tmp_path / "kept").iterdir())) == 1
