"""An outage of the smarthost: said once, shared by all couriers, and waited out with growing pauses."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from mailgate import maillog
from mailgate.delivery.outcome import codes_of, is_log_in_refusal
from mailgate.domain.pauses import pause

SHORTEST = 5.0
LONGEST = 300.0
REFUSED = 60.0
"""The shortest pause after a refused log-in: many servers lock out whoever tries often."""


class SmarthostOutage:
    """Whether the smarthost is out of reach, since when, and when to look again; used by several threads.

    ``clock`` gives seconds that never run backwards; ``chance`` a number in [0, 1) that spreads the tries.
    """

    def __init__(self, clock: Callable[[], float], chance: Callable[[], float]) -> None:
        self._clock = clock
        self._chance = chance
        self._lock = Lock()
        self._failures = 0
        self._since = 0.0
        self._until = 0.0
        self._reachable: bool | None = None

    @property
    def reachable(self) -> bool | None:
        """What the last try showed; None where there was none yet."""
        return self._reachable

    def seconds_left(self) -> float:
        """How long to leave the smarthost alone yet; 0.0 where nothing is known against it."""
        with self._lock:
            return max(0.0, self._until - self._clock()) if self._failures else 0.0

    def begun(self, reply: str) -> None:
        """It could not be reached.  Couriers that notice the same outage at the same time count once.

        Of a server's reply the journal holds the codes alone; otherwise it holds our words, with the error's class.
        """
        with self._lock:
            now = self._clock()
            if self._failures and now < self._until:
                return
            self._reachable = False
            if not self._failures:
                self._since = now
                maillog.smarthost_unreachable(reason=codes_of(reply))
            self._failures += 1
            shortest = REFUSED if is_log_in_refusal(reply) else SHORTEST
            self._until = now + pause(self._failures, shortest, LONGEST, self._chance())

    def over(self) -> None:
        """It talks to us."""
        with self._lock:
            if self._failures:
                maillog.smarthost_back(seconds=self._clock() - self._since)
            self._failures = 0
            self._reachable = True
