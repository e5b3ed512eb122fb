"""smtplib's client with replies read strictly: one code in each, an end to its lines and its time, and none unasked.

What is lenient here counts a letter as accepted that was not.
"""

from __future__ import annotations

import io
import re
import smtplib
import socket
import ssl
from contextlib import suppress
from time import monotonic
from typing import cast

_LONGEST_LINE = 8192
"""Octets; RFC 5321 section 4.5.3.1.5 allows 512, and servers write more."""
_MOST_LINES = 200
"""Of one reply: more than any list of extensions."""
_LINE = re.compile(rb"([0-9]{3})(?:([ -])(.*))?", re.DOTALL)


class StrictSmtp(smtplib.SMTP):
    """Raises SMTPException for a reply that is none, and TimeoutError for one that does not end in time."""

    patience: float | None = None
    """Seconds for a whole reply; None is ``timeout``, which is otherwise that for each sending."""

    def putcmd(self, cmd: str, args: str = "") -> None:
        """Send a command, but to nobody who has not been listening."""
        self.require_silence()
        super().putcmd(cmd, args)

    def require_silence(self) -> None:
        """Raise SMTPException where the server has said something unasked.

        Every later reply would be taken for that to the command after its own.
        """
        if self.sock is None:
            return
        reader = self._reader()
        unread = b""
        self.sock.settimeout(0)
        try:
            with suppress(ssl.SSLWantReadError):
                unread = reader.peek(1)
        finally:
            self.sock.settimeout(self.timeout)
        if unread:
            # Its code alone: what is raised here comes into the journal, and servers quote addresses.
            code = unread[:3].decode("ascii", "replace") if unread[:3].isdigit() else "no code"
            raise smtplib.SMTPException(f"the server spoke unasked ({code})")

    def getreply(self) -> tuple[int, bytes]:
        """Code and text of a reply, its lines joined by LF (RFC 5321 section 4.2.1).

        Where there is none the connection is closed: nobody knows at which point of the conversation it stands.
        """
        try:
            return self._whole_reply()
        except BaseException:
            self.close()
            raise

    def _whole_reply(self) -> tuple[int, bytes]:
        deadline = monotonic() + (self.timeout if self.patience is None else self.patience)
        codes: set[bytes] = set()
        words: list[bytes] = []
        while len(words) < _MOST_LINES:
            found = _LINE.fullmatch(self._line(deadline).rstrip(b"\r\n"))
            if found is None:
                raise smtplib.SMTPException("what the server said is no reply")
            codes.add(found[1])
            if len(codes) > 1:
                raise smtplib.SMTPException("the server gave two codes in one reply")
            words.append((found[3] or b"").strip())
            if found[2] != b"-":
                return int(found[1]), b"\n".join(words)
        raise smtplib.SMTPException("the server gave a reply without end")

    def _line(self, deadline: float) -> bytes:
        reader, line = self._reader(), b""
        while not line.endswith(b"\n"):
            # What is at hand, else one reading: a server that sends an octet now and then gains no time by it.
            self._wait_until(deadline)
            at_hand = reader.peek()
            if not at_hand:
                raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
            line += reader.read(at_hand.find(b"\n") + 1 or len(at_hand))
            if len(line) > _LONGEST_LINE:
                raise smtplib.SMTPException("the server gave a line without end")
        self._connected().settimeout(self.timeout)
        return line

    def _wait_until(self, deadline: float) -> None:
        left = deadline - monotonic()
        if left <= 0:
            raise TimeoutError("the reply did not end in time")
        self._connected().settimeout(left)

    def _reader(self) -> io.BufferedReader:
        """Made anew after STARTTLS, so that nothing which came in the clear is taken for what came by TLS."""
        if self.file is None:
            self.file = self._connected().makefile("rb")
        return cast("io.BufferedReader", self.file)

    def _connected(self) -> socket.socket:
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("the connection is closed")
        return self.sock


class StrictSmtpSsl(StrictSmtp, smtplib.SMTP_SSL):
    """The same by TLS from the first octet on."""
