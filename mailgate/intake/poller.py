"""Mail in by IMAP: a thread that looks at one mailbox, now and whenever something comes, through every outage."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from mailgate import maillog
from mailgate.domain.pauses import pause
from mailgate.errors import MailgateError
from mailgate.intake.account import ImapAccount
from mailgate.intake.bell import Bell
from mailgate.intake.connection import LoginRefused, SessionLost
from mailgate.intake.mailbox import Mailbox
from mailgate.intake.outage import MailboxOutage
from mailgate.intake.reread import Reread
from mailgate.intake.storing import Store
from mailgate.intake.suspects import Suspects
from mailgate.intake.sweep import Sweep, TakenAt
from mailgate.intake.turn import Turn
from mailgate.register.leases import Holder

State = Literal["stopped", "standby", "connecting", "looking", "waiting", "pausing"]

_LIVELY_SECONDS = 20.0
_LIVELY_STEP = 0.2
"""After mail came, more may be near: for so long the server is asked that often.  Dovecot tells of mail in IDLE only
after half a second."""

_FIRST_IDLE_SECONDS = 1.0
"""Each IDLE that follows lasts twice as long."""

_BREATH = 0.1
"""Between two looks and between two IDLEs: a server that chatters without end must not keep us busy, and of mails that
come together more are taken at once."""

_SIGN_SECONDS = 1.0
"""How often a message that comes slowly is a sign of life."""

_LONGEST_REGISTER_PAUSE = 30.0
_GRACE = 1.0

_log = logging.getLogger("mailgate.intake")


@dataclass(frozen=True, slots=True)
class PollerStatus:
    """How the intake does, for the status command; instants are UTC.

    ``waiting`` counts the messages that lay in the folder at the last look and are not in the register, ``oldest`` is
    the INTERNALDATE of the oldest of them, ``doubtful`` counts those that could not be fetched; ``trouble`` says in
    English what keeps the poller from its work now.
    """

    state: State
    completed_at: datetime | None = None
    """The end of the last look that went through, ours or (standing by) the holder's: the sign of life that counts."""
    waiting: int = 0
    oldest: datetime | None = None
    doubtful: int = 0
    trouble: str | None = None
    holder: str | None = None
    """While we stand by: which daemon reads the mailbox (``HOST:FOLDER``)."""


