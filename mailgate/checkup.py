"""What an administrator should know before trusting the installation: one check a part, each with its cure.

A check returns its finding as a value; it changes nothing, sends nothing and takes no mail.
"""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mailgate.config import Settings, Smarthost
from mailgate.daemon import LOCK_NAME, imap_account, smtp_access, token_source
from mailgate.delivery.smarthost import Access, Connection, Reply, Unreachable
from mailgate.errors import MailgateError
from mailgate.intake.clients import is_among

if TYPE_CHECKING:
    from mailgate.login.tokens import TokenSource
    from mailgate.register.overview import Overview

_PATIENCE_SECONDS = 5.0
Level = Literal["ok", "warning", "fault"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one part; ``text`` is a sentence, with the cure where something is wrong."""

    part: str
    level: Level
    text: str


def examine(settings: Settings, now: datetime) -> Iterator[Finding]:
    """All checks, in the order of a mail's way; each finding is given as soon as it is made."""
    from mailgate import logincheckup

    tokens = token_source(settings)
    checks: tuple[tuple[str, Callable[[], Finding]], ...] = (
        ("secrets", lambda: logincheckup.secrets(settings)),
        ("storage", lambda: _storage(settings.storage)),
        ("database", lambda: _database(settings)),
        ("receiver", lambda: _receiver(settings)),
        ("log-in", lambda: logincheckup.tokens(tokens, now)),
        ("mailbox", lambda: _mailbox(settings, tokens)),
        ("smarthost", lambda: _smarthost(settings, tokens)),
        ("consultants", lambda: _consultants(settings)),
        ("templates", lambda: _templates(settings)),
        ("calendar", lambda: _calendar(settings, now)),
    )
    for part, check in checks:
        try:
            yield check()
        except MailgateError as fault:
            yield Finding(part, "fault", str(fault))
    # What is wrong with the database was said above.
    with suppress(MailgateError):
        yield from _what_waits(settings, now)


def daemon_runs(storage: Path) -> bool:
    """Whether a daemon holds the storage folder; the kernel knows, whatever became of the process."""
    try:
        file = (storage / LOCK_NAME).open("rb")
    except OSError:
        return False
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


def _storage(folder: Path) -> Finding:
    if not folder.is_dir():
        return Finding("storage", "warning", f"{folder} is not there yet; the first start makes it.")
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as fault:
        cure = "give the user of the service the right to write there, or set MAILGATE_STORAGE."
        return Finding("storage", "fault", f"{folder} cannot be written ({fault.strerror}): {cure}")
    space = os.statvfs(folder)
    free = space.f_bavail * space.f_frsize
    if free < 1 << 30:
        return Finding(
            "storage", "fault", f"{folder} has only {free >> 20} MiB left: make room before mail is refused."
        )
    return Finding("storage", "ok", f"{folder} can be written and has {free >> 30} GiB free.")


def _database(settings: Settings) -> Finding:
    from mailgate.register.database import ensure_current, open_database

    if settings.database_file and not settings.database_file.exists():
        return Finding("database", "warning", f"{settings.database_file} is not there yet; the first start makes it.")
    engine = open_database(settings.database_url)
    try:
        ensure_current(engine)
    finally:
        engine.dispose()
    return Finding("database", "ok", f"The register answers ({engine.dialect.name}) and fits this program.")


def _receiver(settings: Settings) -> Finding:
    if settings.smtp_listen is None:
        if settings.mailbox is None:
            cure = "set MAILGATE_SMTP_LISTEN or MAILGATE_IMAP_URL."
            return Finding(
                "receiver", "fault", f"Neither SMTP nor a mailbox is configured, so no mail comes in: {cure}"
            )
        return Finding("receiver", "ok", "Mail by SMTP is switched off; it comes from the mailbox.")
    host, port = settings.smtp_listen
    # A certificate or a list of users that cannot be used is a fault that names its cure.
    smtp_access(settings.smtp)
    if daemon_runs(settings.storage):
        return _running_receiver(settings, host, port)
    fault = _cannot_listen(host, port)
    if fault is None:
        return Finding("receiver", "ok", f"Mail for {settings.hotline.address} can be taken by SMTP on {host}:{port}.")
    taken = fault.errno == errno.EADDRINUSE
    cure = "stop the program that uses it, or name another port" if taken else "name an address and a port of our own"
    reason = fault.strerror or fault
    return Finding("receiver", "fault", f"MAILGATE_SMTP_LISTEN: {host}:{port} cannot be had ({reason}): {cure}.")


def _running_receiver(settings: Settings, host: str, port: int) -> Finding:
    """The port of our own daemon, which was perhaps started with other settings than these."""
    try:
        with socket.create_connection((host, port), timeout=_PATIENCE_SECONDS) as connection:
            if is_among(connection.getsockname()[0], settings.smtp.proxies):
                # This machine is named as a proxy, which speaks first; now it speaks for itself.
                connection.sendall(b"PROXY UNKNOWN\r\n")
            greeted = connection.recv(3) == b"220"
    except OSError:
        greeted = False
    if greeted:
        return Finding("receiver", "ok", f"Mail for {settings.hotline.address} is taken by SMTP on {host}:{port}.")
    cure = "restart it, so that it takes up the present settings."
    return Finding("receiver", "warning", f"The daemon runs and does not take mail on {host}:{port}: {cure}")


def _cannot_listen(host: str, port: int) -> OSError | None:
    """What would keep the receiver from listening there, or None."""
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        ):
            with socket.socket(family, kind, protocol) as probe:
                # As asyncio's servers do: a connection that was closed a moment ago is in nobody's way.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
    except OSError as fault:
        return fault
    return None


