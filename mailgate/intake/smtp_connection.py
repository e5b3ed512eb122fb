"""The connection of one SMTP client: who it is, its bounds, its replies, TLS, and its end.

aiosmtpd's protocol machine underneath; what the client may say stands in ``smtp_session``.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections import defaultdict
from typing import AnyStr

from aiosmtpd.smtp import SMTP
from aiosmtpd.smtp import Envelope as Transaction

from mailgate import maillog
from mailgate.intake.clients import is_among
from mailgate.intake.doorkeeper import TOO_MANY_CONNECTIONS, Doorkeeper
from mailgate.intake.proxy import NoProxyHeader, announced_client
from mailgate.intake.temporary import OUR_FAULT

TOO_SLOW = "421 4.4.2 Timeout, closing the connection"
_GARRULOUS = "421 4.7.0 Too many commands or errors without a message"

AUTH_LENGTH = 12288
"""RFC 4954 section 4.5.4 wants so much for a line of AUTH, in bytes."""
_COMMAND_LENGTH = 2048
_LAST_WORDS_SECONDS = 5.0
_HANDSHAKE_SECONDS = 30.0
_PROXY_SECONDS = 10.0

_log = logging.getLogger(__name__)


class SmtpConnection(SMTP):
    """The connection of one client; shared state and limits are the doorkeeper's."""

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
        self.command_size_limits = defaultdict(lambda: _COMMAND_LENGTH, AUTH=AUTH_LENGTH)
        # As long as this is true, aiosmtpd answers 530 to all but NOOP, EHLO, STARTTLS and QUIT (RFC 3207 section 4).
        self.require_starttls = door.access.tls_required
        self._door = door
        self.useful_at = loop.time()
        self._silent_until = 0.0
        self._wire: asyncio.Transport | None = None
        self._host = "unknown"
        self._over_tls = False
        self._user: str | None = None
        self._dismissed = False
        self._refusal: str | None = None
        self._replies = 0
        self._errors = 0
        self._mails = 0
        self._failed_logins = 0

    @property
    def in_transaction(self) -> bool:
        """True from MAIL until the reply to the end of data."""
        return self.envelope is not None and self.envelope.mail_from is not None

    def give_way(self) -> None:
        """Send the client home for somebody else to come in."""
        maillog.rejected(client=self._host, reply=TOO_MANY_CONNECTIONS)
        self.dismiss(TOO_MANY_CONNECTIONS)

    def dismiss(self, reply: str) -> None:
        """Say the reply and close; a client that does not read it is cut off after some seconds.

        What the client has sent already, and we have not read, is not answered any more.
        """
        transport = self.transport
        if self._dismissed or not isinstance(transport, asyncio.Transport):
            return
        if not transport.is_closing():
            transport.write(reply.encode() + b"\r\n")
            transport.close()
        self.loop.call_later(_LAST_WORDS_SECONDS, self.abort)
        self._end_dialogue()

    def abort(self) -> None:
        """Close without a word."""
        # Below TLS, for asyncio's TLS transport no longer listens once it was told to close.
        if self._wire is not None:
            self._wire.abort()
        self._end_dialogue()

    def _end_dialogue(self) -> None:
        self._dismissed = True
        if self._handler_coroutine is not None:
            self._handler_coroutine.cancel()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count the client in; what to say to it follows in ``_handle_client``."""
        super().connection_made(transport)
        assert isinstance(transport, asyncio.Transport)
        self._wire = transport
        peer = transport.get_extra_info("peername")
        self._host = str(peer[0]) if peer else "local"
        self._refusal = self._door.enter(self, None if self._is_proxy() else self._host)

    def connection_lost(self, error: Exception | None) -> None:
        """Count the client out.  A commit that runs ends well all the same."""
        if self.transport is None:
            return
        self._door.leave(self)
        super().connection_lost(error)

    def eof_received(self) -> bool:
        """A client may close its half when it has said all: what it said is still done and answered.

        aiosmtpd would cancel the session here, also in the middle of a commit.
        """
        asyncio.StreamReaderProtocol.eof_received(self)
        # Under TLS a connection has no halves.
        return not self._over_tls

    def _reset_timeout(self, duration: float | None = None) -> None:
        """The client may be silent for so many seconds from now on.

        aiosmtpd makes a timer for every command, and the loop sorts them all.  Here one timer runs, which looks at its
        end how long the client has been silent; only a shorter patience needs another.
        """
        self._silent_until = self.loop.time() + (duration or self._timeout_duration)
        timer = self._timeout_handle
        if timer is None or timer.when() > self._silent_until:
            self._await_silence()

    def _await_silence(self) -> None:
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()
        self._timeout_handle = self.loop.call_at(self._silent_until, self._timeout_cb)

    def _timeout_cb(self) -> None:
        if self.loop.time() < self._silent_until:
            self._await_silence()
        else:
            self.dismiss(TOO_SLOW)

    async def _handle_client(self) -> None:
        try:
            refusal = self._refusal or await self._introduce()
            if refusal is not None:
                maillog.rejected(client=self._host, reply=refusal)
                self.dismiss(refusal)
                return
            await super()._handle_client()
        except NoProxyHeader as fault:
            # Not a word: whoever stands behind that proxy is unknown (proxy-protocol.txt section 2).
            maillog.rejected(client=self._host, reply=str(fault))
            self.abort()
        except ConnectionError:
            # The client went away between two commands, which is its right.
            _log.debug("connection to %s lost", self._host)

    async def _introduce(self) -> str | None:
        """Learn who calls where a proxy stands before us; gives the reply that refuses the client."""
        if not self._is_proxy():
            return None
        self._reset_timeout(min(_PROXY_SECONDS, self._door.limits.idle_seconds))
        self._host = await announced_client(self._reader) or self._host
        self._reset_timeout()
        return self._door.introduce(self, self._host)

    def _is_proxy(self) -> bool:
        return is_among(self._host, self._door.access.proxies)

    async def push(self, status: AnyStr) -> None:
        """Send a reply, unless the client has had too many without bringing a mail."""
        if self._dismissed:
            # Nothing else would give way to the end: aiosmtpd's loop goes on with what it has read.
            await asyncio.sleep(0)
            return
        limits = self._door.limits
        self._replies += 1
        self._errors += status[:1] in ("5", b"5")
        if self._replies > limits.replies_per_mail or self._errors > limits.errors_per_mail:
            maillog.rejected(client=self._host, reply=_GARRULOUS)
            self.dismiss(_GARRULOUS)
            return
        reply = status if isinstance(status, bytes) else status.encode()
        self._writer.write(reply + b"\r\n")
        await self._writer.drain()

    async def handle_exception(self, error: Exception) -> str:
        """A fault of ours: the transaction is void, the reply temporary, and the details are ours alone."""
        self._set_rset_state()
        if isinstance(error, asyncio.IncompleteReadError):
            # The end of what a client had to say that closed its half.
            self.abort()
        else:
            _log.error("SMTP session with %s failed", self._host, exc_info=error)
            maillog.intake_failed(source="smtp", reason=type(error).__name__)
        return OUR_FAULT

    def _set_rset_state(self) -> None:
        self.envelope = Transaction()

    def _set_post_data_state(self) -> None:
        self.envelope = Transaction()

    # Methods, not properties: aiosmtpd looks at every attribute of a session while it is half built.

    def _transaction(self) -> Transaction:
        envelope = self.envelope
        assert envelope is not None
        return envelope

    async def _begin_tls(self, context: ssl.SSLContext) -> None:
        """The handshake; after it the client is as one that has just come, and must say EHLO again."""
        try:
            await self._writer.start_tls(context, ssl_handshake_timeout=_HANDSHAKE_SECONDS)
        except BaseException as error:
            # Before the end of the handshake asyncio tells nobody that a connection is lost.
            self.abort()
            self.connection_lost(None)
            if not isinstance(error, Exception):
                raise
            # A handshake fails in many ways (ssl.SSLError, OSError; AttributeError where the client is gone), and
            # none of them is our trouble.
            maillog.rejected(client=self._host, reply=f"TLS handshake failed: {type(error).__name__}")
            return
        self._over_tls = True
        self.require_starttls = False
        self.transport = self._writer.transport
        self.session = self._create_session()
        self._set_rset_state()
        self._reset_timeout()

    async def _refuse(self, reply: str) -> None:
        maillog.rejected(client=self._host, reply=reply)
        await self.push(reply)


class _NoHooks:
    """aiosmtpd asks a handler for hooks; all that is special stands in the session."""


_NO_HOOKS = _NoHooks()
