"""The demonstration ends with its daemon, however it is ended, and cuts nothing that is to be read."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from mailgate.config import environment_without_settings
from mailgate.demonstration import _register_table
from mailgate.storagelock import daemon_runs

ROW: dict[str, str | None] = {
    "number": "HOT-01/2026/000123",
    "office": "Miejski Ośrodek Pomocy Społecznej w Świnoujściu",
    "acknowledge_by": "2026-11-24T16:00:00+01:00",
    "acknowledged_at": "2026-11-23T11:00:00+01:00",
    "answered_at": None,
}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_whatever_ends_the_demonstration_ends_its_daemon(tmp_path: Path, number: signal.Signals) -> None:
    environment = environment_without_settings() | {"TMPDIR": str(tmp_path), "COLUMNS": "80"}
    demo = subprocess.Popen(
        [sys.executable, "-m", "mailgate", "demo", "--keep"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        assert demo.stdout is not None
        told = ""
        while "Ctrl-C ends it." not in told:
            line = demo.stdout.readline()
            assert line, told
            told += line
        [folder] = tmp_path.glob("mailgate-demo-*")
        assert daemon_runs(folder / "storage")
        demo.send_signal(number)
        demo.wait(30)
        assert not daemon_runs(folder / "storage")
        assert demo.returncode == (0 if number == signal.SIGINT else 128 + number)
    finally:
        _end_all_of(demo)
    for head in ("acknowledge by", "acknowledged", "answered"):
        assert re.search(rf"┃ {head} +┃", told)
    assert max(map(len, told.partition("What to do next")[0].splitlines())) <= 80


def _end_all_of(demo: subprocess.Popen[str]) -> None:
    """Whatever a failed test leaves of the process group that it started."""
    try:
        os.killpg(demo.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        demo.wait()
        assert demo.stdout is not None
        demo.stdout.close()


@pytest.mark.parametrize("width", [72, 80, 86, 87, 100, 110])
def test_heads_and_numbers_of_the_register_are_whole(width: int) -> None:
    console = Console(width=width)
    with console.capture() as printed:
        console.print(_register_table([ROW], width))
    shown = printed.get()
    for whole in ("HOT-01/2026/000123", "acknowledge by", "acknowledged", "answered", "24.11. 16:00", "23.11. 11:00"):
        assert whole in shown
    assert all(len(line) <= width for line in shown.splitlines())
