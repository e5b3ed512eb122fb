"""What ``mailgate demo`` shows: a daemon of its own in a new folder, clerks' mail in, letters out, an answer, the register.

Nothing is simulated but the people: their mails are real and go by SMTP, and what is shown was read from the letters
that the daemon sent.
"""

from __future__ import annotations

import email
import email.policy
import json
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from importlib.resources import files
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, NoReturn, Self

from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Column, Table
from rich.text import Text

from mailgate.clock import utc_now
from mailgate.errors import MailgateError

HOTLINE = "hotline@csizs.example"
CONSULTANT = "Anna Nowak <anna.nowak@wsparcie.example>"
USUAL_PORT = 8025
PATIENCE_SECONDS = 20.0
_WITHOUT_OFFICES = 72
"""Cells of the register's table with an empty column of offices."""
_WIDE_ENOUGH_FOR_OFFICES = _WITHOUT_OFFICES + 15
ANSWER = (
    "Dzień dobry,\n\nprzycisk „Przekaż do banku” jest aktywny dopiero po podpisaniu listy przez głównego księgowego.\n"
    "Listę podpisuje się w menu Wypłaty > Podpisy.\n\nZ poważaniem\nAnna Nowak"
)


class DemonstrationFailed(MailgateError):
    """Something that should have happened did not; the text says what, and where the daemon's journal is."""


