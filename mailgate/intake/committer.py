"""Mail that arrives together is committed together: one transaction, one sync to disk, for all that wait.

The SMTP receiver and ``mailgate ingest`` hand their arrivals to a ``Committer`` and say "taken" to the other side only
when it has answered; the IMAP poller has its batches at hand and stores them itself (``sweep``).  How a transaction is
made stands in the ``store`` callable that the composition root gives.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from threading import Condition, Thread
from time import monotonic
from types import TracebackType
from typing import Self, TypeAlias

from mailgate import maillog
from mailgate.domain import mail
from mailgate.errors import MailgateError
from mailgate.intake.budget import ByteBudget
from mailgate.intake.storing import Store, store_each
from mailgate.register.spool import Arrival, Spooled

DEFAULT_WAITING_BYTES = 64 * 1024 * 1024
_BATCH_COUNT = 100
_BATCH_BYTES = 32 * 1024 * 1024
_LONGEST_GATHERING_SECONDS = 0.01
_IDLE_SECONDS = 60.0


_Done: TypeAlias = "Future[Spooled] | asyncio.Future[Spooled]"
"""Where a thread, or a coroutine, waits for what becomes of its mail."""
_Outcome: TypeAlias = Spooled | Exception


class IntakeClosed(MailgateError):
    """The program is stopping and takes nothing more; the sender shall come again."""


@dataclass(slots=True)
class _Waiting:
    arrival: Arrival
    done: _Done


def arrival_of(envelope: mail.Envelope, raw: bytes, *, archive: bool = False) -> Arrival:
    """An arrival with its fingerprint and Message-ID; ``archive`` marks old mail that is only put on record."""
    return Arrival(envelope, raw, mail.fingerprint(raw), mail.message_id_of(raw), archive)


class Committer:
    """One thread that stores whatever waits, in one transaction.

    One bad mail does not fail the others of its batch (``storing``).  Every failure is temporary.
    """

    def __init__(
        self, store: Store, *, waiting_bytes: int = DEFAULT_WAITING_BYTES, rounded: Callable[[], None] = lambda: None
    ) -> None:
        """``waiting_bytes`` bounds what threads have in hand here; above it ``submit`` waits.

        ``rounded`` is called after each transaction, and from time to time where there is none.
        """
        self._rounded = rounded
        self._store = store
        self._budget = ByteBudget(waiting_bytes)
        self._waiting: deque[_Waiting] = deque()
        self._changed = Condition()
        self._closed = False
        self._last_count = 0
        self._last_seconds = 0.0
        self._thread = Thread(target=self._run, name="committer", daemon=True)
        self._thread.start()

    def submit(self, arrival: Arrival) -> Future[Spooled]:
        """Hand over a mail from a thread; waits while too many bytes are in hand.

        The future gives the spool's row, or raises what the store raised.  Raises IntakeClosed after ``close``.
        """
        size = len(arrival.raw)
        self._budget.take(size)
        future: Future[Spooled] = Future()
        try:
            self._enqueue(arrival, future)
        except IntakeClosed:
            self._budget.give(size)
            raise
        future.add_done_callback(lambda _: self._budget.give(size))
        return future

    def commit(self, arrival: Arrival) -> Spooled:
        """Store a mail and wait until it is on disk (for threads).  Raises what the store raised."""
        return self.submit(arrival).result()

    async def commit_async(self, arrival: Arrival) -> Spooled:
        """Store a mail and wait until it is on disk (for an event loop, which must not block).

        Whoever awaits bounds the bytes it holds itself.  Cancelling the wait does not cancel the commit: what was
        handed over is stored, for the client that went away sent a complete mail, and a repetition is recognised.
        """
        future: asyncio.Future[Spooled] = asyncio.get_running_loop().create_future()
        self._enqueue(arrival, future)
        return await future

    def close(self, timeout: float | None = None) -> bool:
        """Store what waits, then stop; False where that took longer than ``timeout`` seconds.  May be called again.

        What is not stored by then was promised to nobody.
        """
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _enqueue(self, arrival: Arrival, done: _Done) -> None:
        with self._changed:
            if self._closed:
                raise IntakeClosed("The program is stopping.")
            self._waiting.append(_Waiting(arrival, done))
            self._changed.notify()

    def _run(self) -> None:
        while (batch := self._next_batch()) is not None:
            if batch:
                self._commit(batch)
            self._rounded()

    def _next_batch(self) -> list[_Waiting] | None:
        """All that waits, within bounds that keep a transaction short; None when closed and done.

        Empty where nothing came for a while: who waits for mail shows that it lives.
        """
        with self._changed:
            self._gather()
            if not self._changed.wait_for(lambda: self._waiting or self._closed, _IDLE_SECONDS):
                return []
            if not self._waiting:
                return None
            batch: list[_Waiting] = []
            room = _BATCH_BYTES
            while self._waiting and len(batch) < _BATCH_COUNT and (room > 0 or not batch):
                batch.append(self._waiting.popleft())
                room -= len(batch[-1].arrival.raw)
            return batch

    def _gather(self) -> None:
        """Where mails came during the last commit, wait a little for those whose senders it kept waiting.

        Else busy senders fall into two groups of which one always waits for the other's sync to disk.  A lone sender
        never waits here, and nobody longer than half of what the sync took.
        """
        if self._waiting:
            wanted = min(len(self._waiting) + self._last_count, _BATCH_COUNT)
            patience = min(self._last_seconds / 2, _LONGEST_GATHERING_SECONDS)
            self._changed.wait_for(lambda: len(self._waiting) >= wanted or self._closed, patience)

    def _commit(self, batch: Sequence[_Waiting]) -> None:
        began = monotonic()
        outcomes = store_each(self._store, [waiting.arrival for waiting in batch])
        self._last_count, self._last_seconds = len(batch), monotonic() - began
        for waiting, outcome in zip(batch, outcomes, strict=True):
            _log_outcome(waiting.arrival, outcome)
        _tell(batch, outcomes)


def _log_outcome(arrival: Arrival, outcome: _Outcome) -> None:
    source = arrival.envelope.source
    if isinstance(outcome, Spooled):
        maillog.received(spool_id=outcome.id, source=source, size=len(arrival.raw), duplicate=outcome.duplicate)
    else:
        # Only errors of ours have a text that surely quotes no mail.
        reason = str(outcome) if isinstance(outcome, MailgateError) else type(outcome).__name__
        maillog.intake_failed(source=source, reason=reason)


def _tell(batch: Sequence[_Waiting], outcomes: Sequence[_Outcome]) -> None:
    """Give everybody what became of his mail; an event loop is woken once for all who wait in it.

    A future that its owner cancelled is left alone; the mail is stored all the same.
    """
    in_loops: defaultdict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Spooled], _Outcome]]] = defaultdict(list)
    for waiting, outcome in zip(batch, outcomes, strict=True):
        done = waiting.done
        if isinstance(done, asyncio.Future):
            in_loops[done.get_loop()].append((done, outcome))
        elif done.set_running_or_notify_cancel():
            _settle(done, outcome)
    for loop, settled in in_loops.items():
        # Raised where the loop is closed, and with it everything that waited in it.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle_in_loop, settled)


def _settle_in_loop(settled: Iterable[tuple[asyncio.Future[Spooled], _Outcome]]) -> None:
    for done, outcome in settled:
        if not done.done():
            _settle(done, outcome)


def _settle(done: _Done, outcome: _Outcome) -> None:
    if isinstance(outcome, Spooled):
        done.set_result(outcome)
    else:
        done.set_exception(outcome)
