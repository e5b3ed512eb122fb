"""The SMTP receiver: listens, and hands every connection to a session.

It runs in the event loop in which ``start`` is awaited.  TLS and authentication are the business of the mail server in
front of it.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Sequence
from datetime import datetime

from mailgate.clock import utc_now
from mailgate.intake.committer import Committer
from mailgate.intake.doorkeeper import Doorkeeper, Limits
from mailgate.intake.smtp_session import SmtpSession

Listen = tuple[str, int] | socket.socket
"""A host and a port (0: any that is free), or a socket that is bound already, as systemd hands it over."""

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
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """``hotline`` is ``local@domain``; its domain is also our name in the greeting.  ``now`` gives aware UTC."""
        self._door = Doorkeeper(hotline, committer, limits or Limits(), now)
        self._listen = tuple(listen)
        self._servers: list[asyncio.Server] = []

    async def start(self) -> list[tuple[str, int]]:
        """Listen; gives the host and port of every socket.  Raises OSError where one cannot be had."""
        # aiosmtpd writes every command line, addresses included, to this log at level INFO.
        logging.getLogger("mail.log").setLevel(logging.WARNING)
        try:
            for place in self._listen:
                self._servers.append(await self._serve(place))
        except OSError:
            await self.stop(0)
            raise
        names = (listener.getsockname() for server in self._servers for listener in server.sockets)
        return [(str(name[0]), int(name[1])) for name in names]

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
            return await loop.create_server(session, sock=place)
        host, port = place
        return await loop.create_server(session, host, port)
