"""A connection to the IMAP server, logged in, and the two ways in which it can fail afterwards.

Every call of the library stands in ``conversation`` or ``request``, so that no other room meets its many errors.
"""

from __future__ import annotations

import logging
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from imaplib import IMAP4

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import LoginError, ProtocolError

from mailgate.intake.account import ImapAccount

_FAREWELL_SECONDS = 1
_BYE = re.compile(r"b(['\"])\* BYE (.*)\1")
_QUOTED_BYTES = re.compile(r":? *\(?b(['\"]).*", re.DOTALL)


# At its debug level the library writes every line of the conversation: whole letters.
logging.getLogger("imapclient").setLevel(logging.WARNING)


class SessionLost(Exception):
    """The session is of no further use, for the reason in the text; a new one must be opened."""


class LoginRefused(SessionLost):
    """The server does not accept user and password: to try again soon may lock the account."""


class ServerRefused(Exception):
    """The server said no to one request, or its reply cannot be read; the session goes on."""


@contextmanager
def conversation(doing: str) -> Iterator[None]:
    """Whatever goes wrong inside ends the session: raises SessionLost."""
    try:
        with request(doing):
            yield
    except ServerRefused as fault:
        raise SessionLost(str(fault)) from fault


@contextmanager
def request(doing: str) -> Iterator[None]:
    """A refusal inside raises ServerRefused, a lost connection SessionLost."""
    try:
        yield
    except (SessionLost, ServerRefused):
        raise
    except IMAP4.readonly as fault:
        # imaplib derives it from abort, though the connection is in order.
        raise ServerRefused(f"{doing}: {_reason(fault)}") from fault
    except (IMAP4.abort, OSError) as fault:
        raise SessionLost(f"{doing}: {_reason(fault)}") from fault
    except Exception as fault:
        # The parsers of the libraries raise ValueError, TypeError, RecursionError and others on strange replies.
        raise ServerRefused(f"{doing}: {_reason(fault)}") from fault


def _reason(fault: BaseException) -> str:
    """The library's words without what it quotes of the reply, which may be somebody's letter."""
    if isinstance(fault, ProtocolError) or not isinstance(fault, (IMAP4.error, OSError)):
        return f"the server's reply cannot be read ({type(fault).__name__})"
    bye = _BYE.search(str(fault))
    said = f"BYE {bye[2]}" if bye else _QUOTED_BYTES.sub("", str(fault)).strip()
    return " ".join(said.split())[:200] or type(fault).__name__


def connect(account: ImapAccount) -> IMAPClient:
    """Connect, secure and log in; TLS and the certificate are as the account says or there is no connection.

    Raises SessionLost, and its LoginRefused.
    """
    with conversation("connecting"):
        context = ssl.create_default_context(cafile=account.cafile)
        client = IMAPClient(
            account.host,
            account.port,
            ssl=account.tls == "implicit",
            ssl_context=context,
            timeout=SocketTimeout(account.connect_seconds, account.read_seconds),
        )
    try:
        if account.tls == "starttls":
            with conversation("STARTTLS"):
                client.starttls(context)
        _log_in(client, account)
    except BaseException:
        hang_up(client)
        raise
    client.normalise_times = False
    return client


def _log_in(client: IMAPClient, account: ImapAccount) -> None:
    with conversation("log-in"):
        try:
            # LOGIN has no way to say a password that is not ASCII; SASL PLAIN is UTF-8 (RFC 4616).
            if client.has_capability("AUTH=PLAIN"):
                client.plain_login(account.user, account.password)
            elif not (account.user + account.password).isascii():
                raise LoginRefused("log-in: user or password is not ASCII, and the server does not offer AUTH=PLAIN")
            else:
                client.login(account.user, account.password)
        except LoginError as fault:
            raise _refusal(fault) from fault


def _refusal(fault: LoginError) -> SessionLost:
    """The library calls a cut connection a refused log-in, too; and RFC 5530 has a word for a server's bad moment."""
    reason = f"log-in: {_reason(fault)}"
    if isinstance(fault.__context__, IMAP4.abort) or "[UNAVAILABLE]" in reason:
        return SessionLost(reason)
    return LoginRefused(reason)


def farewell(client: IMAPClient) -> None:
    """Log out politely from a session that works; a server that does not answer is not waited for."""
    with suppress(Exception):
        client.socket().settimeout(_FAREWELL_SECONDS)
        client.logout()
    hang_up(client)


def hang_up(client: IMAPClient) -> None:
    """Close the connection as it is."""
    with suppress(Exception):
        client.shutdown()
