"""What the journal says of an outage of the mailbox, and how long to wait before the next session."""

from __future__ import annotations

from collections.abc import Callable

from mailgate import maillog
from mailgate.domain.pauses import pause
from mailgate.intake.account import ImapAccount

STEADY_SECONDS = 60.0
"""A session that lived so long has shown that the server is well."""


class MailboxOutage:
    """An outage is said once when it begins and once when it is over, however many tries lie between.

    A session that took mail and then broke is replaced at once and without a word, for servers restart and cut idle
    connections.  Where session after session breaks young, pauses grow, too, and the outage lasts until one becomes
    steady: a server that dies in each IDLE must neither be stormed with log-ins nor fill the journal.
    """

    def __init__(self, account: ImapAccount, now: Callable[[], float], chance: Callable[[], float]) -> None:
        self._account = account
        self._now = now
        self._chance = chance
        self._failures = 0
        self._since = 0.0
        self._said = False
        self._died_young = 0
        self._session_began = 0.0
        self._served = False

    @property
    def said(self) -> bool:
        """Whether the journal knows of an outage that is not over."""
        return self._said

    def session_begins(self) -> None:
        """A connection is about to be tried."""
        self._session_began = self._now()
        self._served = False

    def served(self) -> None:
        """A look at the mailbox was completed."""
        self._served = True
        if self._is_steady():
            self._died_young = 0
        if self._died_young > 1:
            return
        if self._said:
            maillog.mailbox_back(seconds=self._now() - self._since)
        self._failures, self._said = 0, False

    def failed(self, reason: str, *, refused: bool = False) -> float:
        """The session is lost; returns the seconds to wait.  ``refused``: the log-in was, so wait longer."""
        if not self._failures:
            self._since = self._now()
        self._failures += 1
        if self._served:
            self._died_young += not self._is_steady()
            if self._failures == 1:
                return 0.0
        if not self._said:
            maillog.mailbox_unreachable(reason=reason)
            self._said = True
        longest = self._account.longest_pause
        shortest = self._account.refused_pause if refused else self._account.shortest_pause
        return pause(self._failures, min(shortest, longest), longest, self._chance())

    def _is_steady(self) -> bool:
        return self._now() - self._session_began >= STEADY_SECONDS
