"""The smarthost: reached, let in, and willing to take letters from our sender."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailgate.checkup import network
from mailgate.checkup.finding import Finding, or_well
from mailgate.config import Settings
from mailgate.delivery.outcome import is_log_in_refusal
from mailgate.delivery.smarthost import Access, Connection, Lost, Reply, Unreachable
from mailgate.domain.tokens import return_address
from mailgate.endpoints import Smarthost, is_this_machine
from mailgate.login.tokens import TokenSource

_PATIENCE_SECONDS = 15
_SETTING = "MAILGATE_SMARTHOST_URL"
_RIGHT = "check the user, and that the application, or whoever signed in, may send in this mailbox's name."
_NO_TOKEN = "a" * 24
"""Looks like a token and is none: the server sees the shape of a return address."""


def smarthost(settings: Settings, tokens: TokenSource | None) -> Iterator[Finding]:
    """Whether letters can leave.  A transaction is begun and dropped; nothing is sent."""
    server = settings.smarthost
    if isinstance(server, Path):
        yield Finding("smarthost", "warning", f"Letters are only put into {server}; set {_SETTING}.")
        return
    where = f"{server.host}:{server.port}"
    if _is_our_own(server, settings):
        cure = f"name the server that is to deliver letters in {_SETTING}."
        yield Finding("smarthost", "fault", f"{where} is our own receiver, so letters would come back to us: {cure}")
        return
    if wants_token(server) and tokens and tokens.standing().trouble:
        yield Finding("smarthost", "fault", f"{where} was not tried, for want of an OAuth2 token: see log-in.")
        return
    well = f"{where} lets us in and takes letters from {settings.hotline.address}."
    yield from or_well(_Try(server, settings, tokens, where).findings(), "smarthost", well)


def wants_token(server: Smarthost) -> bool:
    """Whether the log-in is by OAuth2."""
    return server.user is not None and server.password is None


def _is_our_own(server: Smarthost, settings: Settings) -> bool:
    """The receiver takes mail for the hot-line only, and would refuse every clerk's letter."""
    if settings.smtp_listen is None or server.port != settings.smtp_listen[1]:
        return False
    host = settings.smtp_listen[0]
    return server.host == host or (is_this_machine(server.host) and is_this_machine(host))


@dataclass(frozen=True)
class _Try:
    """One conversation with the smarthost."""

    server: Smarthost
    settings: Settings
    tokens: TokenSource | None
    where: str

    def findings(self) -> Iterator[Finding]:
        """What is wrong; nothing where all is well."""
        try:
            connection = Connection(self._access())
        except Unreachable as fault:
            yield Finding("smarthost", "fault", f"{self.where} does not let us in ({fault}): {self._kept_out(fault)}")
            return
        try:
            yield from self._judged(connection)
        except Lost as fault:
            cure = "try again, and ask whoever runs it where it happens again."
            yield Finding("smarthost", "fault", f"{self.where} breaks off the conversation ({fault}): {cure}")
        finally:
            connection.quit()

    def _access(self) -> Access:
        server = self.server
        return Access(
            server.host,
            server.port,
            server.tls,
            server.user,
            server.password,
            timeout=_PATIENCE_SECONDS,
            cafile=self.settings.tls_ca_file,
            local_name=self.settings.hotline.domain,
            tokens=self.tokens if server.password is None else None,
        )

    def _judged(self, connection: Connection) -> Iterator[Finding]:
        sender = self.settings.hotline.address
        reply = self._asked(connection, sender)
        if reply.deferred:
            cure = "try again later; letters are tried for five days."
            yield Finding("smarthost", "warning", f"{self.where} takes no letter now ({reply}): {cure}")
            return
        if is_log_in_refusal(str(reply)):
            yield Finding("smarthost", "fault", f"{self.where} does not know us ({reply}): {self._log_in()}")
            return
        if not reply.accepted:
            yield Finding("smarthost", "fault", f"{self.where} refuses our sender ({reply}): {self._cure()}")
            return
        if self.settings.reply_addresses:
            yield from self._tagged(connection, return_address(sender, _NO_TOKEN))
        yield from self._measured(connection)

    def _tagged(self, connection: Connection, sender: str) -> Iterator[Finding]:
        reply = self._asked(connection, sender)
        if not reply.refused:
            return
        name, _, domain = self.settings.hotline.address.partition("@")
        cure = (
            f"let it take {name}+anything@{domain} as a sender; until then letters go out from the plain address, and "
            "mail that comes back is known only by its content."
        )
        yield Finding(
            "smarthost", "warning", f"{self.where} refuses return addresses with a plus-tag ({reply}): {cure}"
        )

    def _measured(self, connection: Connection) -> Iterator[Finding]:
        """A clerk's mail goes on to the consultants with all its files."""
        most, ours = connection.most_octets, self.settings.max_message_bytes
        if most is not None and most < ours:
            cure = "raise that limit, or lower MAILGATE_MAX_MESSAGE_BYTES to it; `mailgate outbox list` shows what was refused."
            yield Finding(
                "smarthost",
                "warning",
                f"{self.where} takes letters of {most} bytes at most, and mail of up to {ours} bytes is taken from clerks, "
                f"which then reaches no consultant: {cure}",
            )

    def _asked(self, connection: Connection, sender: str) -> Reply:
        """What it says to MAIL, or to RCPT behind it: many servers refuse a sender only there (Postfix does)."""
        reply = connection.command(f"MAIL FROM:<{sender}>")
        if not reply.accepted:
            return reply
        consultants = self.settings.consultants or (self.settings.hotline,)
        answer = connection.command(f"RCPT TO:<{consultants[0].address}>")
        connection.command("RSET")
        return answer

    def _kept_out(self, fault: Unreachable) -> str:
        if is_log_in_refusal(str(fault)):
            return self._log_in()
        if "takes no password" in str(fault):
            return f"name the port for log-ins in {_SETTING} (587 is usual), or no user, where it wants none."
        return network.cure(fault, _SETTING) or self._cure()

    def _log_in(self) -> str:
        if wants_token(self.server):
            return _RIGHT
        if self.server.user is None:
            return f"it wants a log-in: write USER:PASSWORD@ into {_SETTING}."
        return (
            f"correct the user in {_SETTING}, and the password there (percent-encode @ : /) or in "
            "MAILGATE_SMARTHOST_PASSWORD."
        )

    def _cure(self) -> str:
        if wants_token(self.server):
            return _RIGHT
        sender = self.settings.hotline.address
        if self.server.user:
            return f"let {self.server.user} send as {sender} there, or correct MAILGATE_HOTLINE or {_SETTING}."
        return f"let that server take mail for everybody from this machine and {sender}, or correct {_SETTING}."
