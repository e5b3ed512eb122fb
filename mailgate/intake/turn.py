"""Whose turn it is to read the mailbox, where several daemons work on one register: asked of the register now and then."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from mailgate import maillog
from mailgate.errors import MailgateError
from mailgate.register.leases import Holder

LEASE = timedelta(seconds=90)
"""A holder that dies is succeeded so much later.  Longer than one wait for the mail server, which is silent work."""

_ASKS_A_LEASE = 6
"""The holder makes it last anew so often within it: every 15 s, so that a database away for a minute costs nothing."""
_ASKS_OF_ANOTHER = 18
"""Who stands by asks so often within a lease: every 5 s, so that a holder which stops is succeeded at once."""

Take = Callable[[datetime | None], Holder | None]


class Turn:
    """The lease on the mailbox as its poller sees it; one thread uses it.

    ``take`` takes the lease or makes it last anew, is told of the last completed look (aware UTC), and gives who else
    has it, or None; ``release`` lets go of it.  Both block, and raise MailgateError where the database cannot serve
    now.  ``lasting`` is how long a lease lasts from then on; ``seconds`` never run backwards.
    """

    def __init__(
        self,
        take: Take,
        release: Callable[[], None],
        lasting: timedelta = LEASE,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._take = take
        self._release = release
        self._lasting = lasting.total_seconds()
        self._seconds = seconds
        self._due = float("-inf")
        self._kept_at = float("-inf")
        self._ours = False
        self._other: Holder | None = None
        self._looked_at: datetime | None = None
        self._stood_by = False

    @classmethod
    def always(cls) -> Turn:
        """That of a poller which shares its mailbox with nobody."""
        return cls(lambda looked_at: None, lambda: None, timedelta.max)

    def other(self) -> Holder | None:
        """Who reads the mailbox in our place; None where it is our turn.

        The register is asked where that is due, else the last answer holds.  Raises MailgateError.
        """
        if self._seconds() >= self._due:
            self._ask()
        return self._other

    def keep(self) -> None:
        """Called in the midst of work that may outlast the lease: makes it last anew where that is due.

        A register that cannot serve is asked again later, and what becomes of the work is for ``other`` to tell.
        """
        between = self._lasting / _ASKS_A_LEASE
        if self._ours and self._seconds() >= max(self._due, self._kept_at + between):
            self._kept_at = self._seconds()
            with suppress(MailgateError):
                self._ask()

    def seconds_left(self) -> float:
        """Until the register is to be asked again; never negative."""
        return max(0.0, self._due - self._seconds())

    def looked(self, now: datetime) -> None:
        """We have completed a look: the others are told of the first at once, then when the lease is made to last anew."""
        if self._looked_at is None:
            self._due = float("-inf")
        self._looked_at = now
        if self._stood_by:
            maillog.mailbox_taken_over()
            self._stood_by = False

    def let_go(self) -> None:
        """Another daemon may try; where the register does not take that, the lease runs out."""
        self._due = float("-inf")
        self._looked_at = None
        if self._ours:
            self._ours = False
            with suppress(MailgateError):
                self._release()

    def _ask(self) -> None:
        asked_at = self._seconds()
        self._other = self._take(self._looked_at)
        self._ours = self._other is None
        if self._other:
            # Ours is no longer the last one.
            self._looked_at = None
        # Counted from before the question: its answer may have taken long.
        self._due = asked_at + self._lasting / (_ASKS_A_LEASE if self._ours else _ASKS_OF_ANOTHER)
        if self._other and not self._stood_by:
            # Once until a look of ours is completed: while the mail server is away the lease goes round and round.
            maillog.mailbox_standby(holder=self._other.name)
            self._stood_by = True
