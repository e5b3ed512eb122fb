"""IMAP: mails a second taken out of a full mailbox, time from arrival to acknowledgement, memory of the whole daemon.

The daemon runs as in production (a process of its own, SQLite with synchronous=FULL, its reading processes) between a
real Dovecot and a sink that takes every letter; both share the machine with it, as do the clerks, who are this process.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests"))

from servers.dovecot import PASSWORD, USER, Dovecot  # noqa: E402
from servers.smtp_sink import SmtpSink, Taken  # noqa: E402

HOTLINE = "hotline@csizs.example"
LETTERS_A_MAIL = 2
"""The acknowledgement, and the question to one consultant."""
AT_ONCE = 500
STEPS = 10
PATIENCE_SECONDS = 3600
_numbers = count(1)


def arguments(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument("--waiting", type=int, default=20_000, help="mails that wait in the mailbox at the start")
    parser.add_argument("--arrivals", type=int, default=50, help="mails whose way is timed while others come")
    parser.add_argument("--quiet-arrivals", type=int, default=8, help="and after a quiet time, under IDLE")
    parser.add_argument("--quiet", type=float, default=25.0, help="seconds of that quiet time")


def run(given: argparse.Namespace) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="mailgate-bench-", dir=given.folder) as folder, Dovecot() as dovecot:
        fill(dovecot, given.waiting)
        with Sink() as sink, daemon(folder, dovecot, sink) as pid:
            yield from backlog(dovecot, sink, given.waiting)
            yield arrivals("while mail comes", dovecot, sink, given.arrivals, 0.5)
            yield arrivals("under IDLE, after a quiet time", dovecot, sink, given.quiet_arrivals, given.quiet)
            yield from memory_over(dovecot, sink, pid, given.count)


class Sink(SmtpSink):
    """Notes when which recipient's letter was taken, and keeps no letter."""

    def __init__(self) -> None:
        super().__init__()
        self.letters = 0
        self.moments: dict[str, float] = {}
        self._came = threading.Condition()

    def _note(self, command: str) -> None:
        """Nothing."""

    def _take(self, message: Taken) -> None:
        with self._came:
            self.letters += 1
            self.moments[message.recipient] = time.perf_counter()
            self._came.notify_all()

    def await_letters(self, wanted: int) -> None:
        with self._came:
            if not self._came.wait_for(lambda: self.letters >= wanted, PATIENCE_SECONDS):
                raise SystemExit(f"channel: {self.letters} of {wanted} letters came")

    def await_letter_to(self, address: str) -> float:
        with self._came:
            if not self._came.wait_for(lambda: address in self.moments, PATIENCE_SECONDS):
                raise SystemExit(f"channel: no letter came to {address}")
            return self.moments[address]


def backlog(dovecot: Dovecot, sink: Sink, waiting: int) -> Iterator[str]:
    """From the first mail that left the mailbox; what it then costs to answer them goes on meanwhile."""
    until(lambda: dovecot.count() < waiting)
    begin, before = time.perf_counter(), dovecot.count()
    until(lambda: dovecot.count() == 0)
    yield f"{before / (time.perf_counter() - begin):6.0f} mails/s taken of {waiting} that waited"
    sink.await_letters(LETTERS_A_MAIL * waiting)
    yield f"{before / (time.perf_counter() - begin):6.0f} mails/s until both letters of each were accepted"


def arrivals(when: str, dovecot: Dovecot, sink: Sink, mails: int, pause: float) -> str:
    """From the end of APPEND to the moment at which the sink has the acknowledgement."""
    seconds = []
    for _ in range(mails):
        time.sleep(pause)
        number = next(_numbers)
        raw = one_mail(number)
        with dovecot.client() as client:
            client.append("INBOX", raw)
            arrived = time.perf_counter()
        seconds.append(sink.await_letter_to(clerk(number)) - arrived)
    median, late = statistics.median(seconds), sorted(seconds)[int(len(seconds) * 0.95)]
    return f"{when}: acknowledged after {median:.2f} s (median), {late:.2f} s (p95), {max(seconds):.2f} s (most)"


def memory_over(dovecot: Dovecot, sink: Sink, pid: int, mails: int) -> Iterator[str]:
    """Resident memory of the daemon, and of its readers, after each tenth; the growth after the second may not be."""
    begin, sizes = time.perf_counter(), []
    for step in range(1, STEPS + 1):
        wanted = sink.letters + LETTERS_A_MAIL * (mails // STEPS)
        fill(dovecot, mails // STEPS)
        sink.await_letters(wanted)
        sink.moments.clear()
        own, readers = resident_mib(pid), sum(map(resident_mib, children(pid)))
        sizes.append(own)
        yield f"after {step * (mails // STEPS):>7} mails: {own:6.1f} MiB, its readers {readers:6.1f} MiB"
    spent = time.perf_counter() - begin
    grown = sizes[-1] - sizes[1]
    yield f"{mails / spent:.0f} mails/s over {mails} mails; memory grew by {grown:.1f} MiB after the second tenth"


def fill(dovecot: Dovecot, mails: int) -> None:
    """Put so many mails into the mailbox, many in one command."""
    for some in range(0, mails, AT_ONCE):
        dovecot.append_all([one_mail(next(_numbers)) for _ in range(min(AT_ONCE, mails - some))])


def clerk(number: int) -> str:
    return f"j.lis@ug{number}.example"


def one_mail(number: int) -> bytes:
    """A form of the usual size, from an office of its own."""
    head = (
        f"From: Jan Lis <{clerk(number)}>\r\nTo: {HOTLINE}\r\nSubject: HOT-01 {number}\r\n"
        f"Message-ID: <{number}.bench@ug{number}.example>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    form = (
        f"CSIZS    Zgłoszenie pytania HOT-1    data: 20.11.2026   znak: OPS.{number}.2026\r\n\r\n"
        f"Imię i nazwisko Użytkownika: Jan Lis\r\nNazwa Urzędu: Urząd Gminy nr {number}\r\n"
        f"Zwrotny nr telefonu, e-mail: 24 261 40 21, {clerk(number)}\r\nTreść pytania:\r\n"
        f"Dlaczego po zatwierdzeniu wniosku nr {number} jego stan nadal pokazuje się jako roboczy?\r\n"
    )
    return (head + form).encode()


@contextmanager
def daemon(folder: str, dovecot: Dovecot, sink: Sink) -> Iterator[int]:
    """``mailgate run`` on the mailbox; gives its process id."""
    from mailgate.config import environment_without_settings

    login = f"{quote(USER, safe='')}:{quote(PASSWORD, safe='')}"
    settings = {
        "MAILGATE_STORAGE": folder,
        "MAILGATE_HOTLINE": HOTLINE,
        "MAILGATE_CONSULTANTS": "anna@wsparcie.example",
        "MAILGATE_SMTP_LISTEN": "",
        "MAILGATE_IMAP_URL": f"imaps://{login}@localhost:{dovecot.tls_port}/INBOX",
        "MAILGATE_TLS_CA_FILE": str(dovecot.cafile),
        "MAILGATE_SMARTHOST_URL": f"smtp://127.0.0.1:{sink.port}",
        "PYTHONPATH": str(ROOT),
    }
    with Path(folder, "journal.log").open("wb") as journal:
        process = subprocess.Popen(
            [sys.executable, "-m", "mailgate", "run"],
            env=environment_without_settings() | settings,
            cwd=folder,
            stderr=journal,
        )
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        if time.monotonic() > end:
            raise SystemExit("channel: the daemon takes no mail")
        time.sleep(0.1)


def children(pid: int) -> Sequence[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def resident_mib(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024