def _mailbox(settings: Settings, tokens: TokenSource | None) -> Finding:
    from mailgate.intake.connection import LoginRefused, SessionLost, connect, farewell

    if settings.mailbox is None:
        return Finding("mailbox", "ok", "No mailbox is configured.")
    account = imap_account(settings, settings.mailbox, tokens)
    if account.tokens and tokens and tokens.standing().trouble:
        return Finding("mailbox", "fault", f"{account.host} was not tried, for want of an OAuth2 token: see log-in.")
    try:
        client = connect(account)
    except LoginRefused as fault:
        cure = (
            "give the application, or whoever signed in, the right to this mailbox, and check the user."
            if account.tokens
            else "correct user and password in MAILGATE_IMAP_URL (percent-encode @ : /); Microsoft 365 wants OAuth2."
        )
        return Finding("mailbox", "fault", f"{account.host} refuses the log-in ({fault}): {cure}")
    except SessionLost as fault:
        cure = "check host, port and TLS in MAILGATE_IMAP_URL, and MAILGATE_TLS_CA_FILE for a certificate of your own."
        return Finding("mailbox", "fault", f"{account.host} cannot be reached ({fault}): {cure}")
    try:
        there, moves = client.folder_exists(account.folder), client.has_capability("MOVE")
    except Exception as fault:  # noqa: BLE001  # The library's parsers raise whatever a strange server provokes.
        return Finding("mailbox", "fault", f"{account.host} answers strangely ({type(fault).__name__}).")
    finally:
        farewell(client)
    if not there:
        cure = "correct the folder at the end of MAILGATE_IMAP_URL, or make it."
        return Finding("mailbox", "fault", f"{account.host} has no folder {account.folder}: {cure}")
    if not moves:
        return Finding("mailbox", "warning", f"{account.host} cannot MOVE; taken mail is copied or marked instead.")
    return Finding("mailbox", "ok", f"{account.host} lets us in; {account.folder} is there.")


def _smarthost(settings: Settings, tokens: TokenSource | None) -> Finding:
    smarthost = settings.smarthost
    if isinstance(smarthost, Path):
        return Finding("smarthost", "warning", f"Letters are only put into {smarthost}; set MAILGATE_SMARTHOST_URL.")
    where = f"{smarthost.host}:{smarthost.port}"
    if _wants_token(smarthost) and tokens and tokens.standing().trouble:
        return Finding("smarthost", "fault", f"{where} was not tried, for want of an OAuth2 token: see log-in.")
    try:
        reply = _try_sender(smarthost, settings, tokens)
    except Unreachable as fault:
        return Finding("smarthost", "fault", f"{where} does not let us in ({fault}): {_cure(smarthost)}")
    if not reply.accepted:
        return Finding("smarthost", "fault", f"{where} refuses our sender ({reply}): {_cure(smarthost)}")
    return Finding("smarthost", "ok", f"{where} lets us in and takes letters from {settings.hotline.address}.")


