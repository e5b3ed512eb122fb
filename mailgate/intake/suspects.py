"""Messages that cannot be fetched or stored: tried alone, then ever more seldom, so that they hold up no other.

A message may kill the very session that fetches it (a server that cannot read its own file hangs up), so this memory
outlives the session: what was under way when it died is under suspicion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from mailgate import maillog
from mailgate.domain.pauses import pause
from mailgate.intake.connection import SessionLost

_FIRST_SECONDS = 10
_SHORTEST_SECONDS = 60
_LONGEST_SECONDS = 3600

ALARM_AT = 2
"""One failure may be the network's; the second in a row, alone, is the message's, and a person must know."""


@dataclass(frozen=True, slots=True)
class _Suspect:
    failures: int
    not_before: float


class Suspects:
    """The doubtful messages of one folder, by UID; ``now`` gives monotonic seconds, ``chance`` a number in [0, 1)."""

    def __init__(self, now: Callable[[], float], chance: Callable[[], float]) -> None:
        self._now = now
        self._chance = chance
        self._uidvalidity: int | None = None
        self._doubtful: dict[int, _Suspect] = {}
        self._under_way: tuple[int, ...] = ()

    def __len__(self) -> int:
        """How many have failed alone, and wait for another try."""
        # Asked from other threads as well, while the poller goes on: a copy does not change under way.
        return sum(one.failures > 0 for one in tuple(self._doubtful.values()))

    def enter_folder(self, uidvalidity: int | None) -> None:
        """UIDs of another UIDVALIDITY name other messages (RFC 3501 section 2.3.1.1): nothing is held against them."""
        if uidvalidity != self._uidvalidity:
            self._doubtful.clear()
        self._uidvalidity = uidvalidity

    @contextmanager
    def handling(self, uids: Sequence[int]) -> Iterator[None]:
        """What is asked of the server inside concerns these messages, should the session die of it."""
        self._under_way = tuple(uids)
        try:
            yield
        except SessionLost:
            raise
        except BaseException:
            self._under_way = ()
            raise
        self._under_way = ()

    def session_died(self, reason: str) -> None:
        """Blame what was under way: one message alone has failed, of several each is to be tried alone."""
        uids, self._under_way = self._under_way, ()
        if len(uids) == 1:
            self.failed(uids[0], reason)
        else:
            for uid in uids:
                self._doubtful.setdefault(uid, _Suspect(0, self._now()))

    def failed(self, uid: int, reason: str) -> None:
        """A message failed alone: it is passed over, at first for a moment, then for growing pauses."""
        before = self._doubtful.get(uid)
        failures = before.failures + 1 if before else 1
        if failures == ALARM_AT:
            maillog.mailbox_message_skipped(uid=uid, reason=reason)
        self._doubtful[uid] = _Suspect(failures, self._now() + self._seconds_after(failures))

    def _seconds_after(self, failures: int) -> float:
        if failures < ALARM_AT:
            return _FIRST_SECONDS
        return pause(failures - ALARM_AT + 1, _SHORTEST_SECONDS, _LONGEST_SECONDS, self._chance())

    def cleared(self, uids: Sequence[int]) -> None:
        """These were taken, or are gone."""
        for uid in uids:
            self._doubtful.pop(uid, None)

    def __contains__(self, uid: object) -> bool:
        """Whether a message is doubtful, and so must be fetched in a request of its own."""
        return uid in self._doubtful

    def failures(self, uid: int) -> int:
        """How often a message has failed alone."""
        suspect = self._doubtful.get(uid)
        return suspect.failures if suspect else 0

    def may_be_tried(self, uid: int) -> bool:
        """Whether its pause is over."""
        suspect = self._doubtful.get(uid)
        return suspect is None or suspect.not_before <= self._now()
