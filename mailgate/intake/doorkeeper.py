"""Who may come in by SMTP: limits, and the count of those who are inside.

Knows nothing of the protocol's verbs; ``smtp_session`` asks and speaks.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from mailgate.intake.budget import ByteBudget
from mailgate.intake.committer import Committer
from mailgate.intake.smtp_paths import HotlineAddress

STOPPING = "421 4.3.2 The service is stopping, please come again later"
TOO_MANY_CONNECTIONS = "421 4.7.0 Too many connections, please come again later"


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for those who speak SMTP to us; times in seconds.

    Behind a mail server of one's own all connections come from one address, hence the generous count by client.
    """

    message_bytes: int = 36_700_160
    memory_bytes: int = 268_435_456
    """Of all messages together that are being received or committed."""
    connections: int = 512
    connections_per_client: int = 128
    recipients: int = 100
    replies_per_mail: int = 500
    """Replies without a mail being taken: whoever needs more only keeps us busy, or guesses addresses."""
    idle_seconds: float = 300.0
    """RFC 5321 section 4.5.3.2.7; begins anew with each command and whenever data flows."""
    data_seconds: float = 900.0
    """For the whole of one message, however steadily it trickles."""


class Guest(Protocol):
    """A session, as far as the door must know it."""

    @property
    def in_transaction(self) -> bool:
        """True from MAIL until the reply to the end of data."""
        ...

    def dismiss(self, reply: str) -> None:
        """Say the reply and close."""
        ...

    def abort(self) -> None:
        """Close without a word."""
        ...


class Doorkeeper:
    """What all sessions of one receiver share."""

    def __init__(self, hotline: str, committer: Committer, limits: Limits, now: Callable[[], datetime]) -> None:
        """``now`` gives the present moment, aware, in UTC."""
        self.hotline = HotlineAddress(hotline)
        self.committer = committer
        self.limits = limits
        self.now = now
        # However small the memory, the largest message allowed must pass.
        self.budget = ByteBudget(max(limits.memory_bytes, 2 * limits.message_bytes))
        self.closing = False
        self._guests: set[Guest] = set()
        self._by_client: Counter[str] = Counter()
        self._empty = asyncio.Event()
        self._empty.set()

    def enter(self, guest: Guest, client: str) -> str | None:
        """Count a session in; gives the reply that refuses it, or None.  ``leave`` must follow in either case."""
        self._guests.add(guest)
        self._by_client[client] += 1
        self._empty.clear()
        if self.closing:
            return STOPPING
        if len(self._guests) > self.limits.connections:
            return TOO_MANY_CONNECTIONS
        if self._by_client[client] > self.limits.connections_per_client:
            return TOO_MANY_CONNECTIONS
        return None

    def leave(self, guest: Guest, client: str) -> None:
        """Count a session out."""
        self._guests.discard(guest)
        self._by_client[client] -= 1
        if self._by_client[client] <= 0:
            del self._by_client[client]
        if not self._guests:
            self._empty.set()

    async def clear_out(self, grace_seconds: float) -> None:
        """Send idle sessions home, let transactions end, and cut off what is left after the time of grace."""
        self.closing = True
        for guest in list(self._guests):
            if not guest.in_transaction:
                guest.dismiss(STOPPING)
        try:
            async with asyncio.timeout(grace_seconds):
                await self._empty.wait()
        except TimeoutError:
            for guest in list(self._guests):
                guest.dismiss(STOPPING)
                guest.abort()
            await self._empty.wait()
