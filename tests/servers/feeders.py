"""Those who bring mail without end to a daemon that dies: mail servers that try again, and a mailbox that fills."""

from __future__ import annotations

import re
import smtplib
import threading
from abc import ABC, abstractmethod
from email.message import EmailMessage
from types import TracebackType
from typing import Self

from servers.deployment import HOTLINE, form_text, mail
from servers.dovecot import Dovecot

PAUSE = 0.1
"""Seconds between two mails: a load under which each daemon gets somewhere before it dies."""


def question_from(name: str) -> EmailMessage:
    """``Pytanie NAME?``, from an office of its own: who writes often is taken for a machine, and braked."""
    domain = re.sub("[^a-z0-9]+", "-", name.lower()) + ".example"
    return mail(
        form_text(question=f"Pytanie {name}?", contact=f"j.bak@{domain}"),
        f"Jan Bąk <j.bak@{domain}>",
        Message_ID=f"<1@{domain}>",
        Subject=f"Zgłoszenie {name}",
    )


class Feeder(ABC):
    """A thread that brings mail after mail from entry to exit; the one in hand is brought to its end.

    ``brought`` are the questions of the mails that somebody has taken responsibility for.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.brought: list[str] = []
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name)

    @abstractmethod
    def bring(self, raw: bytes) -> None:
        """Return when the mail is in other hands."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._enough.set()
        self._thread.join()

    def _run(self) -> None:
        number = 0
        while not self._enough.wait(PAUSE):
            number += 1
            question = f"Pytanie {self.name} {number}?"
            self.bring(question_from(f"{self.name} {number}").as_bytes())
            self.brought.append(question)


class Resender(Feeder):
    """A mail server: it keeps each mail, and tries again, until it reads 250 for it."""

    def __init__(self, name: str, port: int) -> None:
        super().__init__(name)
        self._port = port
        self._given_up = threading.Event()

    def bring(self, raw: bytes) -> None:
        while not self._given_up.is_set():
            try:
                with smtplib.SMTP("127.0.0.1", self._port, timeout=10) as client:
                    client.sendmail("j.bak@ug.example", [HOTLINE], raw)
            except (OSError, smtplib.SMTPException):
                self._given_up.wait(PAUSE)
            else:
                return

    def give_up(self) -> None:
        """Nobody will take the mail any more: the test has failed."""
        self._given_up.set()


class Correspondents(Feeder):
    """People whose mail another server puts into the mailbox."""

    def __init__(self, name: str, server: Dovecot) -> None:
        super().__init__(name)
        self._server = server

    def bring(self, raw: bytes) -> None:
        self._server.append(raw)
