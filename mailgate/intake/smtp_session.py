"""One SMTP conversation: aiosmtpd's protocol machine with the verbs that matter written anew.

What is different from aiosmtpd: DATA with bounded memory, faults of ours that are always temporary and tell nothing,
recipients by a short allow-list, a null sender, a client that hangs up while its mail is committed, and an orderly end.
No header is added to a message: the sealed original is what the client sent, and where it came from stands in the
envelope.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from datetime import datetime
from typing import AnyStr

from aiosmtpd.smtp import SMTP
from aiosmtpd.smtp import Envelope as Transaction

from mailgate import maillog
from mailgate.domain.mail import Envelope
from mailgate.errors import MailgateError
from mailgate.intake.committer import arrival_of
from mailgate.intake.doorkeeper import STOPPING, Doorkeeper
from mailgate.intake.smtp_data import Dropped, Reason, is_empty, is_looping, read_message
from mailgate.intake.smtp_paths import NO_RELAY, parse_mail, parse_rcpt
from mailgate.intake.temporary import NO_SPACE, OUR_FAULT, temporary_reply
from mailgate.register.spool import Arrival

_TOO_LARGE = "552 5.3.4 The message is larger than {limit} bytes"
_LOOP = "554 5.4.6 Too many hops: the message is going round in circles"
_EMPTY = "554 5.6.0 The message is empty"
_TOO_SLOW = "421 4.4.2 Timeout, closing the connection"
_GARRULOUS = "421 4.7.0 Too many commands without a message"
_TOO_MANY_RECIPIENTS = "452 4.5.3 Too many recipients"
_SEQUENCE = "503 5.5.1 Bad sequence of commands"

_COMMAND_LENGTH = 2048
_LAST_WORDS_SECONDS = 5.0
# Above this size the fingerprint is computed in a thread, so that others need not wait for it.
_LARGE = 256 * 1024

_log = logging.getLogger(__name__)


class SmtpSession(SMTP):
    """The conversation with one client; shared state and limits are the doorkeeper's."""

    line_length_limit = 65536

    def __init__(self, door: Doorkeeper, loop: asyncio.AbstractEventLoop) -> None:
        """Made anew for each connection by ``loop.create_server``."""
        super().__init__(
            _NO_HOOKS,
            data_size_limit=door.limits.message_bytes,
            enable_SMTPUTF8=True,
            hostname=door.hotline.domain,
            ident="ESMTP",
            timeout=door.limits.idle_seconds,
            loop=loop,
        )
        # aiosmtpd keeps these on the class, where every EHLO of anybody makes them grow.
        self.command_size_limit = _COMMAND_LENGTH
        self.command_size_limits = defaultdict(lambda: _COMMAND_LENGTH)
        self._door = door
        self._host = "unknown"
        self._refusal: str | None = None
        self._replies = 0

    @property
    def in_transaction(self) -> bool:
        """True from MAIL until the reply to the end of data."""
        return self.envelope is not None and self.envelope.mail_from is not None

    def dismiss(self, reply: str) -> None:
        """Say the reply and close; a client that does not read it is cut off after some seconds."""
        transport = self.transport
        if not isinstance(transport, asyncio.Transport):
            return
        transport.write(reply.encode() + b"\r\n")
        transport.close()
        self.loop.call_later(_LAST_WORDS_SECONDS, transport.abort)

    def abort(self) -> None:
        """Close without a word."""
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()

    # What aiosmtpd calls when something happens to the connection.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the client in; what to say to it follows in ``_handle_client``."""
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self._host = str(peer[0]) if peer else "local"
        self._refusal = self._door.enter(self, self._host)

    def connection_lost(self, error: Exception | None) -> None:
        """Count the client out.  A commit that runs ends well all the same."""
        self._door.leave(self, self._host)
        super().connection_lost(error)

    def eof_received(self) -> bool:
        """A client may close its half when it has said all: what it said is still done and answered.

        aiosmtpd would cancel the session here, also in the middle of a commit.
        """
        asyncio.StreamReaderProtocol.eof_received(self)
        return True

    def _timeout_cb(self) -> None:
        self.dismiss(_TOO_SLOW)

    async def _handle_client(self) -> None:
        if self._refusal is not None:
            maillog.rejected(client=self._host, reply=self._refusal)
            self.dismiss(self._refusal)
            return
        try:
            await super()._handle_client()
        except ConnectionError:
            # The client went away between two commands, which is its right.
            _log.debug("connection to %s lost", self._host)

    async def push(self, status: AnyStr) -> None:
        """Send a reply, unless the client has had too many without bringing a mail."""
        self._replies += 1
        if self._replies > self._door.limits.replies_per_mail:
            self.dismiss(_GARRULOUS)
            return
        await super().push(status)

    async def handle_exception(self, error: Exception) -> str:
        """A fault of ours: the transaction is void, the reply temporary, and the details are ours alone."""
        self._set_rset_state()
        if isinstance(error, asyncio.IncompleteReadError):
            # The end of what a half-closed client had to say.  An abort, because nothing else ends aiosmtpd's loop.
            self.abort()
        else:
            _log.error("SMTP session with %s failed", self._host, exc_info=error)
            maillog.intake_failed(source="smtp", reason=type(error).__name__)
        return OUR_FAULT

    def _set_rset_state(self) -> None:
        self.envelope = Transaction()

    def _set_post_data_state(self) -> None:
        self.envelope = Transaction()

    # The verbs.

    async def smtp_EHLO(self, hostname: str) -> None:
        """Greet, and name the extensions in one packet."""
        if not hostname:
            await self.push("501 5.5.4 Syntax: EHLO hostname")
            return
        self._set_rset_state()
        session = self.session
        assert session is not None
        session.extended_smtp = True
        session.host_name = hostname
        extensions = ("PIPELINING", f"SIZE {self._door.limits.message_bytes}", "8BITMIME")
        lines = [self.hostname, *extensions]
        await self.push("".join(f"250-{line}\r\n" for line in lines) + "250 SMTPUTF8")

    async def smtp_MAIL(self, arg: str | None) -> None:
        """Begin a transaction; the null sender is ""."""
        if await self.check_helo_needed():
            return
        if self._door.closing:
            self.dismiss(STOPPING)
            return
        if self.in_transaction:
            await self.push(_SEQUENCE)
            return
        path = parse_mail(arg)
        if isinstance(path, str):
            await self._refuse(path)
        elif path.size is not None and path.size > self._door.limits.message_bytes:
            await self._refuse(_TOO_LARGE.format(limit=self._door.limits.message_bytes))
        else:
            self._transaction().mail_from = path.sender
            await self.push("250 2.1.0 Ok")

    async def smtp_RCPT(self, arg: str | None) -> None:
        """Take a recipient if it is ours; the same one twice is one."""
        if not self.in_transaction:
            await self.push(_SEQUENCE)
            return
        recipients = self._transaction().rcpt_tos
        path = parse_rcpt(arg)
        refusal = NO_RELAY if path is None else self._door.hotline.refusal(path)
        if path is None or refusal is not None:
            await self._refuse(refusal or NO_RELAY)
        elif path not in recipients and len(recipients) >= self._door.limits.recipients:
            await self._refuse(_TOO_MANY_RECIPIENTS)
        else:
            if path not in recipients:
                recipients.append(path)
            await self.push("250 2.1.5 Ok")

    async def smtp_DATA(self, arg: str | None) -> None:
        """Read a message, commit it, and only then say that it is taken."""
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        if not self._transaction().rcpt_tos:
            await self.push(_SEQUENCE)
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        with self._door.budget.share() as share:
            try:
                async with asyncio.timeout(self._door.limits.data_seconds):
                    message = await read_message(
                        self._reader, self._door.limits.message_bytes, share, self._reset_timeout
                    )
            except TimeoutError:
                self.dismiss(_TOO_SLOW)
                return
            if isinstance(message, Dropped):
                await self._report_dropped(message.reason)
                return
            reply = await self._take(message, self._door.now())
        await self._end_transaction(reply)

    async def smtp_VRFY(self, arg: str | None) -> None:
        """Tell nothing (RFC 5321 section 7.3)."""
        await self.push("252 2.1.5 Cannot verify, but will take a message for this hot-line")

    async def smtp_EXPN(self, arg: str | None) -> None:
        """Tell nothing."""
        await self.push("502 5.5.1 Not implemented")

    async def smtp_AUTH(self, arg: str | None) -> None:
        """There is nothing here to log in for."""
        await self.push("502 5.5.1 Not implemented")

    async def smtp_HELP(self, arg: str | None) -> None:
        """Name the verbs."""
        await self.push("214 2.0.0 EHLO HELO MAIL RCPT DATA RSET NOOP VRFY QUIT")

    # From a message to its reply.

    # Methods, not properties: aiosmtpd looks at every attribute of a session while it is half built.

    def _transaction(self) -> Transaction:
        envelope = self.envelope
        assert envelope is not None
        return envelope

    async def _take(self, raw: bytes, received_at: datetime) -> str:
        """Commit a complete message; gives the reply."""
        if is_looping(raw):
            return _LOOP
        if is_empty(raw):
            return _EMPTY
        try:
            arrival = await self._arrival(raw, received_at)
            spooled = await self._door.committer.commit_async(arrival)
        except MailgateError as error:
            # The committer has told the journal why.
            return temporary_reply(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is not the sender's fault
            _log.error("a message from %s could not be committed", self._host, exc_info=error)
            return temporary_reply(error)
        self._replies = 0
        return f"250 2.0.0 Ok: taken as {spooled.id}"

    async def _arrival(self, raw: bytes, received_at: datetime) -> Arrival:
        envelope = Envelope(
            source="smtp",
            sender=self._transaction().mail_from,
            recipients=tuple(self._transaction().rcpt_tos),
            received_at=received_at,
            client=self._client(),
        )
        if len(raw) < _LARGE:
            return arrival_of(envelope, raw)
        return await asyncio.to_thread(arrival_of, envelope, raw)

    def _client(self) -> str:
        """The client's address and the name it calls itself, which proves nothing and may hold anything."""
        name = (self.session.host_name if self.session else None) or ""
        safe = "".join(sign for sign in name[:255] if sign.isprintable())
        return f"{self._host} ({safe})"

    async def _report_dropped(self, reason: Reason) -> None:
        if reason == "flood":
            maillog.rejected(client=self._host, reply="421 4.3.0 flood")
            self.dismiss("421 4.3.0 Far too much data, closing the connection")
            return
        too_large = _TOO_LARGE.format(limit=self._door.limits.message_bytes)
        await self._end_transaction(too_large if reason == "too large" else NO_SPACE)

    async def _end_transaction(self, reply: str) -> None:
        self._set_post_data_state()
        if not reply.startswith("2"):
            maillog.rejected(client=self._host, reply=reply)
        await self.push(reply)
        if self._door.closing:
            self.dismiss(STOPPING)

    async def _refuse(self, reply: str) -> None:
        maillog.rejected(client=self._host, reply=reply)
        await self.push(reply)


class _NoHooks:
    """aiosmtpd asks a handler for hooks; all that is special stands in the session."""


_NO_HOOKS = _NoHooks()
