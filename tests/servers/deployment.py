"""A whole mailgate for tests: the real daemon on free ports, with a folder of its own, a sink or Maildir for letters."""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
import smtplib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from servers.databases import of_this_test
from sqlmodel import select

from mailgate.clock import utc_now
from mailgate.config import load_settings
from mailgate.daemon import Daemon
from mailgate.intake.turn import LEASE
from mailgate.register import questions
from mailgate.register.database import reading
from mailgate.register.tables import EventRow, HeldReplyRow, InboundRow, LetterRow
from mailgate.watchman import since_boot

HOTLINE = "hotline@csizs.example"
ANNA = "Anna Nowak <anna.nowak@wsparcie.example>"
PIOTR = "Piotr Zając <piotr.zajac@wsparcie.example>"
PATIENCE = 60.0


def eventually(what: str, happened: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """The first true value of ``happened``; fails with ``what`` when patience (seconds) ends."""
    end = time.monotonic() + patience
    while True:
        value = happened()
        if value:
            return value
        assert time.monotonic() < end, f"in {patience:.0f} s this did not happen: {what}"
        time.sleep(0.01)


class Deployment:
    """One installation; ``running`` starts its daemon, and may be used again for a restart.

    Its database is of the kind that the run asks for: a test that makes one has the fixture ``databases``.
    """

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        databases = of_this_test()
        self.environment = {
            "MAILGATE_STORAGE": str(folder / "storage"),
            "MAILGATE_SMTP_LISTEN": "127.0.0.1:0",
            "MAILGATE_HOTLINE": f"Hot-line CSIZS <{HOTLINE}>",
            "MAILGATE_CONSULTANTS": f"{ANNA}, {PIOTR}",
        }
        self.environment |= databases.settings(folder / "storage")
        self.environment |= {f"MAILGATE_{name}": value for name, value in settings.items()}
        self.settings = load_settings(self.environment, folder / "no.env")
        self.engine = databases.open(self.settings.database_url)
        self.port = 0
        self.clock: Callable[[], datetime] = utc_now
        self.seconds: Callable[[], float] = since_boot
        self.lease = LEASE
        self._seen: set[Path] = set()

    @contextmanager
    def running(self) -> Iterator[Deployment]:
        """The daemon in a thread; at the end it is stopped as by SIGTERM, and its faults are raised."""
        loop, stop, up = asyncio.new_event_loop(), asyncio.Event(), threading.Event()
        daemon = Daemon(self.settings, readers=1, clock=self.clock, seconds=self.seconds, lease=self.lease)
        faults: list[BaseException] = []

        def serve() -> None:
            try:
                loop.run_until_complete(daemon.serve(stop, lambda _: up.set()))
            except BaseException as fault:
                faults.append(fault)
            finally:
                loop.close()
                up.set()

        thread = threading.Thread(target=serve, name="daemon")
        thread.start()
        assert up.wait(PATIENCE)
        try:
            if not faults:
                self.port = daemon.addresses[0][1] if daemon.addresses else 0
                yield self
        finally:
            if thread.is_alive():
                loop.call_soon_threadsafe(stop.set)
            thread.join(PATIENCE)
            self.engine.dispose()
        if faults:
            raise faults[0]

    def send(self, message: EmailMessage | bytes, sender: str | None = None, recipient: str = HOTLINE) -> None:
        """By SMTP, as a clerk's or consultant's mail server does."""
        raw = message if isinstance(message, bytes) else message.as_bytes(policy=email.policy.SMTP)
        if sender is None:
            sender = parseaddr(email.message_from_bytes(raw, policy=email.policy.default)["From"])[1]
        with smtplib.SMTP("127.0.0.1", self.port, timeout=PATIENCE) as client:
            client.sendmail(sender, [recipient], raw)

    def letters(self, count: int) -> list[EmailMessage]:
        """The next so many letters in the outgoing Maildir, in order of recipient and subject."""
        folder = self.settings.smarthost
        assert isinstance(folder, Path)

        def fresh() -> list[Path] | None:
            found = [path for path in (folder / "new").glob("*") if path not in self._seen]
            return found if len(found) >= count else None

        paths = eventually(f"{count} letters are sent", fresh)
        self._seen.update(paths)
        messages = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths]
        assert len(messages) == count, [str(message["Subject"]) for message in messages]
        return sorted(messages, key=lambda one: (str(one["To"]), str(one["Subject"])))  # type: ignore[return-value,type-var]

    def fresh_letters(self) -> list[EmailMessage]:
        """The letters in the outgoing Maildir that were not given before."""
        folder = self.settings.smarthost
        assert isinstance(folder, Path)
        paths = [path for path in (folder / "new").glob("*") if path not in self._seen]
        self._seen.update(paths)
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths]  # type: ignore[misc]

    def settled(self, patience: float = PATIENCE) -> None:
        """Wait until no mail waits and no letter is on its way, for so many seconds each."""
        eventually("all mail is handled", lambda: not self._open(InboundRow, "waiting", "claimed"), patience)
        eventually("all letters are settled", lambda: not self._open(LetterRow, "queued", "sending"), patience)

    def _open(self, table: Any, *states: str) -> bool:
        with reading(self.engine) as session:
            return session.exec(select(table.id).where(table.state.in_(states)).limit(1)).first() is not None

    def register(self) -> list[dict[str, Any]]:
        """The register as it is exported."""
        with reading(self.engine) as session:
            return json.loads(json.dumps([questions.exported(row) for row in questions.listed(session)]))

    def rows(self, table: Any) -> list[Any]:
        """All rows of a table, in order of id."""
        with reading(self.engine) as session:
            return list(session.exec(select(table).order_by(table.id)).all())

    def events(self, kind: str) -> list[EventRow]:
        """The events of one kind."""
        return [row for row in self.rows(EventRow) if row.kind == kind]

    def rows_of_letters(self) -> list[LetterRow]:
        """Every letter that was ever queued."""
        return self.rows(LetterRow)

    def rows_of_mail(self) -> list[InboundRow]:
        """Every mail that was ever taken."""
        return self.rows(InboundRow)

    def quarantined(self) -> list[InboundRow]:
        """The mails that were set aside."""
        return [row for row in self.rows(InboundRow) if row.state == "quarantined"]

    def held(self) -> list[HeldReplyRow]:
        """The replies that were not passed on."""
        return self.rows(HeldReplyRow)


