"""Who may come in by SMTP: limits, the count of those who are inside, and what all sessions share.

Knows nothing of the protocol's verbs; ``smtp_session`` asks and speaks.
"""

from __future__ import annotations

import asyncio
import ssl
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Protocol

from mailgate.intake.budget import ByteBudget
from mailgate.intake.clients import Network, counted_as, is_local
from mailgate.intake.committer import Committer
from mailgate.intake.login import LoginDesk
from mailgate.intake.passwords import Users
from mailgate.intake.rates import MinuteRates
from mailgate.intake.smtp_paths import HotlineAddress
from mailgate.intake.watched import Watched

STOPPING = "421 4.3.2 The service is stopping, please come again later"
TOO_MANY_CONNECTIONS = "421 4.7.0 Too many connections, please come again later"

PRESSED_SECONDS = 60.0
"""Where all places are taken, who has brought no mail for so long gives way to a newcomer."""
_UNKNOWN_GUESTS = 64
"""Over the limit of connections: proxies that have not said yet for whom they speak."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for those who speak SMTP to us; times in seconds.

    Behind a mail server of one's own all connections come from one address, hence the generous counts by client.
    """

    message_bytes: int = 36_700_160
    memory_bytes: int = 268_435_456
    """Of all messages together that are being received or committed."""
    connections: int = 512
    """Where more come, no client keeps more than its share: see ``Doorkeeper.introduce``."""
    connections_per_client: int = 128
    mails_per_minute: int = 6000
    """From all other machines together: about what the program registers in a minute."""
    client_mails_per_minute: int = 600
    """From one other machine.  This machine is not counted: its mail server has limits of its own."""
    mails_per_connection: int = 5000
    recipients: int = 100
    replies_per_mail: int = 500
    """Replies without a mail being taken: whoever needs more only keeps us busy, or guesses addresses."""
    errors_per_mail: int = 20
    """Refusals (5xx) without a mail being taken."""
    idle_seconds: float = 300.0
    """RFC 5321 section 4.5.3.2.7; begins anew with each command and whenever data flows."""
    data_seconds: float = 900.0
    """For the whole of one message, however steadily it trickles."""
    login_delay_seconds: float = 1.0
    """Before the first wrong password is answered; more before each that follows."""


@dataclass(frozen=True, slots=True)
class Access:
    """How clients may come in; with nothing given, as on loopback behind a mail server of one's own."""

    certificate: Watched[ssl.SSLContext] | None = None
    """With it STARTTLS is offered."""
    tls_required: bool = False
    users: Watched[Users] | None = None
    """With them AUTH is offered, under TLS."""
    login_required: bool = False
    """Else who does not log in may mail the hot-line all the same, as any mail server must be able to."""
    proxies: tuple[Network, ...] = ()
    """Whose connections begin with a PROXY header, which tells the true client; nobody else's may."""


class Guest(Protocol):
    """A session, as far as the door must know it."""

    @property
    def in_transaction(self) -> bool:
        """True from MAIL until the reply to the end of data."""
        ...

    @property
    def useful_at(self) -> float:
        """When it came or last brought a mail, in seconds of the event loop's clock (``monotonic``)."""
        ...

    def dismiss(self, reply: str) -> None:
        """Say the reply and close."""
        ...

    def give_way(self) -> None:
        """Say that there are too many, close, and tell the journal."""
        ...

    def abort(self) -> None:
        """Close without a word."""
        ...


class Doorkeeper:
    """What all sessions of one receiver share."""

    def __init__(
        self, hotline: str, committer: Committer, limits: Limits, access: Access, now: Callable[[], datetime]
    ) -> None:
        """``now`` gives the present moment, aware, in UTC."""
        self.hotline = HotlineAddress(hotline)
        self.committer = committer
        self.limits = limits
        self.access = access
        self.now = now
        # However small the memory, the largest message allowed must pass.
        self.budget = ByteBudget(max(limits.memory_bytes, 2 * limits.message_bytes))
        self.desk = LoginDesk(access.users, limits.login_delay_seconds, monotonic) if access.users else None
        self.closing = False
        self._rates = MinuteRates(limits.client_mails_per_minute, limits.mails_per_minute, monotonic)
        # Who is inside, and as whom each is counted once that is known.
        self._guests: dict[Guest, str | None] = {}
        self._by_client: Counter[str] = Counter()
        self._empty = asyncio.Event()
        self._empty.set()

    def enter(self, guest: Guest, host: str | None) -> str | None:
        """Count a session in; gives the reply that refuses it, or None.  ``leave`` must follow in either case.

        ``host`` is None where a proxy has still to tell for whom it speaks: then ``introduce`` must follow, too.
        """
        self._guests[guest] = None
        self._empty.clear()
        if self.closing:
            return STOPPING
        if host is not None:
            return self.introduce(guest, host)
        crowded = len(self._guests) > self.limits.connections + _UNKNOWN_GUESTS
        return TOO_MANY_CONNECTIONS if crowded else None

    def introduce(self, guest: Guest, host: str) -> str | None:
        """Count a session for its client, once; gives the reply that refuses it, or None.

        Where all places are taken the client with most of them gives one up for it: a few that take all they are allowed
        must not keep out the rest.  Where no client has more than this one, who was useless for too long gives way.
        """
        if guest not in self._guests:
            return None
        client = counted_as(host)
        self._guests[guest] = client
        self._by_client[client] += 1
        allowed = self._by_client[client] <= self.limits.connections_per_client
        if allowed and (len(self._guests) <= self.limits.connections or self._make_room_for(client)):
            return None
        # It takes no place while it is told so.
        self.leave(guest)
        return TOO_MANY_CONNECTIONS

    def _make_room_for(self, client: str) -> bool:
        largest, count = self._by_client.most_common(1)[0]
        if count > self._by_client[client]:
            candidates = [guest for guest, whose in self._guests.items() if whose == largest]
        else:
            earliest = monotonic() - PRESSED_SECONDS
            candidates = [guest for guest in self._guests if guest.useful_at < earliest]
        if not candidates:
            return False
        leaving = min(candidates, key=lambda guest: guest.useful_at)
        # At once, else it would be counted until its last words are said, and another one would go as well.
        self.leave(leaving)
        leaving.give_way()
        return True

    def leave(self, guest: Guest) -> None:
        """Count a session out; a second time does nothing."""
        client = self._guests.pop(guest, None)
        if client is not None:
            self._by_client[client] -= 1
            if self._by_client[client] <= 0:
                del self._by_client[client]
        if not self._guests:
            self._empty.set()

    def count_mail(self, host: str) -> bool:
        """Count a mail that a client begins; False where it, or all together, had too many this minute."""
        return is_local(host) or self._rates.count(counted_as(host))

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