class Demonstration:
    """One daemon in a folder of its own, from its start to its end."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, width=min(Console().width, 110))
        self._folder = Path(tempfile.mkdtemp(prefix="mailgate-demo-"))
        self._journal = self._folder / "journal.log"
        self._port = _free_port(USUAL_PORT)
        self._daemon: subprocess.Popen[bytes] | None = None
        self._seen: set[Path] = set()
        self._handlers: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        # Whoever ends the demonstration, or closes its terminal, ends the daemon too.
        self._handlers = {number: signal.signal(number, _end) for number in (signal.SIGTERM, signal.SIGHUP)}
        settings = {
            "MAILGATE_STORAGE": str(self._folder / "storage"),
            "MAILGATE_SMTP_LISTEN": f"127.0.0.1:{self._port}",
            "MAILGATE_HOTLINE": f"Hot-line CSIZS <{HOTLINE}>",
            "MAILGATE_CONSULTANTS": CONSULTANT,
        }
        (self._folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in settings.items()), "utf-8")
        with self._journal.open("wb") as journal:
            self._daemon = subprocess.Popen(
                [sys.executable, "-P", "-m", "mailgate", "run"],
                cwd=self._folder,
                env=_own_environment(),
                stderr=journal,
                stdin=subprocess.DEVNULL,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._daemon and self._daemon.poll() is None:
            self._daemon.terminate()
            try:
                self._daemon.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self._daemon.kill()
                self._daemon.wait()
        for number, handler in self._handlers.items():
            signal.signal(number, handler)

    def perform(self) -> None:
        """Show it all; raises DemonstrationFailed at the first thing that does not happen."""
        self._await("the daemon takes mail", self._answers)
        self._say("1", f"The daemon runs and takes mail for {HOTLINE} on 127.0.0.1:{self._port}.")
        self._mail_forms()
        letters = self._letters(6)
        self._say("3", "Each clerk has an acknowledgement, read here as the clerk reads it:")
        for letter in _sorted(letter for letter in letters if "wsparcie" not in letter["To"]):
            self._show(letter)
        question = next(one for one in _sorted(letters) if "wsparcie" in one["To"])
        self._say("4", "The consultant Anna Nowak has each question, with everything needed to answer it:")
        self._show(question)
        self._answer(question)
        (answer,) = self._letters(1)
        self._say("6", "The clerk has the answer, in the thread of the clerk's own mail:")
        self._show(answer)
        self._await("the answer stands in the register", lambda: self._register()[0]["answered_at"] is not None)
        self._say("7", "The register, on which the service is settled:")
        self._console.print(_register_table(self._register(), self._console.width))
        self._console.print()
        self._next_steps()

    def stay(self) -> None:
        """Leave the daemon running until Ctrl-C, and tell how to mail it."""
        assert self._daemon is not None
        outgoing = self._folder / "storage" / "outgoing"
        with suppress(KeyboardInterrupt):
            self._console.print(
                f"The daemon goes on (journal: {self._journal}). Mail it from another terminal:\n\n"
                f"  swaks --server 127.0.0.1:{self._port} --from jan@urzad.example --to {HOTLINE} --data FILE.eml\n"
                f"  mutt -f {outgoing}          to read what it sends\n"
                f"  cd {self._folder} && mailgate register list\n\nCtrl-C ends it.",
                soft_wrap=True,
            )
            self._daemon.wait()

    def _mail_forms(self) -> None:
        folder = files("mailgate").joinpath("samples")
        samples = sorted((file for file in folder.iterdir() if file.name.endswith(".eml")), key=lambda file: file.name)
        for sample in samples:
            raw = sample.read_bytes()
            sender = parseaddr(email.message_from_bytes(raw, policy=email.policy.default)["From"])[1]
            self._send(sender, raw)
        self._say("2", "Three clerks mailed a filled HOT-01: as plain text, as HTML, and as a Word file.")

    def _answer(self, question: EmailMessage) -> None:
        """Reply as a mail client does: quoted text below, In-Reply-To and References set."""
        body = question.get_body(("plain",))
        assert body is not None
        quoted = "\n".join(f"> {line}".rstrip() for line in body.get_content().splitlines())
        reply = EmailMessage(policy=email.policy.SMTP)
        reply["From"], reply["To"] = CONSULTANT, question["Reply-To"] or question["From"]
        reply["Subject"] = f"Re: {question['Subject']}"
        reply["Date"], reply["Message-ID"] = format_datetime(utc_now()), make_msgid(domain="wsparcie.example")
        reply["In-Reply-To"] = question["Message-ID"]
        reply["References"] = f"{question['References'] or ''} {question['Message-ID']}".strip()
        reply["User-Agent"] = "Mozilla Thunderbird"
        command = "#dokumentacja Podręcznik użytkownika, rozdz. 7, s. 112"
        attribution = f"W dniu {utc_now():%d.%m.%Y} o {utc_now():%H:%M}, Hot-line CSIZS pisze:"
        reply.set_content(f"{command}\n\n{ANSWER}\n\n{attribution}\n{quoted}\n")
        self._send(parseaddr(CONSULTANT)[1], reply.as_bytes())
        self._say("5", "She presses Reply in her mail client, names the documentation and writes the answer:")
        self._console.print(Padding(Panel(Text(f"{command}\n\n{ANSWER}"), border_style="cyan"), (0, 0, 1, 3)))

    def _send(self, sender: str, raw: bytes) -> None:
        try:
            with smtplib.SMTP("127.0.0.1", self._port, timeout=10) as client:
                client.sendmail(sender, [HOTLINE], raw)
        except (OSError, smtplib.SMTPException) as fault:
            raise self._failure(f"a mail was not taken ({fault})") from fault

    def _letters(self, count: int) -> list[EmailMessage]:
        """The next so many letters that the daemon sends."""
        folder = self._folder / "storage" / "outgoing" / "new"

        def fresh() -> list[Path]:
            return [path for path in folder.glob("*") if path not in self._seen] if folder.is_dir() else []

        self._await(f"{count} letters are sent", lambda: len(fresh()) >= count)
        found = fresh()
        self._seen.update(found)
        return [_message(path) for path in found]

    def _show(self, letter: EmailMessage) -> None:
        body = letter.get_body(("plain",))
        head = Text()
        for name in ("From", "To", "Subject"):
            head.append(f"{name}: ", style="bold").append(f"{letter[name]}\n")
        for part in letter.iter_attachments():
            head.append("File: ", style="bold").append(f"{part.get_filename()}\n")
        text = head.append("\n").append(body.get_content().strip() if body else "")
        self._console.print(Padding(Panel(text, border_style="green"), (0, 0, 1, 3)))

    def _register(self) -> list[dict[str, str | None]]:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "mailgate", "register", "export", "--format", "json"],
            cwd=self._folder,
            env=_own_environment(),
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise self._failure(f"the register cannot be read ({done.stderr.decode(errors='replace').strip()})")
        rows: list[dict[str, str | None]] = json.loads(done.stdout)
        return rows

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self._port), timeout=1) as probe:
            return probe.recv(3) == b"220"
        return False

    def _await(self, what: str, happened: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not happened():
            if self._daemon and self._daemon.poll() is not None:
                raise self._failure(f"the daemon ended before {what}")
            if time.monotonic() > end:
                raise self._failure(f"in {PATIENCE_SECONDS:.0f} s this did not happen: {what}")
            time.sleep(0.02)

    def _failure(self, what: str) -> DemonstrationFailed:
        last = self._journal.read_text("utf-8", "replace").strip().splitlines()[-5:]
        return DemonstrationFailed("\n".join([f"{what}; the journal {self._journal} ends:", *last]))

    def _say(self, step: str, text: str) -> None:
        self._console.print(Text.assemble((f" {step} ", "bold reverse"), " ", (text, "bold")))

    def _next_steps(self) -> None:
        # After scripts/setup it stands in .venv alone.
        program = "mailgate" if shutil.which("mailgate") else ".venv/bin/mailgate"
        self._console.print(
            "What to do next:\n"
            f"  {'scripts/demo --keep':<26} leaves the daemon running, to be mailed by hand\n"
            f"  {'cp .env.example .env':<26} the settings: your mailbox, your smarthost, your consultants\n"
            f"  {program + ' doctor':<26} checks them, and names the cure of what is wrong\n"
            f"  {program + ' run':<26} the daemon\n"
            f"All of this is in {self._folder}, letters and journal included.",
            soft_wrap=True,
        )


def _register_table(rows: list[dict[str, str | None]], width: int) -> Table:
    """No head and no number is cut: in a narrow terminal the office is left out."""
    instants = ("acknowledge_by", "acknowledged_at", "answered_at")
    heads = ("acknowledge by", "acknowledged", "answered")
    table = Table("number", *(Column(head, no_wrap=True) for head in heads))
    wide = width >= _WIDE_ENOUGH_FOR_OFFICES
    if wide:
        table.add_column("office", no_wrap=True, overflow="ellipsis", max_width=width - _WITHOUT_OFFICES)
    for row in rows:
        office = [row["office"] or "-"] if wide else []
        table.add_row(row["number"], *(_minute(row[name]) for name in instants), *office)
    return table


def _minute(instant: str | None) -> str:
    """``23.11. 16:00`` in the office's time."""
    return f"{datetime.fromisoformat(instant):%d.%m. %H:%M}" if instant else "-"


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    """The exit status of a program that a signal ended, as a shell has it."""
    raise SystemExit(128 + number)


def _sorted(letters: Iterable[EmailMessage]) -> list[EmailMessage]:
    """In the order of the numbers in their subjects."""
    return sorted(letters, key=lambda letter: str(letter["Subject"]))


def _message(path: Path) -> EmailMessage:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _free_port(wished: int) -> int:
    """The wished port of the loopback where nobody has it, else any that is free."""
    for port in (wished, 0):
        with suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise DemonstrationFailed("no port of 127.0.0.1 is free")


def _own_environment() -> dict[str, str]:
    """Our environment without an administrator's settings, which must not leak into a demonstration."""
    from mailgate.config import environment_without_settings

    return environment_without_settings()
