"""Daemons that die: each a process of its own, killed from outside at any moment, or by itself at a marked step."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Self

from servers.deployment import PATIENCE, Deployment, eventually

from mailgate.config import environment_without_settings

PROGRAM = Path(__file__).with_name("doomed.py")
ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """One that the next process may take."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class Nursery:
    """Starts daemons of one deployment, one at a time, on one SMTP port; a context manager.

    ``daemon`` is the process id of the one that lives (0: none), ``journal`` what all of them wrote.  Importing mailgate
    takes longer than most of these daemons live, so each is forked from a process that has done it (``servers.doomed``).
    """

    def __init__(self, gate: Deployment, port: int) -> None:
        self.port = port
        self._gate = gate
        self._journal = gate.folder / "journal.log"
        self.daemon = 0
        self._said: queue.Queue[str] = queue.Queue()

    def __enter__(self) -> Self:
        settings = self._gate.environment | {"MAILGATE_SMTP_LISTEN": f"127.0.0.1:{self.port}"}
        with self._journal.open("ab") as journal:
            self._process = subprocess.Popen(
                [sys.executable, str(PROGRAM), str(self._gate.lease.total_seconds())],
                env=environment_without_settings() | settings | {"PYTHONPATH": str(ROOT)},
                cwd=self._gate.folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=journal,
                text=True,
            )
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.daemon:
            self.kill()
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(PATIENCE)
        self._process.stdout.close()

    def start(self, step: str = "none", count: int = 1) -> None:
        """A daemon that lives until it comes to the step for the ``count``-th time; returns at once."""
        assert not self.daemon
        assert self._process.stdin is not None
        self._process.stdin.write(f"{step} {count}\n")
        self._process.stdin.flush()
        self.daemon = self._told()

    def await_service(self) -> None:
        """Wait until it takes mail; for the first daemon of a nursery."""
        eventually("the daemon takes mail", lambda: "takes mail" in self.journal())

    def kill(self) -> None:
        """From outside, in the midst of whatever it does."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.daemon, signal.SIGKILL)
        self.await_death()

    def await_death(self) -> None:
        """Wait until it has killed itself; fails where it ended in any other way, or does not."""
        status = self._told()
        self.daemon = 0
        assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, self.journal()[-3000:]

    def journal(self) -> str:
        return self._journal.read_text("utf-8")

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with contextlib.suppress(ValueError):
            for line in self._process.stdout:
                self._said.put(line)
        self._said.put("")

    def _told(self) -> int:
        """The program's next answer."""
        said = self._said.get(timeout=PATIENCE)
        assert said, f"the nursery itself has ended: {self.journal()[-3000:]}"
        return int(said)
