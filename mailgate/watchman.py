"""Looks every minute at what needs a person, says so in the journal, and writes to the administrators.

It gathers facts and keeps what was told; what needs a person is decided in ``domain.alarms``, and when it is told in
``domain.telling``.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from time import CLOCK_BOOTTIME, clock_gettime

from sqlalchemy import Engine
from sqlmodel import Session

from mailgate import maillog
from mailgate.diskspace import disks
from mailgate.domain.alarms import CLOCK_JUMP, PATIENCE, Alarm, Kind, alarms
from mailgate.domain.facts import InRegister, Outside
from mailgate.domain.lastbackup import LastBackup
from mailgate.domain.telling import Report, Telling, telling
from mailgate.errors import ConfigurationError, RegisterError
from mailgate.intake.poller import PollerStatus
from mailgate.register.alarms import Memory, remember, remembered
from mailgate.register.database import reading, unit_of_work
from mailgate.register.needs import in_register

_OF_THE_MACHINE: frozenset[Kind] = frozenset({"database", "disk", "clock", "smarthost", "login", "backup"})
"""What every daemon sees for itself; all else it sees in the register, as every other daemon does."""
_SLEWED = timedelta(seconds=5)
"""Within a minute: what time servers correct step by step is no jump."""

_log = logging.getLogger("mailgate.watchman")


def since_boot() -> float:
    """Seconds that never run backwards and go on while the machine sleeps."""
    return clock_gettime(CLOCK_BOOTTIME)


@dataclass(frozen=True, slots=True)
class Senses:
    """Where the daemon's own facts come from; each may be asked from any thread.

    ``smarthost`` tells whether the last try reached it (None: there was none); ``login`` what is wrong with the right
    to log in; ``folders`` are those that must not fill up; ``poll_seconds`` is the longest pause between two looks at
    the mailbox; ``backup`` is what is remembered of the last one.
    """

    poller: Callable[[], PollerStatus | None] = lambda: None
    smarthost: Callable[[], bool | None] = lambda: None
    login: Callable[[], str | None] = lambda: None
    folders: tuple[Path | None, ...] = ()
    poll_seconds: float = 60
    backup: Callable[[], LastBackup | None] = lambda: None


class Watchman:
    """``look`` is called every minute, by one thread.

    Of several daemons at one mailbox the one that reads it tells what stands in the register, and keeps there what was
    told; the others tell of their own machines alone, and remember that until they end.

    ``tell`` queues the notice of a report in a transaction and returns the number of its letters; None where nobody is
    to be told.  ``told`` is called once it is committed.  ``clock`` gives aware UTC, ``seconds`` never run backwards.
    """

    def __init__(
        self,
        engine: Engine,
        senses: Senses,
        tell: Callable[[Session, Report, datetime], int] | None,
        clock: Callable[[], datetime],
        *,
        told: Callable[[], None] = lambda: None,
        seconds: Callable[[], float] = since_boot,
    ) -> None:
        self._engine = engine
        self._senses = senses
        self._tell = tell
        self._told = told
        self._clock = clock
        self._clock_watch = _ClockWatch(clock(), seconds)
        self._started = clock()
        self._memory = Memory()
        self._loaded = False
        self._reads = False
        self._stood_by = False
        self._database_since: datetime | None = None
        self._reconciled: tuple[int, datetime] | None = None
        self._cannot_write = ""

    def reconciled(self, differences: int, now: datetime) -> None:
        """Mailbox, spool, register and outbox were compared, to the end; callable from any thread."""
        self._reconciled = differences, now

    @property
    def compared_at(self) -> datetime | None:
        """When they were last compared to the end, as far as it is known by now; may be asked from any thread."""
        latest = self._reconciled
        return latest[1] if latest else self._memory.outside.differences_at

    @property
    def database_since(self) -> datetime | None:
        """Since when the database has not answered us; may be asked from any thread."""
        return self._database_since

    def look(self) -> int:
        """Gather, judge, keep and tell; always returns 0 (there is no more to do until the next minute)."""
        now = self._clock()
        self._learn_role()
        register = self._ask_register(now)
        outside = self._gather(now)
        found = alarms(register, outside, now)
        happened = self._write(found, outside, now)
        for alarm in happened.begun:
            maillog.alarm_begins(kind=alarm.kind, what=alarm.what, named=alarm.named, urgent=alarm.urgent)
        for one in happened.ended:
            maillog.alarm_ends(kind=one.kind, seconds=(now - one.since).total_seconds())
        return 0

    def _learn_role(self) -> None:
        """Whether we read the mailbox; without one we tell of everything, and until its poller has begun of nothing."""
        status = self._senses.poller()
        state = status.state if status else None
        reads = state not in ("stopped", "standby")
        if self._reads and not reads:
            known = tuple(one for one in self._memory.known if one.kind in _OF_THE_MACHINE)
            outside = replace(self._memory.outside, differences=0, differences_at=None, uncompared_since=None)
            self._memory = replace(self._memory, known=known, outside=outside)
            self._loaded, self._reconciled = False, None
        self._reads = reads
        self._stood_by |= state == "standby"

    def _ask_register(self, now: datetime) -> InRegister | None:
        """What the register tells us to tell; None, and noted, where it does not answer."""
        try:
            with reading(self._engine) as session:
                if self._reads and not self._loaded:
                    kept = remembered(session)
                    self._load(self._inherited(kept) if self._stood_by else kept, now)
                found = in_register(session, now)
        except RegisterError:
            self._database_failed(now)
            return None
        return found if self._reads else InRegister()

    def _inherited(self, kept: Memory) -> Memory:
        """What the reader before us told; of its machine we know nothing, and of ours more."""
        known = tuple(one for one in kept.known if one.kind not in _OF_THE_MACHINE)
        theirs = kept.outside
        outside = replace(
            self._memory.outside,
            differences=theirs.differences,
            differences_at=theirs.differences_at,
            uncompared_since=theirs.uncompared_since,
        )
        noticed = max((one for one in (kept.notice_at, self._memory.notice_at) if one is not None), default=None)
        return Memory(known, notice_at=noticed, outside=outside)

    def _load(self, kept: Memory, now: datetime) -> None:
        """Go on where the run before this one stopped; what began while the register was silent stays as well."""
        begun = {one.kind for one in kept.known}
        known = (*kept.known, *(one for one in self._memory.known if one.kind not in begun))
        self._memory = replace(kept, known=known)
        self._loaded = True
        if kept.seen_at is not None:
            self._clock_watch.was(kept.seen_at, now)
            self._leave_out(now - kept.seen_at)

    def _leave_out(self, pause: timedelta) -> None:
        """While no daemon ran nobody could compare."""
        before = self._memory.outside
        if before.uncompared_since is not None and pause > timedelta(0):
            outside = replace(before, uncompared_since=before.uncompared_since + pause)
            self._memory = replace(self._memory, outside=outside)

    def _gather(self, now: datetime) -> Outside:
        before, senses = self._memory.outside, self._senses
        status = senses.poller()
        jump, jumped_at = self._clock_watch.jump(now)
        differences, at = self._reconciled or (before.differences, before.differences_at)
        return Outside(
            running_since=self._started,
            mailbox_silent_since=self._mailbox_silent(status, now) if status else None,
            mailbox_waiting=status.waiting if status else 0,
            mailbox_oldest=status.oldest if status else None,
            smarthost_since=self._smarthost_since(now),
            database_since=self._database_since,
            login=senses.login(),
            clock_since=jumped_at,
            clock_jump=jump,
            differences=differences,
            differences_at=at,
            uncompared_since=self._uncompared_since(now),
            disks=disks(senses.folders),
            backup=senses.backup(),
        )

    def _uncompared_since(self, now: datetime) -> datetime | None:
        """Who stands by leaves it to the reader."""
        if not self._reads:
            return None
        return self._reconciled[1] if self._reconciled else self._memory.outside.uncompared_since or now

    def _mailbox_silent(self, status: PollerStatus, now: datetime) -> datetime | None:
        """Only a completed look proves that mail comes in: a connection that hangs for ever looks well otherwise."""
        last = status.completed_at
        if last is None:
            return self._memory.outside.mailbox_silent_since or self._started
        # Who stands by is told of the holder's last look, which may lie in a time when no daemon ran.
        late = now - max(last, self._started) > timedelta(seconds=self._senses.poll_seconds) + PATIENCE
        if late:
            return last
        # Where polls are hours apart, the last one may lie long before the trouble.
        return (self._memory.outside.mailbox_silent_since or now) if status.trouble else None

    def _smarthost_since(self, now: datetime) -> datetime | None:
        """While nothing was tried since the start, what was known before still holds."""
        before, reached = self._memory.outside.smarthost_since, self._senses.smarthost()
        return None if reached else before if reached is None else before or now

    def _write(self, found: tuple[Alarm, ...], outside: Outside, now: datetime) -> Telling:
        """Keep what is known and queue the notice, in one transaction; where that fails, only the journal is told."""
        memory = self._memory
        happened = telling(memory.known, found, memory.notice_at, now, mailed=self._may_tell())
        # As if a notice had just gone out: nothing is told, and nothing that is to be told is forgotten.
        untold = telling(memory.known, found, now, now, mailed=True)
        try:
            self._keep(happened, outside, now)
        except RegisterError:
            self._database_failed(now)
            self._memory = replace(memory, known=untold.known, outside=outside)
            return untold
        except ConfigurationError as fault:
            self._say_once(str(fault))
            self._keep(untold, outside, now)
            return untold
        return happened

    def _may_tell(self) -> bool:
        """Not before it is known what was told."""
        return self._tell is not None and (self._loaded or (self._stood_by and not self._reads))

    def _keep(self, happened: Telling, outside: Outside, now: datetime) -> None:
        report = happened.report
        memory = Memory(happened.known, now, now if report else self._memory.notice_at, outside)
        letters = 0
        with unit_of_work(self._engine) as session:
            if report is not None and self._tell is not None:
                letters = self._tell(session, report, now)
            if self._loaded:
                remember(session, memory)
        self._memory = memory
        self._database_since = None
        if report is not None:
            counts = {"new": len(report.new), "standing": len(report.standing), "over": len(report.over)}
            maillog.administrators_told(**counts, letters=letters)
            self._told()

    def _database_failed(self, now: datetime) -> None:
        self._database_since = self._database_since or now

    def _say_once(self, reason: str) -> None:
        if reason != self._cannot_write:
            _log.error("the administrators cannot be written to: %s", reason)
        self._cannot_write = reason


class _ClockWatch:
    """Compares the system's clock with seconds that nobody can set."""

    def __init__(self, now: datetime, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._zero = now - timedelta(seconds=seconds())
        self._since: datetime | None = None
        self._back_at_start = timedelta(0)

    def was(self, seen_at: datetime, now: datetime) -> None:
        """The clock's last reading before this start: it may have been set back while we did not run."""
        if seen_at - now > CLOCK_JUMP:
            self._back_at_start = now - seen_at

    def jump(self, now: datetime) -> tuple[int, datetime | None]:
        """By how many seconds the clock was moved, and since when; 0 and None where it was not."""
        zero = now - timedelta(seconds=self._seconds())
        moved = zero - self._zero
        if abs(moved) <= _SLEWED:
            self._zero = zero
        moved += self._back_at_start
        if abs(moved) <= CLOCK_JUMP:
            self._since = None
            return 0, None
        self._since = self._since or now
        return round(moved.total_seconds()), self._since
