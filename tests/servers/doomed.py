"""Runs ``mailgate run`` again and again, each time in a process that kills itself at a marked step.

The program of ``servers.nursery``: it imports mailgate once, and for each line ``STEP COUNT`` on its standard input it
forks a daemon that dies by SIGKILL when it comes to that step for the COUNT-th time (``none``: never by itself).  It
answers with the daemon's process id at once, and with its wait status when it is gone.

Its argument is how many seconds a lease on the mailbox lasts.  The marks are laid around functions of the program in the forked process alone.
"""

from __future__ import annotations

import asyncio
import ctypes
import functools
import itertools
import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

# These two only so that they are loaded before the fork: every daemon needs them.
import alembic.command
import alembic.runtime.migration  # noqa: F401

import mailgate.service
from mailgate.cli import run
from mailgate.config import load_settings
from mailgate.daemon import Daemon
from mailgate.delivery.results import Results
from mailgate.delivery.smarthost import Connection
from mailgate.intake.mailbox import Mailbox
from mailgate.intake.transactions import Transactions
from mailgate.pipeline import Pipeline
from mailgate.recording.recorder import Recorder
from mailgate.service import Service
from mailgate.servicemanager import ServiceManager

Function = Callable[..., Any]
_PR_SET_PDEATHSIG = 1


class Doom:
    """Kills this process at the n-th call."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._calls = itertools.count(1)

    def __call__(self) -> None:
        # next() on a counter is atomic: several threads pass here.
        if next(self._calls) == self._count:
            os.kill(os.getpid(), signal.SIGKILL)


def after(owner: type, name: str, doom: Doom, applies: Function = lambda *given: True) -> None:
    """Die when the function has done its work, before anybody knows of it."""
    original = getattr(owner, name)

    def marked(*given: Any) -> Any:
        outcome = original(*given)
        if applies(*given):
            doom()
        return outcome

    setattr(owner, name, marked)


def before(owner: type, name: str, doom: Doom, applies: Function = lambda *given: True) -> None:
    """Die in place of what the function would do."""
    original = getattr(owner, name)

    def marked(*given: Any) -> Any:
        if applies(*given):
            doom()
        return original(*given)

    setattr(owner, name, marked)


def after_the_dot(doom: Doom) -> None:
    """The letter has left whole; its reply is never read."""
    original = Connection.end_content

    def marked(self: Connection) -> Any:
        smtp = self._open()
        said = smtp.sock.sendall

        class Socket:
            def __getattr__(self, name: str) -> Any:
                return getattr(plain, name)

            def sendall(self, content: bytes) -> None:
                said(content)
                doom()

        plain = smtp.sock
        smtp.sock = Socket()
        try:
            return original(self)
        finally:
            smtp.sock = plain

    Connection.end_content = marked


def came_by(source: str) -> Function:
    return lambda register, arrivals: arrivals[0].envelope.source == source


STEPS: dict[str, Callable[[Doom], None]] = {
    "none": lambda doom: None,
    "mail by SMTP is committed, and 250 not said": lambda doom: after(Transactions, "put", doom, came_by("smtp")),
    "mail by IMAP is committed, and not put away": lambda doom: before(
        Mailbox, "put_away", doom, lambda mailbox, uids: len(uids) > 0
    ),
    "mail by IMAP is put away": lambda doom: after(Mailbox, "put_away", doom, lambda mailbox, uids: len(uids) > 0),
    "a batch is written, and not committed": lambda doom: after(Recorder, "record", doom),
    "a batch is committed": lambda doom: after(Pipeline, "_write", doom),
    "a letter is marked, and has not left": lambda doom: after(Results, "leaving", doom),
    "a letter has left, and its reply is not seen": after_the_dot,
    "a reply is seen, and not committed": lambda doom: after(Connection, "end_content", doom),
    "a reply is committed": lambda doom: before(Results, "_written", doom, lambda results: len(results._results) > 0),
}


def serve(step: str, count: int) -> None:
    """The daemon, from here to its end."""
    # Should the test be killed, its daemon must not live on.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    STEPS[step](Doom(count))
    run.journal()
    # To start its readers is most of what such a short life costs: one is enough.
    mailgate.service.Daemon = functools.partial(Daemon, readers=1, lease=timedelta(seconds=float(sys.argv[1])))
    asyncio.run(Service(load_settings, ServiceManager()).run())


def main() -> None:
    for line in sys.stdin:
        step, _, count = line.strip().rpartition(" ")
        daemon = os.fork()
        if daemon == 0:
            try:
                serve(step, int(count))
            finally:
                # Never back into the loop above, whatever happened.
                os._exit(1)
        print(daemon, flush=True)  # noqa: T201
        _, status = os.waitpid(daemon, 0)
        print(status, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
