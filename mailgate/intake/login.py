"""Who may log in to the SMTP receiver: the check of a password, and the brake on guessing.

Knows nothing of SMTP; the dialogue stands in ``smtp_auth``.  A password is never kept, logged or shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from mailgate.intake.passwords import PasswordHash, Users
from mailgate.intake.watched import Watched


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client brings; the password does not show."""

    name: str
    password: bytes = field(repr=False)


class LoginDesk:
    """Checks credentials: one at a time, slowly after a failure, and not at all after too many from one client.

    An unknown name costs as much time as a wrong password, and nobody is told which of the two it was.  Names are not
    locked, or anybody could lock a clerk out; that one guess is checked at a time bounds those who have many addresses.
    """

    MOST_FAILURES = 10
    """Of one client, within ``FORGET_SECONDS`` of the first."""
    FORGET_SECONDS = 600.0
    LONGEST_DELAY_FACTOR = 5
    MOST_CLIENTS = 10_000

    def __init__(self, users: Watched[Users], delay_seconds: float, seconds: Callable[[], float]) -> None:
        """``delay_seconds`` for the first failure of a client, more for later ones; ``seconds`` only goes forward."""
        self._users = users
        self._delay = delay_seconds
        self._seconds = seconds
        self._failures: dict[str, tuple[int, float]] = {}
        self._one_at_a_time = ThreadPoolExecutor(1, "log-in")
        self._queues: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._nobody = PasswordHash.of_nobody()

    def is_closed_to(self, client: str) -> bool:
        """Whether a client has failed so often that it must wait."""
        return self._failures_of(client) >= self.MOST_FAILURES

    async def admits(self, credentials: Credentials, client: str) -> bool:
        """Whether name and password belong together; a failure is answered late."""
        # A client's tries wait for each other: of many at once the right ones all pass, and of the wrong ones no more
        # are checked than of those that come one by one.
        queue = self._queues.setdefault(client, asyncio.Lock())
        async with queue:
            if self.is_closed_to(client):
                return False
            # Counted before it is known, lest clients that do not wait for the answer go uncounted.
            failures = self._count_failure(client)
            if await self._matches(credentials):
                self._failures.pop(client, None)
                return True
        await asyncio.sleep(self._delay * min(failures, self.LONGEST_DELAY_FACTOR))
        return False

    async def _matches(self, credentials: Credentials) -> bool:
        users = self._users.current()
        known = users.get(credentials.name)
        # Where there is no such name, somebody's hash is computed all the same, for the time that it takes.
        checked = known or next(iter(users.values()), self._nobody)
        loop = asyncio.get_running_loop()
        matches = await loop.run_in_executor(self._one_at_a_time, checked.matches, credentials.password)
        return matches and known is not None

    def _failures_of(self, client: str) -> int:
        count, since = self._failures.get(client, (0, 0.0))
        return count if self._seconds() - since < self.FORGET_SECONDS else 0

    def _count_failure(self, client: str) -> int:
        count = self._failures_of(client) + 1
        if len(self._failures) >= self.MOST_CLIENTS:
            self._failures.clear()
        since = self._failures[client][1] if count > 1 else self._seconds()
        self._failures[client] = (count, since)
        return count
