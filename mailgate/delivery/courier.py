"""Hand one letter to one recipient's next server, and say as a value what became of it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Protocol

from mailgate.delivery.outcome import LOG_IN_WANTED, Accepted, Deferred, Outcome, Refused, Uncertain, Withheld
from mailgate.delivery.returnpath import ReturnPath
from mailgate.delivery.smarthost import Access, Connection, Lost, Reply, Unreachable
from mailgate.domain.addresses.wire import wire_address
from mailgate.endpoints import Tls
from mailgate.login.credentials import Credentials
from mailgate.register.outbox import ClaimedLetter

__all__ = [
    "Accepted",
    "Courier",
    "Deferred",
    "MaildirCourier",
    "Outcome",
    "Refused",
    "SmtpCourier",
    "Uncertain",
    "Withheld",
]

LONGEST_IDLE = 60.0
"""A connection that rested for longer is not used again: a firewall may have forgotten it without telling us."""
MOST_LETTERS = 500
"""After so many letters a new connection is made, so that a balancer in front of the smarthost can do its work."""
_SERVICE_CLOSES = 421


class Courier(Protocol):
    """Delivers letters one at a time; belongs to one thread."""

    def deliver(self, letter: ClaimedLetter, before_data: Callable[[], bool]) -> Outcome:
        """Try once.

        ``before_data`` is called right before the content leaves, where from then on a crash would leave the outcome
        open; when it returns False nothing is sent.  What it raises passes through, and nothing was sent.  Whatever is
        raised, the courier is fit for the next letter.
        """

    def rest(self) -> None:
        """There is nothing to do: give back what need not be held."""

    def close(self) -> None:
        """Take leave."""


class SmtpCourier:
    """Speaks SMTP to the smarthost over a connection that is kept from letter to letter."""

    def __init__(
        self,
        host: str,
        port: int,
        tls: Tls,
        user: str | None = None,
        password: str | None = None,
        *,
        timeout: float = 60.0,
        final_timeout: float = 600.0,
        cafile: Path | None = None,
        local_name: str | None = None,
        tokens: Credentials | None = None,
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        self._access = Access(host, port, tls, user, password, timeout, final_timeout, cafile, local_name, tokens)
        self._seconds = seconds
        self._return_path = ReturnPath()
        self._connection: Connection | None = None
        self._last_used = 0.0
        self._letters = 0

    def deliver(self, letter: ClaimedLetter, before_data: Callable[[], bool]) -> Outcome:
        """Try once; a kept connection that turns out to be dead is replaced first, which is no failure."""
        try:
            sender = self._return_path.sender(letter.envelope_sender)
            recipient = wire_address(letter.recipient)
        except ValueError as error:
            return Refused(f"the letter cannot be addressed: {error}", answered=False)
        try:
            return self._return_path.learned(self._tried(letter, sender, recipient, before_data), sender)
        except BaseException:
            # Nobody knows at which point of its conversation the connection stands.
            self._drop()
            raise
        finally:
            self._last_used = self._seconds()

    def rest(self) -> None:
        """Close a connection that nobody has used for long."""
        if self._connection is not None and self._seconds() - self._last_used > LONGEST_IDLE:
            self.close()

    def close(self) -> None:
        """Say QUIT and close."""
        if self._connection is not None:
            self._connection.quit()
            self._connection = None

    def _tried(self, letter: ClaimedLetter, sender: str, recipient: str, before_data: Callable[[], bool]) -> Outcome:
        try:
            connection = self._at_mail(letter, sender, recipient)
        except Unreachable as error:
            return Deferred(str(error), unreachable=True)
        except Lost as error:
            self._drop()
            return Deferred(str(error), unreachable=True)
        if not isinstance(connection, Connection):
            return connection
        return self._handed_over(connection, recipient, letter.content, before_data)

    def _at_mail(self, letter: ClaimedLetter, sender: str, recipient: str) -> Connection | Outcome:
        """A connection on which MAIL was accepted, or the outcome where it was not.

        A kept connection may be closed by then, or be closed with 421 at this moment; a new one is not excused.
        Raises Unreachable or Lost.
        """
        self.rest()
        if self._connection is not None and self._letters < MOST_LETTERS:
            try:
                begun = self._begin(self._connection, letter, sender, recipient)
            except Lost:
                begun = None
            if begun is not None:
                return begun
            self._drop()
        self.close()
        self._connection, self._letters = Connection(self._access), 0
        begun = self._begin(self._connection, letter, sender, recipient)
        if begun is None:
            self._drop()
            return Deferred("421 the smarthost closes the connection at once", unreachable=True)
        return begun

    def _begin(
        self, connection: Connection, letter: ClaimedLetter, sender: str, recipient: str
    ) -> Connection | Outcome | None:
        """MAIL with its parameters; None where the server takes its leave (RFC 5321 section 3.8)."""
        international = not (sender.isascii() and recipient.isascii() and letter.content.isascii())
        if international and connection.offers("smtputf8") is None:
            return Refused(
                "the smarthost cannot carry an address outside ASCII (it offers no SMTPUTF8)", answered=False
            )
        most = connection.most_octets
        if most is not None and len(letter.content) > most:
            words = f"the letter has {len(letter.content)} octets, the smarthost takes {most} at most (SIZE)"
            return Refused(words, answered=False)
        size = f" SIZE={len(letter.content)}" if connection.offers("size") is not None else ""
        utf8 = " BODY=8BITMIME SMTPUTF8" if international else ""
        reply = connection.command(f"MAIL FROM:<{sender}>{size}{utf8}")
        if reply.accepted:
            return connection
        if reply.code in LOG_IN_WANTED:
            self._drop()
            return Deferred(str(reply), unreachable=True)
        return None if reply.code == _SERVICE_CLOSES else self._declined(connection, reply)

    def _handed_over(
        self, connection: Connection, recipient: str, content: bytes, before_data: Callable[[], bool]
    ) -> Outcome:
        """RCPT, DATA and the content; up to the final dot a loss means that nothing was taken."""
        try:
            for command, expected in ((f"RCPT TO:<{recipient}>", 2), ("DATA", 3)):
                reply = connection.command(command)
                if reply.code // 100 != expected:
                    return self._declined(connection, reply)
            if not before_data():
                # After DATA only a broken connection takes a letter back.
                self._drop()
                return Withheld()
            connection.send_content(content)
        except Lost as error:
            self._drop()
            return Deferred(str(error))
        return self._verdict(connection)

    def _verdict(self, connection: Connection) -> Outcome:
        """The answer to the whole letter; anything but a clear 2xx, 4xx or 5xx leaves it open."""
        try:
            reply = connection.end_content()
        except Lost as error:
            self._drop()
            return Uncertain(str(error))
        self._letters += 1
        if reply.accepted:
            return Accepted(str(reply))
        if reply.deferred or reply.refused:
            return self._declined(connection, reply, reset=False)
        self._drop()
        return Uncertain(str(reply))

    def _declined(self, connection: Connection, reply: Reply, *, reset: bool = True) -> Outcome:
        """A 5xx refuses, all else defers; the connection is made ready for the next letter, or given up."""
        try:
            usable = reply.code != _SERVICE_CLOSES and (not reset or connection.command("RSET").accepted)
        except Lost:
            usable = False
        if not usable:
            self._drop()
        return Refused(str(reply)) if reply.refused else Deferred(str(reply))

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class MaildirCourier:
    """Puts letters into a Maildir to look at.

    The file's name follows from the Message-ID, so a letter that is delivered again after a crash is the same file:
    no outcome is ever uncertain, and ``before_data`` is not needed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def deliver(self, letter: ClaimedLetter, before_data: Callable[[], bool]) -> Outcome:  # noqa: ARG002
        """Write, sync and rename; a full disk or a missing right concerns every letter and is temporary."""
        name = self._name(letter)
        try:
            self._make_folders()
            if not self._is_there(name):
                self._write(name, letter.content)
        except OSError as error:
            return Deferred(f"the Maildir cannot be written: {error.strerror}", unreachable=True)
        return Accepted(f"250 stored as {name}")

    def rest(self) -> None:
        """Nothing is held."""

    def close(self) -> None:
        """Nothing is held."""

    def _name(self, letter: ClaimedLetter) -> str:
        """``SECONDS.HASH.mailgate``: in order of age, and without a character of the Message-ID that a name forbids."""
        digest = hashlib.sha256(letter.message_id.encode("utf-8")).hexdigest()[:32]
        return f"{int(letter.created_at.timestamp())}.{digest}.mailgate"

    def _make_folders(self) -> None:
        for folder in ("tmp", "new", "cur"):
            (self._path / folder).mkdir(mode=0o700, parents=True, exist_ok=True)

    def _is_there(self, name: str) -> bool:
        """In new, or in cur, where a mail client has added its flags to the name."""
        return (self._path / "new" / name).exists() or any((self._path / "cur").glob(f"{name}*"))

    def _write(self, name: str, content: bytes) -> None:
        """Whole and on disk before it appears in new; lines end as files of this system do."""
        temporary, final = self._path / "tmp" / name, self._path / "new" / name
        with temporary.open("wb") as file:
            file.write(content.replace(b"\r\n", b"\n"))
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(final)
        folder = os.open(final.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