def form_text(**changes: str) -> str:
    """A filled HOT-01 as plain text."""
    values = {
        "date": "20.11.2026",
        "reference": "OR.0140.5.2026",
        "user_name": "Jan Bąk",
        "office": "Urząd Gminy Dębowa",
        "contact": "24 261 40 21, j.bak@ug.debowa.example",
        "question": "Jak wycofać zatwierdzone sprawozdanie?",
    } | changes
    return (
        "CSIZS    Zgłoszenie pytania HOT-1    data: {date}   znak: {reference}\n\n"
        "Imię i nazwisko Użytkownika: {user_name}\nNazwa Urzędu: {office}\n"
        "Zwrotny nr telefonu, e-mail: {contact}\nTreść pytania:\n{question}\n"
    ).format(**values)


def mail(text: str, sender: str = "Jan Bąk <j.bak@ug.debowa.example>", **headers: str) -> EmailMessage:
    """A mail to the hot-line; header names are given with underscores."""
    message = EmailMessage()
    message["From"], message["To"] = sender, f"Hot-line CSIZS <{HOTLINE}>"
    defaults = {
        "Subject": "Zgłoszenie pytania",
        "Date": "Fri, 20 Nov 2026 09:00:00 +0100",
        "Message-ID": f"<{abs(hash((text, sender, *headers.values()))):x}@ug.debowa.example>",
    }
    for name, value in (defaults | {key.replace("_", "-"): value for key, value in headers.items()}).items():
        message[name] = value
    message.set_content(text)
    return message


def reply_to(letter: EmailMessage, text: str, sender: str, **headers: str) -> EmailMessage:
    """What a mail client makes of Reply: threaded, the letter quoted below."""
    quoted = "\n".join(f"> {line}".rstrip() for line in text_of(letter).splitlines())
    body = f"{text}\n\nW dniu 23.11.2026 o 09:12, Hot-line CSIZS pisze:\n{quoted}\n"
    threaded = {
        "Subject": f"Re: {letter['Subject']}",
        "In_Reply_To": str(letter["Message-ID"]),
        "References": f"{letter['References'] or ''} {letter['Message-ID']}".strip(),
    }
    message = mail(body, sender, **(threaded | headers))
    del message["To"]
    message["To"] = str(letter["Reply-To"] or letter["From"])
    return message


def text_of(letter: EmailMessage) -> str:
    """The plain text of a letter."""
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
