"""The daily comparison (``reconciliation``) beside the daemon's work: begun by the clock, and given up at the end.

It only reads, so nobody waits for it: its thread may be left behind.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Thread
from time import monotonic

from sqlalchemy import Engine

from mailgate import maillog
from mailgate.errors import MailgateError
from mailgate.faultplaces import place_of
from mailgate.intake.account import ImapAccount
from mailgate.intake.poller import PollerStatus
from mailgate.reconciliation import differences
from mailgate.register.halt import Halt
from mailgate.watchman import Watchman

COMPARED_AT = {"hour": "4", "minute": "30"}
"""UTC: never in the hour that summer time takes or doubles."""
TRIED_AGAIN_AT = {"hour": "10,16,22", "minute": "30"}
"""Where that failed, or the machine was off."""
OVERDUE = timedelta(hours=25)

_log = logging.getLogger(__name__)


class DailyProof:
    """Compares in a thread of its own; what it found, and that it came to its end, is the watchman's to tell.

    ``poller`` tells who reads the mailbox: of several daemons that one compares.  ``clock`` gives aware UTC.
    """

    def __init__(
        self,
        engine: Engine,
        account: ImapAccount | None,
        poller: Callable[[], PollerStatus | None],
        watchman: Watchman,
        clock: Callable[[], datetime],
    ) -> None:
        self._engine = engine
        self._account = account
        self._poller = poller
        self._watchman = watchman
        self._clock = clock
        self._halt = Halt()
        self._thread: Thread | None = None

    def begin(self) -> None:
        """Compare, unless that is another daemon's to do, or the comparison before has not come to its end."""
        seen = self._poller()
        stands_by = seen is not None and seen.state == "standby"
        at_work = self._thread is not None and self._thread.is_alive()
        if stands_by or at_work or self._halt():
            return
        self._thread = Thread(target=self._run, name="daily proof", daemon=True)
        self._thread.start()

    def begin_if_overdue(self) -> None:
        """``begin``, where the last comparison that was completed is not of today."""
        last = self._watchman.compared_at
        if last is None or not timedelta(0) <= self._clock() - last <= OVERDUE:
            self.begin()

    def stop(self, patience: float) -> bool:
        """Give up the comparison in hand, and begin none any more; False if it has not ended within so many seconds."""
        deadline = monotonic() + patience
        self._halt.set()
        while self._thread is not None and self._thread.is_alive() and monotonic() < deadline:
            self._thread.join(0.1)
            self._halt.set()
        return self._thread is None or not self._thread.is_alive()

    def _run(self) -> None:
        """Once it is to end, whatever becomes of the comparison is no news."""
        began = monotonic()
        _log.info("comparing mailbox, spool, register and outbox")
        try:
            found = sum(1 for _ in differences(self._engine, self._account, self._clock(), halted=self._halt))
        except MailgateError as fault:
            self._failed(str(fault))
        except Exception as fault:  # noqa: BLE001  # Our own mistake: the thread is to end with a word and no content.
            self._failed(f"a mistake of the program: {place_of(fault)}")
        else:
            if not self._halt():
                maillog.reconciled(differences=found, seconds=monotonic() - began)
                self._watchman.reconciled(found, self._clock())

    def _failed(self, reason: str) -> None:
        if not self._halt():
            _log.error("mailbox, spool, register and outbox could not be compared: %s", reason)
