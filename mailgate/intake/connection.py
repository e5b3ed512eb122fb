"""A connection to the IMAP server, logged in, and the two ways in which it can fail afterwards.

Every call of the library stands in ``conversation`` or ``request``, so that no other room meets its many errors.
"""

from __future__ import annotations

import logging
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from imaplib import IMAP4

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import LoginError, ProtocolError

from mailgate.intake.account import ImapAccount
from mailgate.login.credentials import GrantRefused, NoToken, Password, Proof
from mailgate.login.sasl import Exchange, complaint, exchange

_FAREWELL_SECONDS = 1
_BYE = re.compile(r"b(['\"])\* BYE (.*)\1")
_LITERAL_SLACK = 1 << 20
"""A server may write more than the part that was asked for; but no part of a mail is so much larger."""
_PORTION = 16_384
"""Bytes of a literal that are waited for at a time: on the slowest line that is still of use they come in a minute."""
_QUOTED_BYTES = re.compile(r":? *\(?b(['\"]).*", re.DOTALL)


# At its debug level the library writes every line of the conversation: whole letters.
logging.getLogger("imapclient").setLevel(logging.WARNING)
# It warns of each reply that is not ASCII, with the reply.
logging.getLogger("imapclient.util").setLevel(logging.ERROR)


class SessionLost(Exception):
    """The session is of no further use, for the reason in the text; a new one must be opened."""


class LoginRefused(SessionLost):
    """The server does not accept what we log in with: to try again soon may lock the account."""


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


def connect(account: ImapAccount, progress: Callable[[], None] = lambda: None) -> IMAPClient:
    """Connect, secure and log in; TLS and the certificate are as the account says or there is no connection.

    What to log in with is had first: without it there is no need to trouble the server.  ``progress`` is called again
    and again while a long literal comes.  Raises SessionLost, and its LoginRefused.
    """
    shown = _presented(account)
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
        _log_in(client, account, shown)
    except BaseException:
        hang_up(client)
        raise
    client.normalise_times = False
    _watch_literals(client, account.max_message_bytes + _LITERAL_SLACK, progress)
    return client


def _watch_literals(client: IMAPClient, most: int, progress: Callable[[], None]) -> None:
    """Let no literal into memory that is larger, and tell of progress: imaplib reads whatever size is announced, at once.

    Its ``read`` is there to be overridden, but IMAPClient takes no class of ours.
    """
    read = client._imap.read  # noqa: SLF001

    def bounded(size: int) -> bytes:
        if size > most:
            raise IMAP4.abort(f"the server sends {size} octets at once, and no more than {most} were asked for")
        literal = bytearray()
        while len(literal) < size and (portion := read(min(_PORTION, size - len(literal)))):
            literal += portion
            progress()
        return bytes(literal)

    client._imap.read = bounded  # noqa: SLF001


def _presented(account: ImapAccount) -> Proof:
    """What to log in with now; that there is nothing is no fault of the server's, but keeps us from it all the same."""
    try:
        return account.credentials.present()
    except GrantRefused as fault:
        raise LoginRefused(f"log-in: {fault}") from None
    except NoToken as fault:
        raise SessionLost(f"log-in: {fault}") from None


def _log_in(client: IMAPClient, account: ImapAccount, shown: Proof) -> None:
    try:
        _say(client, account, shown)
    except LoginRefused:
        # A token may have been withdrawn before its time; a newer one may do, on the same connection.
        if not account.credentials.was_refused(shown):
            raise
        _say(client, account, _presented(account))


def _say(client: IMAPClient, account: ImapAccount, shown: Proof) -> None:
    with conversation("log-in"):
        offered = {name[5:].decode("ascii", "replace") for name in client.capabilities() if name.startswith(b"AUTH=")}
        said = exchange(account.user, shown, offered, account.host, account.port)
        if said is not None:
            _say_by_sasl(client, said)
        elif isinstance(shown, Password):
            _say_by_login(client, account.user, shown.text)
        else:
            raise LoginRefused("log-in: the server offers neither XOAUTH2 nor OAUTHBEARER, it takes no OAuth2 tokens")


def _say_by_sasl(client: IMAPClient, said: Exchange) -> None:
    told: list[str | None] = []

    def answer(challenge: bytes) -> bytes:
        """The first challenge is empty: it only lets us begin.  A second one is a complaint."""
        told.append(complaint(challenge))
        return said.said if len(told) == 1 else said.after_complaint

    try:
        client.sasl_login(said.mechanism, answer)
    except LoginError as fault:
        raise _refusal(fault, told[-1] if told else None) from fault


def _say_by_login(client: IMAPClient, user: str, password: str) -> None:
    """LOGIN has no way to say what is not ASCII (RFC 3501 section 9)."""
    if client.has_capability("LOGINDISABLED"):
        raise LoginRefused("log-in: the server takes no password here (LOGINDISABLED); it may want TLS, or OAuth2")
    if not (user + password).isascii():
        raise LoginRefused("log-in: user or password is not ASCII, and the server does not offer AUTH=PLAIN")
    try:
        client.login(user, password)
    except LoginError as fault:
        raise _refusal(fault) from fault


def _refusal(fault: LoginError, told: str | None = None) -> SessionLost:
    """The library calls a cut connection a refused log-in, too; and RFC 5530 has a word for a server's bad moment."""
    reason = f"log-in: {_reason(fault)}" + (f" ({told})" if told else "")
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
