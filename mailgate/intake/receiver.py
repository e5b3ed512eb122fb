"""The SMTP receiver: listens, and hands every connection to a session.

It runs in the event loop in which ``start`` is awaited.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Sequence
from datetime import datetime

from mailgate.clock import utc_now
from mailgate.intake.committer import Committer
from mailgate.intake.doorkeeper import Access, Doorkeeper, Limits
from mailgate.intake.smtp_session import SmtpSession

Listen = tuple[str, int] | socket.socket
"""A host and a port (0: any that is free), or a socket that is bound already, as systemd hands it over."""

_BACKLOG = 512
"""Connections that the kernel keeps until they are seen to: those beyond it would try again only after a second."""

_log = logging.getLogger(__name__)


class Receiver:
    """Takes mail for the hot-line by SMTP and commits it before it says so."""

    def __init__(
        self,
        hotline: str,
        committer: Committer,
        listen: Sequence[Listen],
        *,
        limits: Limits | None = None,
        access: Access | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """``hotline`` is ``local@domain``; its domain is also our name in the greeting.  ``now`` gives aware UTC."""
        self._door = Doorkeeper(hotline, committer, limits or Limits(), access or Access(), now)
        self._listen = tuple(listen)
        self._servers: list[asyncio.Server] = []

    async def start(self, sockets: Sequence[socket.socket] = ()) -> list[tuple[str, int]]:
        """Listen; gives the host and port of every socket.  Raises OSError where one cannot be had.

        ``sockets`` that are bound already (systemd's) are served in place of what ``listen`` names.  A Unix socket is
        told by its path, with port 0.
        """
        # aiosmtpd writes every command line to these logs, addresses included, and as a warning each word that is no
        # command: that of a mail or a password which a client sends unasked.  What matters stands in the journal.
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        logging.getLogger("mail.debug").setLevel(logging.CRITICAL)
        try:
            for place in sockets or self._listen:
                self._servers.append(await self._serve(place))
        except OSError:
            await self.stop(0)
            raise
        return [_place_of(listener) for server in self._servers for listener in server.sockets]

    async def stop(self, grace_seconds: float) -> None:
        """Listen no more, take no new mail (421), let running transactions end within the grace, then close."""
        for server in self._servers:
            server.close()
        await self._door.clear_out(grace_seconds)
        for server in self._servers:
            await server.wait_closed()
        self._servers.clear()

    async def _serve(self, place: Listen) -> asyncio.Server:
        loop = asyncio.get_running_loop()

        def session() -> SmtpSession:
            try:
                return SmtpSession(self._door, loop)
            except Exception:
                # The event loop would close the connection and tell nobody.
                _log.exception("an SMTP session could not be made")
                raise

        if isinstance(place, socket.socket):
            if place.family == socket.AF_UNIX:
                return await loop.create_unix_server(session, sock=place, backlog=_BACKLOG)
            return await loop.create_server(session, sock=place, backlog=_BACKLOG)
        host, port = place
        return await loop.create_server(session, host, port, backlog=_BACKLOG)


def _place_of(listener: socket.socket) -> tuple[str, int]:
    name = listener.getsockname()
    return (str(name), 0) if listener.family == socket.AF_UNIX else (str(name[0]), int(name[1]))
