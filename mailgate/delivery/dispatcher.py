"""Empties the outbox: threads that claim letters which are due, hand them to a courier and record what became of them."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from threading import Event, Lock, Thread
from time import monotonic

from sqlalchemy import Engine
from sqlmodel import Session

from mailgate.clock import utc_now
from mailgate.delivery.attempt import attempt
from mailgate.delivery.courier import Courier
from mailgate.delivery.departures import GONE_BACK, Departures
from mailgate.delivery.outage import SmarthostOutage
from mailgate.delivery.outcome import Deferred, Uncertain, answered
from mailgate.delivery.results import Results
from mailgate.errors import MailgateError
from mailgate.register import outbox
from mailgate.register.database import unit_of_work

BATCH = 20
LEASE = timedelta(hours=1)
"""How long a claim holds: longer than a batch of the slowest letters takes in practice.  A letter whose lease ran out
in the middle of its batch is not sent by us: ``mark_sending`` says that it is no longer ours."""
LOOK_SECONDS = 5.0
TROUBLE_SECONDS = 3.0
RECOVER_SECONDS = 60.0
"""How often to look for letters whose daemon died and did not come back."""

_log = logging.getLogger("mailgate.delivery")


class _Desk:
    """One courier's work: a batch of letters at a time, in one thread."""

    def __init__(
        self,
        engine: Engine,
        courier: Courier,
        owner: str,
        outage: SmarthostOutage,
        departures: Departures,
        now: Callable[[], datetime],
        tried: Callable[[], None],
    ) -> None:
        self.wanted = Event()
        self._tried = tried
        self._engine = engine
        self._courier = courier
        self._owner = owner
        self._outage = outage
        self._departures = departures
        self._now = now
        self._results = Results(engine, owner, now, random.random)
        self._adrift = False
        """Whether letters may be claimed for us that we do not have in hand: the database failed at a wrong moment."""
        self._stayed: list[int] = []
        """Letters that may be marked as being sent, and are not."""

    def recover(self) -> int:
        """What a dead process left behind under our name; returns how many letters became uncertain."""
        with unit_of_work(self._engine) as session:
            return outbox.recover(session, self._owner, self._now())

    def work(self, stopping: Event) -> int:
        """Send one batch; returns how many letters were tried.  Raises RegisterError."""
        self._results.flush()
        if self._outage.seconds_left():
            return 0
        letters = self._claim()
        tried = 0
        try:
            for letter in letters:
                if stopping.is_set() or not self._send(letter):
                    break
                tried += 1
            self._results.flush()
        finally:
            if tried < len(letters):
                self._unclaim()
        return tried

    def rest(self) -> None:
        """There is nothing to send."""
        self._courier.rest()

    def leave(self) -> None:
        """Write what is left to write, and close."""
        try:
            self._results.flush()
        finally:
            self._courier.close()

    def _send(self, letter: outbox.ClaimedLetter) -> bool:
        """Try one letter; False where the smarthost is out of reach, which costs the letter no try."""
        if self._departures.has_left(letter):
            self._gone_back(letter)
            return True
        outcome = attempt(self._courier, letter, lambda: self._may_leave(letter))
        if isinstance(outcome, Deferred) and outcome.unreachable:
            self._outage.begun(outcome.reply)
            return False
        if answered(outcome):
            self._outage.over()
        self._results.became(letter, outcome)
        self._tried()
        return True

    def _may_leave(self, letter: outbox.ClaimedLetter) -> bool:
        self._stayed.append(letter.id)
        allowed = self._results.leaving(letter)
        self._stayed.pop()
        if allowed:
            self._departures.leaves(letter)
        return allowed

    def _gone_back(self, letter: outbox.ClaimedLetter) -> None:
        """It is a person's to say what became of it, and to look for the mail of which the register has lost as much."""
        _log.error(
            "letter %d: %s (a standby took over, or a copy was put in its place): see `mailgate outbox list`, and run "
            "`mailgate reconcile`, which finds the mail that is missing now",
            letter.id,
            GONE_BACK,
        )
        self._results.became(letter, Uncertain(GONE_BACK))

    def _claim(self) -> list[outbox.ClaimedLetter]:
        """A batch.  Where the connection is lost during a commit, nobody knows what is claimed: the next claim settles it.

        Else a database that is away for a moment would keep letters for a whole lease.
        """
        adrift, self._adrift = self._adrift, True
        with unit_of_work(self._engine) as session:
            if adrift:
                self._settle(session)
            letters = outbox.claim(session, self._owner, BATCH, self._now(), LEASE)
        self._adrift = False
        self._stayed.clear()
        return letters

    def _unclaim(self) -> None:
        self._adrift = True
        with unit_of_work(self._engine) as session:
            self._settle(session)
        self._adrift = False
        self._stayed.clear()

    def _settle(self, session: Session) -> None:
        """Give back all that is claimed for us; nothing may be in hand."""
        if self._stayed:
            outbox.not_left(session, self._stayed, self._owner)
        outbox.unclaim(session, self._owner)


