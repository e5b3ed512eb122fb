"""How many mails a minute may come: from one client, and from all together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

_MINUTE_SECONDS = 60.0


class MinuteRates:
    """Counts within a minute and begins anew with the next; holds one number for each client of the minute."""

    def __init__(self, by_client: int, in_all: int, seconds: Callable[[], float]) -> None:
        """``seconds`` is a clock that only goes forward."""
        self._by_client = by_client
        self._in_all = in_all
        self._seconds = seconds
        self._since = seconds()
        self._counts: Counter[str] = Counter()
        self._total = 0

    def count(self, client: str) -> bool:
        """Count one mail in; False, and nothing is counted, where this minute has had its number."""
        self._begin_minute()
        if self._total >= self._in_all or self._counts[client] >= self._by_client:
            return False
        self._total += 1
        self._counts[client] += 1
        return True

    def _begin_minute(self) -> None:
        if self._seconds() - self._since >= _MINUTE_SECONDS:
            self._since = self._seconds()
            self._counts.clear()
            self._total = 0
