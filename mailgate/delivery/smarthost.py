"""One SMTP connection to the smarthost: how it is made, secured, and what was lost when it breaks."""

from __future__ import annotations

import base64
import contextlib
import hmac
import re
import smtplib
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import assert_never

from mailgate.delivery.clean import shortened
from mailgate.delivery.strictsmtp import StrictSmtp, StrictSmtpSsl
from mailgate.endpoints import Tls
from mailgate.login.credentials import Credentials, NoToken, Password, Proof, credentials_of
from mailgate.login.sasl import Exchange, complaint, exchange

_LINE_START_DOT = re.compile(rb"^\.", re.MULTILINE)
_SIZE = re.compile(r"[0-9]{1,20}")
"""RFC 1870 section 3; int() takes digits of any script, and stumbles over some."""
_LONGEST_REPLY = 400
_LONGEST_COMMAND = 512
"""Octets of a command line with its end (RFC 5321 section 4.5.3.1.4)."""
_GO_ON = 334


class Unreachable(Exception):
    """The smarthost cannot serve, or not us: the text says why, fit for the register and the journal."""


class Lost(Exception):
    """The connection broke in the middle of a conversation."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's answer."""

    code: int
    text: str

    @property
    def accepted(self) -> bool:
        """2xx."""
        return 200 <= self.code <= 299

    @property
    def refused(self) -> bool:
        """5xx."""
        return 500 <= self.code <= 599

    @property
    def deferred(self) -> bool:
        """4xx."""
        return 400 <= self.code <= 499

    def __str__(self) -> str:
        return shortened(f"{self.code} {self.text}", _LONGEST_REPLY)


@dataclass(frozen=True)
class Access:
    """Where the smarthost is and how to get in.

    ``timeout`` is in seconds, for each whole answer; ``final_timeout`` for the one after the content, for which RFC 5321
    section 4.5.3.2.6 wants ten minutes: giving up early makes an outcome uncertain.  ``cafile`` names the certificate
    authority where it is not one of the system's.
    """

    host: str
    port: int
    tls: Tls
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: float = 60.0
    final_timeout: float = 600.0
    cafile: Path | None = None
    local_name: str | None = None
    tokens: Credentials | None = field(default=None, repr=False)
    """Where set, what to log in by in place of a password."""

    @property
    def credentials(self) -> Credentials:
        """What to present at each log-in."""
        return credentials_of(self.password, self.tokens)

    @cached_property
    def name(self) -> str:
        """What we call ourselves in EHLO; looked up once, for a name server may take seconds."""
        return self.local_name or socket.getfqdn()

    def context(self) -> ssl.SSLContext:
        """Certificates and names are always checked; there is no way around."""
        return ssl.create_default_context(cafile=str(self.cafile) if self.cafile else None)