def _wants_token(smarthost: Smarthost) -> bool:
    return smarthost.user is not None and smarthost.password is None


def _try_sender(smarthost: Smarthost, settings: Settings, tokens: TokenSource | None) -> Reply:
    """What the server says to our sender address; the transaction is then dropped."""
    connection = Connection(
        Access(
            smarthost.host,
            smarthost.port,
            smarthost.tls,
            smarthost.user,
            smarthost.password,
            timeout=15,
            cafile=settings.tls_ca_file,
            local_name=settings.hotline.domain,
            tokens=tokens if smarthost.password is None else None,
        )
    )
    try:
        return connection.command(f"MAIL FROM:<{settings.hotline.address}>")
    finally:
        connection.quit()


def _cure(smarthost: Smarthost) -> str:
    if _wants_token(smarthost):
        return "check the user, and that the application, or whoever signed in, may send in this mailbox's name."
    if smarthost.user:
        return "check MAILGATE_SMARTHOST_URL: host, port, TLS, user and password (percent-encode @ : /)."
    return "check MAILGATE_SMARTHOST_URL, and that the server may relay for this machine."


def _consultants(settings: Settings) -> Finding:
    if not settings.consultants:
        cure = "set MAILGATE_CONSULTANTS=Name <address>, ..."
        return Finding("consultants", "fault", f"Nobody is asked to answer questions: {cure}")
    if any(consultant.key == settings.hotline.key for consultant in settings.consultants):
        return Finding("consultants", "fault", "The hot-line's own address is among MAILGATE_CONSULTANTS: remove it.")
    names = ", ".join(consultant.address for consultant in settings.consultants)
    return Finding("consultants", "ok", f"Questions go to {names}.")


def _templates(settings: Settings) -> Finding:
    from mailgate.delivery.specimen import render_all

    count = render_all(settings.hotline, [settings.templates] if settings.templates else [])
    return Finding("templates", "ok", f"All {count} letters can be written.")


def _calendar(settings: Settings, now: datetime) -> Finding:
    deadline = settings.calendar.deadline(now)
    return Finding(
        "calendar",
        "ok",
        f"A question received now counts from {deadline.counted_from:%Y-%m-%d %H:%M} "
        f"and is acknowledged until {deadline.acknowledge_by:%Y-%m-%d %H:%M}.",
    )


def _what_waits(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Letters and mails that go no further without a person.  Raises what the database raises."""
    from mailgate.register.database import open_database, reading
    from mailgate.register.overview import overview

    if settings.database_file and not settings.database_file.exists():
        return
    engine = open_database(settings.database_url)
    try:
        with reading(engine) as session:
            stands = overview(session, now)
    finally:
        engine.dispose()
    yield from _stuck_letters(stands)
    yield from _set_aside(stands)


def _stuck_letters(stands: Overview) -> Iterator[Finding]:
    uncertain, refused = stands.letters["uncertain"], stands.letters["refused"]
    if uncertain:
        look = "look into the smarthost's log, then `mailgate outbox list --state uncertain` and `outbox settle`."
        yield Finding("outbox", "warning", f"{uncertain} letters are uncertain, perhaps they arrived: {look}")
    if refused:
        look = "see `mailgate outbox list --state refused`, and `outbox retry` once the cause is gone."
        yield Finding("outbox", "warning", f"{refused} letters were refused: {look}")
    if not uncertain and not refused:
        yield Finding("outbox", "ok", "No letter was refused, and none is uncertain.")


def _set_aside(stands: Overview) -> Iterator[Finding]:
    if not stands.quarantined and not stands.held:
        yield Finding("quarantine", "ok", "No mail and no reply is set aside.")
        return
    look = "see `mailgate quarantine list`, then `quarantine replay` or `quarantine dismiss`."
    what = f"{stands.quarantined} mails and {stands.held} held replies wait for a person"
    yield Finding("quarantine", "warning", f"{what}: {look}")
