"""A poller at work between a mailbox and a real register, with the means to watch and to disturb it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
from servers.databases import of_this_test
from servers.imapserver import PASSWORD, ImapServer
from sqlmodel import Session, select

from mailgate.intake.account import ImapAccount
from mailgate.intake.mailbox import Mailbox
from mailgate.intake.poller import Poller
from mailgate.intake.turn import Turn
from mailgate.register.database import unit_of_work
from mailgate.register.spool import Arrival, ClaimedMail, Spooled, Taken, claim, put, taken_at
from mailgate.register.tables import InboundContentRow, InboundRow

PATIENCE = 15.0
"""Seconds after which a condition that was awaited counts as failed; no test takes so long when all is well."""


def mail(subject: str, body: str = "Dzień dobry", sender: str = "gops@gmina.example") -> bytes:
    """A message with CRLF, as a delivering server leaves it."""
    head = (
        f"Return-Path: <{sender}>\r\nDelivered-To: hotline@csizs.example\r\nFrom: {sender}\r\n"
        f"To: hotline@csizs.example\r\nSubject: {subject}\r\nMessage-ID: <{subject}@gmina.example>\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n\r\n"
    )
    return f"{head}{body}\r\n".encode()


def account_of(server: ImapServer, **changes: Any) -> ImapAccount:
    """The server's mailbox by TLS, with pauses short enough for a test."""
    values: dict[str, Any] = {
        "host": "localhost", "port": server.tls_port, "user": server.user, "password": PASSWORD, "cafile": server.cafile,
        "poll_seconds": 0.3, "connect_seconds": 2, "read_seconds": 2,
        "shortest_pause": 0.05, "longest_pause": 0.2, "refused_pause": 0.1,
    }  # fmt: skip
    return ImapAccount(**(values | changes))


def until(condition: Callable[[], bool], what: str = "", seconds: float = PATIENCE) -> None:
    """Wait for a condition; fails after so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain {what}"
        time.sleep(0.005)


def idle_soon(monkeypatch: pytest.MonkeyPatch, first: float = 0.2) -> None:
    """Go without the lively time after mail, and let the first IDLE last so many seconds."""
    monkeypatch.setattr("mailgate.intake.poller._LIVELY_SECONDS", 0.0)
    monkeypatch.setattr("mailgate.intake.poller._FIRST_IDLE_SECONDS", first)


def idles(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Count the IDLEs that servers agree to from now on; the result tells how many."""
    begun: list[bool] = []
    original = Mailbox._begin_idle

    def begin(mailbox: Mailbox) -> bool:
        agreed = original(mailbox)
        if agreed:
            begun.append(agreed)
        return agreed

    monkeypatch.setattr(Mailbox, "_begin_idle", begin)
    return lambda: len(begun)


class Desk:
    """A context manager: the poller runs from entry to exit.

    ``arrivals`` are the mails handed to ``store``, in order, whether or not the register took them; ``disturb`` is
    called with each batch before the transaction and may raise; ``looks`` counts completed looks.  ``beside`` another
    desk it works on the same register; ``turn`` tells whether another daemon reads the mailbox.
    """

    def __init__(
        self, account: ImapAccount, folder: Path, *, beside: Desk | None = None, turn: Turn | None = None
    ) -> None:
        self.account = account
        self._turn = turn
        self.arrivals: list[Arrival] = []
        self.batches: list[int] = []
        self.stored_at: dict[bytes, float] = {}
        self.looks = 0
        self.disturb: Callable[[Sequence[Arrival]], object] = lambda batch: None
        databases = of_this_test()
        self._url = beside._url if beside else databases.filled(folder / "register.db")
        self.engine = databases.open(self._url)
        self.poller = self._new_poller()

    def _new_poller(self) -> Poller:
        return Poller(self.account, self._store, self._known, _now, polled=self._polled, turn=self._turn)

    def share(self, turn: Turn) -> None:
        """From now on another daemon may read the mailbox; before the desk is entered."""
        self._turn = turn
        self.poller = self._new_poller()

    def __enter__(self) -> Self:
        self.poller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        stopped = self.poller.stop()
        self.engine.dispose()
        assert stopped, "the poller did not stop"

    def restart(self) -> None:
        """Stop the poller and start another one on the same register, as after an upgrade."""
        assert self.poller.stop()
        self.poller = self._new_poller()
        self.poller.start()

    def _store(self, batch: Sequence[Arrival]) -> list[Spooled]:
        self.arrivals.extend(batch)
        self.batches.append(len(batch))
        self.disturb(batch)
        with unit_of_work(self.engine) as session:
            spooled = put(session, batch, _now())
        self.stored_at |= {arrival.raw: time.monotonic() for arrival in batch}
        return spooled

    def _known(self, mailbox: str, uidvalidity: int, uids: Sequence[int]) -> dict[int, Taken]:
        with unit_of_work(self.engine) as session:
            return taken_at(session, mailbox, uidvalidity, uids)

    def _polled(self, now: datetime) -> None:
        assert now.tzinfo is not None
        self.looks += 1

    def registered(self) -> list[bytes]:
        """The raw bytes of every mail in the register, in the order of its rows."""
        with Session(self.engine) as session:
            query = select(InboundContentRow.raw).join(InboundRow).order_by(InboundRow.id)  # type: ignore[arg-type]
            return list(session.exec(query))

    def claimed(self) -> list[ClaimedMail]:
        """Every waiting mail as the pipeline would get it."""
        with unit_of_work(self.engine) as session:
            return list(claim(session, "desk", 100, _now(), timedelta(minutes=1)))

    def await_registered(self, count: int) -> None:
        """Wait until so many mails are in the register."""
        until(lambda: len(self.registered()) >= count, f"for {count} mails; {len(self.registered())} are registered")

    def await_look(self) -> None:
        """Wait until a look that began after this call is completed."""
        seen = self.looks
        until(lambda: self.looks >= seen + 2, "for a look")


def _now() -> datetime:
    return datetime.now(UTC)