class Connection:
    """A connection that is open, secured as asked for, and logged in."""

    def __init__(self, access: Access) -> None:
        """Connect.  Raises Unreachable for whatever prevents it, a 5xx included: that is our trouble."""
        self._access = access
        self._smtp: StrictSmtp | None = None
        with _unreachable():
            # Without anything to log in with there is no need to trouble the server.
            shown = access.credentials.present() if access.user is not None else None
            try:
                self._smtp = smtp = _connected(access)
                # The end of the content goes out apart from the content; it must not wait for the other side's ACK.
                _socket(smtp).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                _greet(smtp)
                if access.tls == "starttls":
                    smtp.starttls(context=access.context())
                    _greet(smtp)
                if access.user is not None and shown is not None:
                    _log_in(smtp, access, access.user, shown)
            except BaseException:
                self.close()
                raise

    def offers(self, extension: str) -> str | None:
        """The parameters of an ESMTP extension ("" where it has none), or None where it is not offered."""
        smtp = self._open()
        return smtp.esmtp_features.get(extension, "") if smtp.has_extn(extension) else None

    @property
    def most_octets(self) -> int | None:
        """Of a letter, as the server says it (RFC 1870); None where it names no limit."""
        limit = self.offers("size")
        return (int(limit) or None) if limit and _SIZE.fullmatch(limit) else None

    def command(self, line: str) -> Reply:
        """Send one command and read the answer.  Raises Lost."""
        smtp = self._open()
        smtp.command_encoding = "utf-8"
        with _lost():
            smtp.putcmd(line)
            return _reply(smtp)

    def send_content(self, content: bytes) -> None:
        """Send the content without its end: the server cannot take the letter before that.  Raises Lost.

        Whatever the server says in the midst of it is no verdict, and would be taken for one.
        """
        stuffed = _LINE_START_DOT.sub(b"..", content)
        smtp = self._open()
        with _lost():
            _socket(smtp).sendall(stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n")
            smtp.require_silence()

    def end_content(self) -> Reply:
        """Send the final dot and read the verdict.  Raises Lost: then nobody knows whether it was taken."""
        smtp = self._open()
        with _lost():
            _socket(smtp).sendall(b".\r\n")
            smtp.patience = self._access.final_timeout
            reply = _reply(smtp)
            smtp.patience = None
        return reply

    def quit(self) -> None:
        """Take leave politely, for a second at most, and close."""
        if self._smtp is not None and self._smtp.sock is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._smtp.patience = 1.0
                self._smtp.docmd("QUIT")
        self.close()

    def close(self) -> None:
        """Close without a word."""
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def _open(self) -> StrictSmtp:
        if self._smtp is None or self._smtp.sock is None:
            raise Lost("the connection is closed")
        return self._smtp


def _connected(access: Access) -> StrictSmtp:
    match access.tls:
        case "implicit":
            return StrictSmtpSsl(
                access.host, access.port, access.name, timeout=access.timeout, context=access.context()
            )
        case "starttls" | "none":
            return StrictSmtp(access.host, access.port, access.name, timeout=access.timeout)
        case _:
            assert_never(access.tls)


def _greet(smtp: smtplib.SMTP) -> None:
    """EHLO, or HELO for a server that knows no other."""
    code, _ = smtp.ehlo()
    if code // 100 == 5:
        code, _ = smtp.helo()
    if code // 100 != 2:
        raise smtplib.SMTPHeloError(code, b"the greeting was refused")


def _log_in(smtp: smtplib.SMTP, access: Access, user: str, shown: Proof) -> None:
    """Log in with what is shown, and with a newer token where there is one.  Raises Unreachable, and what smtplib does.

    Not by smtplib's own ``login``: it knows ASCII alone, and tries a wrong password by one mechanism after the other.
    """
    credentials = access.credentials
    reply, told = _said(smtp, access, user, shown)
    if reply.refused and credentials.was_refused(shown):
        reply, told = _said(smtp, access, user, credentials.present())
    if not reply.accepted:
        raise Unreachable(f"{reply} ({told})" if told else str(reply))


def _said(smtp: smtplib.SMTP, access: Access, user: str, shown: Proof) -> tuple[Reply, str | None]:
    """The server's verdict, and its complaint of a token where it explains itself."""
    offered = set(smtp.esmtp_features.get("auth", "").upper().split())
    said = exchange(user, shown, offered, access.host, access.port)
    if said is not None:
        return _said_by_sasl(smtp, said)
    if isinstance(shown, Password):
        return _said_by_older_means(smtp, user.encode(), shown.text.encode(), offered), None
    raise Unreachable("the smarthost offers neither XOAUTH2 nor OAUTHBEARER: it takes no OAuth2 tokens here")


def _said_by_sasl(smtp: smtplib.SMTP, said: Exchange) -> tuple[Reply, str | None]:
    """What does not fit into a command line is said after the server's 334 (RFC 4954 section 4)."""
    first = _base64(said.said)
    if len(f"AUTH {said.mechanism} {first}\r\n") <= _LONGEST_COMMAND:
        reply = _command(smtp, f"AUTH {said.mechanism} {first}")
    else:
        reply = _command(smtp, f"AUTH {said.mechanism}")
        reply = _command(smtp, first) if reply.code == _GO_ON else reply
    if reply.code != _GO_ON:
        return reply, None
    return _command(smtp, _base64(said.after_complaint)), complaint(_decoded(reply.text))


def _said_by_older_means(smtp: smtplib.SMTP, user: bytes, password: bytes, offered: set[str]) -> Reply:
    """Where there is no PLAIN: LOGIN, which old Exchange has, and CRAM-MD5 (RFC 2195)."""
    if "LOGIN" in offered:
        reply = _command(smtp, "AUTH LOGIN")
        for answer in (user, password):
            reply = _command(smtp, _base64(answer)) if reply.code == _GO_ON else reply
        return reply
    if "CRAM-MD5" in offered:
        reply = _command(smtp, "AUTH CRAM-MD5")
        digest = hmac.new(password, _decoded(reply.text), "md5").hexdigest().encode()
        return _command(smtp, _base64(user + b" " + digest)) if reply.code == _GO_ON else reply
    raise Unreachable("the smarthost takes no password here: it offers none of PLAIN, LOGIN and CRAM-MD5")


def _command(smtp: smtplib.SMTP, line: str) -> Reply:
    smtp.putcmd(line)
    return _reply(smtp)


def _base64(text: bytes) -> str:
    return base64.b64encode(text).decode("ascii")


def _decoded(challenge: str) -> bytes:
    try:
        return base64.b64decode(challenge, validate=True)
    except ValueError:
        return b""


def _socket(smtp: smtplib.SMTP) -> socket.socket:
    if smtp.sock is None:
        raise smtplib.SMTPServerDisconnected("the connection is closed")
    return smtp.sock


def _reply(smtp: smtplib.SMTP) -> Reply:
    code, text = smtp.getreply()
    return Reply(code, text.decode("utf-8", "replace"))


@contextlib.contextmanager
def _unreachable() -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPResponseException as error:
        words = error.smtp_error if isinstance(error.smtp_error, str) else error.smtp_error.decode("utf-8", "replace")
        raise Unreachable(shortened(f"{error.smtp_code} {words}", _LONGEST_REPLY)) from error
    except ssl.SSLCertVerificationError as error:
        raise Unreachable(f"the smarthost's certificate is not trusted: {error.verify_message}") from error
    except NoToken as error:
        raise Unreachable(str(error)) from None
    except (OSError, smtplib.SMTPException) as error:
        raise Unreachable(shortened(f"no connection: {_named(error)}", _LONGEST_REPLY)) from error


@contextlib.contextmanager
def _lost() -> Iterator[None]:
    try:
        yield
    except (OSError, smtplib.SMTPException) as error:
        raise Lost(shortened(f"connection lost: {_named(error)}", _LONGEST_REPLY)) from error


def _named(error: OSError | smtplib.SMTPException) -> str:
    """The class and the text of an error that is no server's reply; both are the system's and smtplib's own words."""
    return f"{type(error).__name__}: {error}"