class Poller:
    """Takes mail from one mailbox into the register, in a thread of its own.

    ``store`` commits arrivals and gives their rows in order; ``known`` tells what was taken before at UIDs of a mailbox
    (by its name, ``ImapAccount.key``, and UIDVALIDITY); both block, and raise MailgateError where the database
    cannot serve now.  ``reread`` is what each session begins with.  ``turn`` tells whether another daemon reads the
    mailbox; without it nobody else does.  ``clock`` gives aware UTC; ``polled`` is called with it after each completed
    look, ``rounded`` after each round without one (an outage that is known, or standing by), and now and then while a
    large message comes slowly.
    """

    def __init__(
        self,
        account: ImapAccount,
        store: Store,
        known: TakenAt,
        clock: Callable[[], datetime],
        *,
        polled: Callable[[datetime], None] = lambda now: None,
        rounded: Callable[[], None] = lambda: None,
        reread: Reread | None = None,
        turn: Turn | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._account = account
        self._store = store
        self._known = known
        self._clock = clock
        self._polled = polled
        self._rounded = rounded
        self._reread = reread
        self._turn = turn or Turn.always()
        self._chance = chance
        self._suspects = Suspects(time.monotonic, chance)
        self._outage = MailboxOutage(account, time.monotonic, chance)
        self._register_failures = 0
        self._next_sign = 0.0
        self._status = PollerStatus("stopped")
        self._mailbox: Mailbox | None = None
        self._sweep: Sweep | None = None
        self._stop = Bell()
        self._thread = threading.Thread(target=self._run, name="imap-poller", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self, timeout: float = 10) -> bool:
        """End the session; a commit under way is completed.  True if the thread ended within ``timeout`` seconds.

        A look ends after the batch in hand.  A server that keeps silent is not waited for: its connection is cut, and
        what was committed but not yet put away is so at the next start.
        """
        self._stop.ring()
        if self._thread.ident is None:
            return True
        self._thread.join(min(_GRACE, timeout))
        mailbox = self._mailbox
        if self._thread.is_alive() and mailbox is not None:
            mailbox.interrupt()
            self._thread.join(max(0, timeout - _GRACE))
        return not self._thread.is_alive()

    def status(self) -> PollerStatus:
        """A snapshot; may be asked from any thread."""
        status, sweep = self._status, self._sweep
        if sweep is None:
            return status
        return replace(status, waiting=sweep.waiting, oldest=sweep.oldest, doubtful=len(self._suspects))

    def _run(self) -> None:
        while not self._stop.rings():
            try:
                self._read_or_stand_by()
            except SessionLost as fault:
                self._lost(str(fault), refused=isinstance(fault, LoginRefused))
            except Exception as fault:  # noqa: BLE001
                # Whatever it was, the intake must not end silently while the daemon seems to live.
                _log.exception("the poller met a fault that it did not expect")
                self._lost(type(fault).__name__)
        self._turn.let_go()
        self._status = replace(self._status, state="stopped", holder=None)

    def _read_or_stand_by(self) -> None:
        try:
            other = self._turn.other()
        except MailgateError as fault:
            self._register_failed(str(fault))
            return
        if other is None:
            self._session()
        else:
            self._stand_by(other)

    def _stand_by(self, other: Holder) -> None:
        """No connection is open; what is known of the mailbox is what the holder has told."""
        self._register_serves()
        self._sweep = None
        self._status = PollerStatus("standby", completed_at=other.looked_at, holder=other.name)
        self._rounded()
        self._stop.wait(self._turn.seconds_left())

    def _must_end(self) -> bool:
        """Whether we are to stop, or to stand by.  Raises MailgateError."""
        return self._stop.rings() or self._turn.other() is not None

    def _lost(self, reason: str, *, refused: bool = False) -> None:
        self._rounded()
        if self._stop.rings():
            return
        _log.info("session lost: %s", reason)
        self._suspects.session_died(reason)
        if self._reread:
            self._reread.session_died(reason)
        seconds = self._outage.failed(reason, refused=refused)
        if seconds:
            # Perhaps another host reaches the server.
            self._turn.let_go()
        if self._outage.said:
            self._status = replace(self._status, state="pausing", trouble=reason)
        self._stop.wait(seconds)

    def _session(self) -> None:
        self._outage.session_begins()
        self._status = replace(self._status, state="connecting", holder=None)
        renewal = time.monotonic() + self._account.session_seconds
        try:
            with Mailbox.open(self._account, self._goes_on) as mailbox:
                self._mailbox = mailbox
                self._sweep = Sweep(mailbox, self._account, self._store, self._known, self._suspects, self._must_end)
                self._read_again(mailbox)
                self._look_and_rest(mailbox, self._sweep, renewal)
        finally:
            # Not before its end: a server that is silent may leave us waiting for its farewell, too.
            self._mailbox = None

    def _goes_on(self) -> None:
        """A large message comes slowly: it must cost us neither the mailbox nor our life, for it would come so again."""
        now = time.monotonic()
        if now >= self._next_sign:
            self._next_sign = now + _SIGN_SECONDS
            self._turn.keep()
            self._rounded()

    def _read_again(self, mailbox: Mailbox) -> None:
        """After a restoration, and before anything new is taken: numbers are then given in the order of receipt."""
        while self._reread and not self._stop.rings():
            try:
                self._reread.run(mailbox, self._must_end)
            except MailgateError as fault:
                self._register_failed(str(fault))
            else:
                return

    def _look_and_rest(self, mailbox: Mailbox, sweep: Sweep, renewal: float) -> None:
        lively = True
        while not self._stop.rings() and time.monotonic() < renewal:
            try:
                if self._must_end():
                    return
                if self._look(sweep):
                    # The server may have told of the next mail in the midst of its answers, and does so only once.
                    lively = True
                else:
                    self._rest(mailbox, lively=lively)
                    lively = False
            except MailgateError as fault:
                self._register_failed(str(fault))

    def _look(self, sweep: Sweep) -> int:
        """How many messages were dealt with.  Raises MailgateError where the look could not be completed."""
        self._status = replace(self._status, state="looking")
        taken = sweep.run()
        if not self._must_end():
            self._completed()
        return taken

    def _completed(self) -> None:
        now = self._clock()
        self._outage.served()
        self._register_serves()
        self._status = PollerStatus("waiting", completed_at=now)
        self._turn.looked(now)
        self._polled(now)

    def _register_serves(self) -> None:
        if self._register_failures:
            _log.warning("the register takes mail again")
        self._register_failures = 0

    def _register_failed(self, reason: str) -> None:
        """The mail stays where it is; said once, for the database's own journal tells the rest."""
        self._rounded()
        self._register_failures += 1
        if self._register_failures == 1:
            maillog.intake_failed(source="imap", reason=reason)
        self._status = replace(self._status, state="pausing", trouble=reason, holder=None)
        shortest = min(self._account.shortest_pause, _LONGEST_REGISTER_PAUSE)
        self._stop.wait(pause(self._register_failures, shortest, _LONGEST_REGISTER_PAUSE, self._chance()))

    def _rest(self, mailbox: Mailbox, *, lively: bool) -> None:
        """Wait until the server tells of mail, and never longer than the account's ``poll_seconds``.

        Raises MailgateError where it cannot be told whether it is our turn still.
        """
        self._stop.wait(_BREATH)
        began = time.monotonic()
        end = began + self._account.poll_seconds
        while lively and (now := time.monotonic()) < min(end, began + _LIVELY_SECONDS) and not self._must_end():
            if mailbox.has_news() or self._stop.wait(min(_LIVELY_STEP, end - now)):
                return
        step = _FIRST_IDLE_SECONDS
        while (now := time.monotonic()) < end and not self._must_end():
            if mailbox.wait(min(step, end - now, self._turn.seconds_left()), self._stop):
                return
            self._stop.wait(min(_BREATH, end - now))
            step *= 2
