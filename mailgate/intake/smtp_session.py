"""One SMTP conversation: aiosmtpd's protocol machine with the verbs that matter written anew.

What is different from aiosmtpd: DATA with bounded memory, recipients by a short allow-list, a null sender, TLS that
begins with nothing said before it, log-in with a brake on guessing, and 250 only for what is on disk.
No header is added to a message: the sealed original is what the client sent, and where it came from stands in the
envelope.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

from mailgate import maillog
from mailgate.domain.mail import Envelope
from mailgate.intake.clients import counted_as
from mailgate.intake.doorkeeper import STOPPING
from mailgate.intake.login import LoginDesk
from mailgate.intake.smtp_auth import MECHANISMS, AuthRefused, read_credentials
from mailgate.intake.smtp_connection import AUTH_LENGTH, TOO_SLOW, SmtpConnection
from mailgate.intake.smtp_data import Dropped, Reason, read_message
from mailgate.intake.smtp_paths import NO_RELAY, parse_mail, parse_rcpt
from mailgate.intake.smtp_taking import take
from mailgate.intake.temporary import NO_SPACE

_TOO_LARGE = "552 5.3.4 The message is larger than {limit} bytes"
_ENOUGH_MAILS = "421 4.7.0 Enough mails for one connection, please connect again"
_TOO_MANY_MAILS = "450 4.7.1 Too many mails this minute, please come again later"
_TOO_MANY_RECIPIENTS = "452 4.5.3 Too many recipients"
_TOO_MANY_FAILURES = "421 4.7.0 Too many failed log-ins, please come again later"
_LINE_TOO_LONG = "500 5.5.6 The line is too long"
_BAD_LOGIN = "535 5.7.8 Authentication credentials invalid"
_LOGIN_NEEDED = "530 5.7.0 Authentication required"
_TLS_NEEDED = "538 5.7.11 Encryption required for authentication: begin with STARTTLS"
_SEQUENCE = "503 5.5.1 Bad sequence of commands"
_STRANGER = "421 4.7.0 This is not spoken here"

_LOGINS_PER_CONNECTION = 3


class SmtpSession(SmtpConnection):
    """The conversation with one client; shared state and limits are the doorkeeper's."""

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
        lines = [self.hostname, "PIPELINING", f"SIZE {self._door.limits.message_bytes}", "8BITMIME"]
        if self._door.access.certificate and not self._over_tls:
            lines.append("STARTTLS")
        if self._door.desk and self._over_tls:
            lines.append(f"AUTH {MECHANISMS}")
        await self.push("".join(f"250-{line}\r\n" for line in lines) + "250 SMTPUTF8")

    async def smtp_STARTTLS(self, arg: str | None) -> None:
        """Go on under TLS, as if the client had just come (RFC 3207)."""
        certificate = self._door.access.certificate
        transport = self.transport
        if arg:
            await self.push("501 5.5.4 Syntax: STARTTLS")
        elif self._over_tls:
            await self.push(_SEQUENCE)
        elif certificate is None or not isinstance(transport, asyncio.Transport):
            await self.push("454 4.7.0 TLS not available")
        else:
            # What a client, or somebody between us, sends before the handshake is not protected by it: it is dropped
            # here, or spoils the handshake, and is never read as a command (CVE-2024-34083 and its kin).
            transport.pause_reading()
            await self.push("220 2.0.0 Ready to start TLS")
            self._reader._buffer.clear()  # type: ignore[attr-defined]  # noqa: SLF001
            await self._begin_tls(certificate.current())

    async def smtp_AUTH(self, arg: str | None) -> None:
        """Let a client log in, under TLS only (RFC 4954)."""
        desk = self._door.desk
        if desk is None:
            await self.push("502 5.5.1 Not implemented")
        elif not self._over_tls:
            await self.push(_TLS_NEEDED)
        elif await self.check_helo_needed("EHLO"):
            return
        elif self._user is not None or self.in_transaction:
            await self.push(_SEQUENCE)
        elif not arg:
            await self.push("501 5.5.4 Syntax: AUTH mechanism")
        elif desk.is_closed_to(counted_as(self._host)):
            maillog.rejected(client=self._host, reply=_TOO_MANY_FAILURES)
            self.dismiss(_TOO_MANY_FAILURES)
        else:
            await self._log_in(arg, desk)

    async def _log_in(self, arg: str, desk: LoginDesk) -> None:
        try:
            credentials = await read_credentials(arg, self._challenge)
        except AuthRefused as refused:
            await self._refuse(str(refused))
            return
        if await desk.admits(credentials, counted_as(self._host)):
            self._user = credentials.name
            await self.push("235 2.7.0 Authentication successful")
            return
        self._failed_logins += 1
        await self._refuse(_BAD_LOGIN)
        if self._failed_logins >= _LOGINS_PER_CONNECTION:
            self.dismiss(_TOO_MANY_FAILURES)

    async def _challenge(self, text: str) -> bytes:
        await self.push(f"334 {text}")
        try:
            line = await self._reader.readuntil()
        except asyncio.LimitOverrunError:
            line = None
        if line is None or len(line) > AUTH_LENGTH:
            # Where such a line ends, and what is a command behind it, is not worth finding out.
            self.dismiss(_LINE_TOO_LONG)
            raise AuthRefused(_LINE_TOO_LONG)
        self._reset_timeout()
        return line

    async def smtp_PROXY(self, arg: str | None) -> None:
        """End it: a header of somebody who may send none, or another protocol that a browser was made to speak.

        What follows may be SMTP of an attacker's who stands behind them.
        """
        maillog.rejected(client=self._host, reply=_STRANGER)
        self.dismiss(_STRANGER)

    smtp_GET = smtp_POST = smtp_PUT = smtp_CONNECT = smtp_PROXY

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
        if self._door.access.login_required and self._user is None:
            await self._refuse(_LOGIN_NEEDED)
            return
        if self._mails >= self._door.limits.mails_per_connection:
            self.dismiss(_ENOUGH_MAILS)
            return
        path = parse_mail(arg)
        if isinstance(path, str):
            await self._refuse(path)
        elif path.size is not None and path.size > self._door.limits.message_bytes:
            await self._refuse(_TOO_LARGE.format(limit=self._door.limits.message_bytes))
        elif not self._door.count_mail(self._host):
            await self._refuse(_TOO_MANY_MAILS)
        else:
            self._mails += 1
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
                self.dismiss(TOO_SLOW)
                return
            if isinstance(message, Dropped):
                await self._report_dropped(message.reason)
                return
            reply = await take(self._envelope_at(self._door.now()), message, self._door.committer)
        if reply.startswith("250"):
            self._replies = self._errors = 0
            self.useful_at = self.loop.time()
        await self._end_transaction(reply)

    async def smtp_VRFY(self, arg: str | None) -> None:
        """Tell nothing (RFC 5321 section 7.3)."""
        await self.push("252 2.1.5 Cannot verify, but will take a message for this hot-line")

    async def smtp_EXPN(self, arg: str | None) -> None:
        """Tell nothing."""
        await self.push("502 5.5.1 Not implemented")

    async def smtp_HELP(self, arg: str | None) -> None:
        """Name the verbs."""
        await self.push("214 2.0.0 EHLO HELO STARTTLS AUTH MAIL RCPT DATA RSET NOOP VRFY QUIT")

    # From a message to its reply.

    def _envelope_at(self, received_at: datetime) -> Envelope:
        return Envelope(
            source="smtp",
            sender=self._transaction().mail_from,
            recipients=tuple(map(self._door.hotline.completed, self._transaction().rcpt_tos)),
            received_at=received_at,
            client=self._client(),
        )

    def _client(self) -> str:
        """The client's address and the name it calls itself, which proves nothing and may hold anything."""
        name = (self.session.host_name if self.session else None) or ""
        safe = name[:255] if name.isprintable() else "".join(filter(str.isprintable, name[:255]))
        user = "" if self._user is None else f", logged in as {self._user}"
        return f"{self._host} ({safe}){user}"

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