class Dispatcher:
    """Threads that send; ``make_courier`` gives each its own.  ``owner`` names this process in the outbox.

    ``rounded`` is called with the number of a courier after each letter, and whenever it has come to the end of a round.
    The owner must be the same after a restart, and no other process may bear it: by it a start finds what the process
    before it left behind.
    """

    def __init__(
        self,
        engine: Engine,
        make_courier: Callable[[], Courier],
        owner: str,
        *,
        couriers: int = 2,
        look_seconds: float = LOOK_SECONDS,
        recover_seconds: float = RECOVER_SECONDS,
        clock: Callable[[], datetime] = utc_now,
        rounded: Callable[[int], None] = lambda courier: None,
    ) -> None:
        self._rounded = rounded
        self._outage = SmarthostOutage(monotonic, random.random)
        departures = Departures()
        self._desks = [
            _Desk(engine, make_courier(), f"{owner}/{n}", self._outage, departures, clock, partial(rounded, n))
            for n in range(couriers)
        ]
        self._engine = engine
        self._clock = clock
        self._look_seconds = look_seconds
        self._recover_seconds = recover_seconds
        self._recovered_at = monotonic()
        self._recovering = Lock()
        self._stopping = Event()
        self._threads: list[Thread] = []

    def start(self) -> int:
        """Settle what a dead process left behind, then send in threads of our own.

        Returns how many letters that process left uncertain.  Raises RegisterError.
        """
        uncertain = sum(desk.recover() for desk in self._desks)
        self._threads = [
            Thread(target=self._run, args=(n, desk), name=f"courier-{n}", daemon=True)
            for n, desk in enumerate(self._desks)
        ]
        for thread in self._threads:
            thread.start()
        if uncertain:
            _log.error("%d letters were being sent when the former run ended: see `mailgate outbox list`", uncertain)
        return uncertain

    def wake(self) -> None:
        """Letters were queued: look at once.  An outage of the smarthost is waited out all the same."""
        for desk in self._desks:
            desk.wanted.set()

    def stop(self, timeout: float) -> bool:
        """Finish the letters in hand, give back the rest; True where all threads ended within ``timeout`` seconds."""
        self._stopping.set()
        self.wake()
        end = monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, end - monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    @property
    def smarthost_reachable(self) -> bool | None:
        """What the last try showed; None where nothing was to be sent yet."""
        return self._outage.reachable

    def drain(self) -> int:
        """Send all that is due now in the calling thread, without ``start``; returns how many letters were tried.

        Stops where the smarthost is out of reach.  Raises RegisterError.
        """
        desk, tried = self._desks[0], 0
        while batch := desk.work(self._stopping):
            tried += batch
        desk.leave()
        return tried

    def _run(self, number: int, desk: _Desk) -> None:
        while not self._stopping.is_set():
            desk.wanted.clear()
            pause = self._round(desk)
            self._rounded(number)
            if pause and not self._stopping.is_set():
                desk.wanted.wait(pause)
        self._leave(desk)

    def _round(self, desk: _Desk) -> float:
        """Work once; returns the seconds to wait.  Nothing that happens to one round may end the thread."""
        try:
            self._recover_others()
            if desk.work(self._stopping):
                return 0.0
            desk.rest()
        except MailgateError as error:
            _log.error("the outbox cannot be served now: %s", error)
            return TROUBLE_SECONDS
        except Exception:  # noqa: BLE001
            _log.exception("something unexpected happened to the outbox")
            return TROUBLE_SECONDS
        return min(self._look_seconds, self._outage.seconds_left() or self._look_seconds)

    def _recover_others(self) -> None:
        """From time to time, whichever thread comes first: settle what another daemon left when it died.

        Leases alone decide.  They spare what we are sending ourselves, and end what we could not record.
        """
        with self._recovering:
            if monotonic() - self._recovered_at < self._recover_seconds:
                return
            self._recovered_at = monotonic()
        with unit_of_work(self._engine) as session:
            uncertain = outbox.recover(session, "", self._clock())
        if uncertain:
            _log.error("%d letters were being sent by a process that is gone: they are uncertain now", uncertain)

    def _leave(self, desk: _Desk) -> None:
        try:
            desk.leave()
        except MailgateError as error:
            _log.error("results could not be written at the end, their letters will be uncertain: %s", error)
        except Exception:  # noqa: BLE001
            _log.exception("a courier met something unexpected at the end")
