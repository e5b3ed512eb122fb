"""One batch of spooled mail becomes one transaction: claimed, read in the sandbox, decided purely, written at once.

A mail that cannot be read or written costs only itself: it is tried alone, and set aside at the third failure.  When
the database cannot serve, the batch goes back uncounted: the trouble is ours.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlmodel import Session

from mailgate import maillog
from mailgate.domain.changes import Decision
from mailgate.domain.classify import Known, classify
from mailgate.domain.decide import decide
from mailgate.domain.reading import Reading
from mailgate.domain.verdicts import DeliveryNotice
from mailgate.domain.workcalendar import WorkCalendar
from mailgate.errors import CalendarRangeError, ReadingFailed, ReadingTooCostly, RegisterError
from mailgate.faultplaces import place_of
from mailgate.recording.decided import Decided
from mailgate.recording.recorder import Recorder
from mailgate.register import questions, spool
from mailgate.register.database import unit_of_work
from mailgate.register.faults import RowRefused
from mailgate.register.knowledge import Knowledge
from mailgate.register.spool import ClaimedMail, ClaimLost
from mailgate.register.standingquestions import standing_question, with_author
from mailgate.sandbox import SandboxUnavailable
from mailgate.sandboxpool import SandboxPool

BATCH = 32
LEASE = timedelta(hours=3)
"""Longer than a batch of the slowest mails takes with one reader: each may use the sandbox's whole time twice, the second
time without its files."""
PAUSES = (timedelta(seconds=1), timedelta(seconds=10))
"""Before the second and the third attempt at a mail that failed."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """Mails that were claimed together, and the readings of those that could be read."""

    claimed: Sequence[ClaimedMail]
    readable: Sequence[tuple[ClaimedMail, Reading]]


@dataclass
class Pipeline:
    """Turns waiting mail into the register's rows and letters.

    While one batch is written the next is read, and batches are written in the order in which they were claimed: thus
    numbers follow receipt.  One thread at a time may call ``run_batch``.  ``queued`` is called after each commit that
    added letters; ``owner`` names this daemon in claims.
    """

    engine: Engine
    readers: SandboxPool
    recorder: Recorder
    calendar: WorkCalendar
    trusted_authserv_id: str | None
    owner: str
    clock: Callable[[], datetime]
    queued: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self._knowledge = Knowledge(self.recorder.office, self.recorder.key, self.trusted_authserv_id)
        self._colleagues = self.recorder.office.consultant_keys
        self._reading_ahead = ThreadPoolExecutor(1, "reading-ahead")
        self._ahead: Future[_Batch] | None = None
        self._owed: list[int] = []
        self._in_hand: list[int] = []
        self._adrift = False
        """Whether mails may be claimed of which we do not know: the connection was lost while the claim was committed."""

    def run_batch(self) -> int:
        """Handle one batch; returns how many mails were claimed (nought: nothing waits).

        Raises RegisterError when the database cannot serve; claimed mails are then waiting again.
        """
        ahead, self._ahead = self._ahead, None
        self._in_hand = []
        batch = ahead.result() if ahead else self._next_batch()
        if not batch.claimed:
            return 0
        self._in_hand = [mail.id for mail in batch.claimed]
        self._ahead = self._reading_ahead.submit(self._next_batch)
        try:
            self._write(batch.readable)
        except BaseException:
            # What was read ahead goes back as well, or it would overtake this batch.
            self._give_back(batch.claimed)
            self._give_back_ahead()
            raise
        return len(batch.claimed)

    def drain(self) -> int:
        """Handle everything that waits now; returns how many mails were handled."""
        handled = 0
        while count := self.run_batch():
            handled += count
        return handled

    def close(self) -> None:
        """Give back what was read ahead; nothing may be running."""
        self._give_back_ahead()
        self._reading_ahead.shutdown()

    def _next_batch(self) -> _Batch:
        owed = tuple(self._owed)
        adrift, self._adrift = self._adrift, True
        with unit_of_work(self.engine) as session:
            if adrift:
                spool.unclaim_all(session, self.owner, but=self._in_hand)
            self._unclaim(session, owed)
            claimed = spool.claim(session, self.owner, BATCH, self.clock(), LEASE)
        self._adrift = False
        del self._owed[: len(owed)]
        for spool_id in claimed.quarantined:
            maillog.quarantined(spool_id=spool_id, reason=spool.CUT_SHORT)
        try:
            return _Batch(claimed, self._readable(claimed))
        except BaseException:
            self._give_back(claimed)
            raise

    def _give_back_ahead(self) -> None:
        ahead, self._ahead = self._ahead, None
        if ahead is None or ahead.exception() is not None:
            return
        self._give_back(ahead.result().claimed)

    def _readable(self, claimed: Sequence[ClaimedMail]) -> list[tuple[ClaimedMail, Reading]]:
        """Read the mails; those that cannot be read go back for another attempt.

        Raises SandboxUnavailable where that is no fault of theirs.
        """
        readings = self.readers.read_all([(mail.raw, mail.envelope.sender) for mail in claimed])
        for reading in readings:
            if isinstance(reading, SandboxUnavailable):
                raise reading
        readable = []
        for mail, reading in zip(claimed, readings, strict=True):
            if isinstance(reading, ReadingTooCostly):
                # It would cost the same again.
                self._set_aside(mail, str(reading))
            elif isinstance(reading, ReadingFailed):
                self._release(mail, str(reading))
            else:
                readable.append((mail, _cut(reading) if mail.envelope.truncated else reading))
        return readable

    def _write(self, batch: Sequence[tuple[ClaimedMail, Reading]]) -> None:
        """Write the batch in one transaction; where that fails, one mail at a time finds the one at fault."""
        try:
            self._transact(batch)
        except ClaimLost:
            if len(batch) > 1:
                self._write_singly(batch)
        except RowRefused as fault:
            self._write_failed(batch, str(fault))
        except RegisterError:
            raise
        except Exception as fault:  # noqa: BLE001  # Whatever a strange mail provoked must cost that mail alone.
            self._write_failed(batch, f"a mistake of the program: {place_of(fault)}")

    def _write_failed(self, batch: Sequence[tuple[ClaimedMail, Reading]], reason: str) -> None:
        if len(batch) > 1:
            self._write_singly(batch)
        else:
            self._release(batch[0][0], reason)

    def _write_singly(self, batch: Sequence[tuple[ClaimedMail, Reading]]) -> None:
        for item in batch:
            self._write([item])

    def _transact(self, batch: Sequence[tuple[ClaimedMail, Reading]]) -> None:
        """Write mails in one transaction; one that touches a question which another of them touches waits for the next.

        Two answers to one question must see each other.
        """
        later: list[tuple[ClaimedMail, Reading]] = []
        touched: set[int] = set()
        now = self.clock()
        with unit_of_work(self.engine) as session:
            decided = []
            for mail, reading in batch:
                known, ids = self._knowledge.of(session, reading, mail.envelope)
                if ids & touched:
                    later.append((mail, reading))
                    continue
                touched |= ids
                decided.append(self._decided(session, mail, reading, known, sorted(ids)))
            recorded = self.recorder.record(session, decided, self.owner, now)
        for line in recorded.journal:
            line()
        if recorded.letters:
            self.queued()
        if later:
            self._transact(later)

    def _decided(
        self, session: Session, mail: ClaimedMail, reading: Reading, known: Known, question_ids: Sequence[int]
    ) -> Decided:
        verdict = classify(reading, known)
        rows = questions.get(session, question_ids, lock=True) if question_ids else {}
        standing = {id: standing_question(session, row) for id, row in rows.items()}
        if isinstance(verdict, DeliveryNotice):
            standing = {id: with_author(session, question) for id, question in standing.items()}
        try:
            decision = decide(verdict, reading, mail.envelope, standing, self.calendar, self._colleagues)
        except CalendarRangeError as fault:
            decision = Decision(verdict.kind, set_aside=str(fault))
        return Decided(mail.id, mail.envelope, reading, decision, standing, mail.archive, mail.retaken)

    def _set_aside(self, mail: ClaimedMail, reason: str) -> None:
        with unit_of_work(self.engine) as session:
            spool.quarantine(session, mail.id, reason, "failed", self.clock(), owner=self.owner)
        maillog.quarantined(spool_id=mail.id, reason=reason)

    def _release(self, mail: ClaimedMail, reason: str) -> None:
        """Put a mail back for another attempt, or set it aside at the last."""
        now = self.clock()
        pause = PAUSES[min(mail.attempts, len(PAUSES)) - 1]
        with unit_of_work(self.engine) as session:
            quarantined = spool.release(session, mail.id, reason, now + pause, now, owner=self.owner)
        if quarantined:
            maillog.quarantined(spool_id=mail.id, reason=reason)
        else:
            maillog.read_failed(spool_id=mail.id, attempt=mail.attempts, reason=reason)

    def _give_back(self, claimed: Sequence[ClaimedMail]) -> None:
        """At once, or with the next claim: a database that is busy for a minute must not keep mail for a whole lease."""
        ids = [mail.id for mail in claimed]
        try:
            with unit_of_work(self.engine) as session:
                self._unclaim(session, ids)
        except RegisterError as fault:
            self._owed += ids
            maillog.pipeline_failed(reason=str(fault))

    def _unclaim(self, session: Session, spool_ids: Sequence[int]) -> None:
        for spool_id in spool_ids:
            spool.unclaim(session, spool_id, owner=self.owner)


def _cut(reading: Reading) -> Reading:
    """A mail that was larger than we take: only its headers are here, so nothing can be said of its content."""
    return replace(reading, unreadable="it is larger than MAILGATE_MAX_MESSAGE_BYTES; only its headers were taken")
