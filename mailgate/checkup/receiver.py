"""The SMTP receiver: an address to listen on, or a daemon that does so."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator

from mailgate import heartbeat
from mailgate.checkup.finding import Finding
from mailgate.config import Settings
from mailgate.equipment import smtp_access
from mailgate.intake.clients import is_among
from mailgate.storagelock import daemon_runs

_PATIENCE_SECONDS = 5.0


def receiver(settings: Settings) -> Iterator[Finding]:
    """Whether mail can come in by SMTP, or comes in otherwise."""
    opened = opened_by_systemd(settings)
    if opened:
        where = ", ".join(f"port {port} of {host}" if port else host for host, port in opened)
        told = f"Mail for {settings.hotline.address} is taken by SMTP on {where}"
        yield Finding("receiver", "ok", f"{told}, opened by systemd; MAILGATE_SMTP_LISTEN is not used.")
        return
    if settings.smtp_listen is None:
        yield _switched_off(settings)
        return
    host, port = settings.smtp_listen
    # A list of users that cannot be used is a fault that names its cure.
    smtp_access(settings.smtp)
    if daemon_runs(settings.storage):
        yield _running(settings, host, port)
        return
    fault = cannot_listen(host, port)
    if fault is None:
        yield Finding("receiver", "ok", f"Mail for {settings.hotline.address} can be taken by SMTP on {host}:{port}.")
        return
    yield Finding("receiver", "fault", f"MAILGATE_SMTP_LISTEN: {why_not(host, port, fault)}")


def opened_by_systemd(settings: Settings) -> tuple[tuple[str, int], ...]:
    """Where a running daemon takes mail by sockets that it did not open itself: host and port."""
    beat = heartbeat.read(settings.storage) if daemon_runs(settings.storage) else None
    return beat.opened if beat else ()


def why_not(host: str, port: int, fault: OSError, *, by_systemd: bool = True) -> str:
    """The sentence about an address that cannot be had; ``by_systemd`` where there is a unit that could open it."""
    taken = fault.errno == errno.EADDRINUSE
    cure = "stop the program that uses it, or name another port" if taken else "name an address and a port of our own"
    if fault.errno == errno.EACCES:
        cure = f"{'let systemd open the port (mailgate.socket), or ' if by_systemd else ''}name one above 1023"
    return f"{host}:{port} cannot be had ({fault.strerror or fault}): {cure}."


def cannot_listen(host: str, port: int) -> OSError | None:
    """What would keep a server from listening there, or None."""
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


def _switched_off(settings: Settings) -> Finding:
    if settings.mailbox is None:
        cure = "set MAILGATE_SMTP_LISTEN or MAILGATE_IMAP_URL."
        return Finding("receiver", "fault", f"Neither SMTP nor a mailbox is configured, so no mail comes in: {cure}")
    return Finding("receiver", "ok", "Mail by SMTP is switched off; it comes from the mailbox.")


def _running(settings: Settings, host: str, port: int) -> Finding:
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
