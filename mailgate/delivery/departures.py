"""Which letters have left from here: a database can lose commits of which it had said that they were kept.

A standby that takes over may lack the last second, and a copy may be put in the register's place while we run.  Then
letters that were handed over stand there as if they had never been tried.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from mailgate.register.outbox import ClaimedLetter

MOST = 20_000
"""Letters that are remembered, the newest: more than leave while a standby takes over."""
GONE_BACK = "it was handed over before, and the register does not know of it: the database has gone back in time"


class Departures:
    """Remembers letters from the moment in which their content may leave; shared by all couriers, and their threads."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._tries: OrderedDict[str, int] = OrderedDict()
        self._lock = Lock()

    def leaves(self, letter: ClaimedLetter) -> None:
        """The content is about to leave, and the register has counted this try."""
        with self._lock:
            self._tries[letter.message_id] = letter.attempts
            self._tries.move_to_end(letter.message_id)
            while len(self._tries) > self._most:
                self._tries.popitem(last=False)

    def has_left(self, letter: ClaimedLetter) -> bool:
        """Whether this very try was made already: the register counts each before it begins, and has forgotten it."""
        with self._lock:
            return letter.attempts <= self._tries.get(letter.message_id, -1)
