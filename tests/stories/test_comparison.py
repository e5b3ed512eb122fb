"""The daily comparison in the running daemon: it is begun by the clock, and holds no end up."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from servers.deployment import Deployment
from servers.endless import make_endless

from mailgate.config import environment_without_settings

# The daemon as it is, but that each second is the hour of the comparison.
COMPARING = """
import sys
from mailgate import daemon
daemon.COMPARED_AT = {"second": "*"}
sys.argv = ["mailgate", "run"]
from mailgate.cli import main
main()
"""


@contextmanager
def comparing(gate: Deployment) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", COMPARING],
        env=environment_without_settings() | gate.environment,
        cwd=gate.folder,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def until(process: subprocess.Popen[str], words: str) -> None:
    assert process.stderr is not None
    while words not in process.stderr.readline():
        assert process.poll() is None, words


def test_the_clock_begins_it_and_its_result_is_in_the_journal(tmp_path: Path) -> None:
    with comparing(Deployment(tmp_path)) as process:
        until(process, "reconciled differences=0")


def test_told_to_stop_the_process_ends_in_the_middle_of_a_comparison(tmp_path: Path) -> None:
    gate = Deployment(tmp_path)
    with gate.running():
        pass
    make_endless(gate.engine)
    with comparing(gate) as process:
        until(process, "comparing mailbox, spool, register and outbox")
        process.send_signal(signal.SIGTERM)
        until(process, "stopped")
        assert process.wait(60) == 0
