"""Commits are shared, failures are told to the right one, and nothing is answered before it is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from datetime import UTC, datetime
from itertools import count
from threading import Event, Semaphore, Thread

import pytest
from servers.smtp_receiver import PATIENCE, MemorySpool

from mailgate.domain.mail import Envelope
from mailgate.errors import RegisterBusy
from mailgate.intake.committer import Committer, IntakeClosed, arrival_of
from mailgate.register.faults import RowRefused
from mailgate.register.spool import Arrival, Spooled

ENVELOPE = Envelope("smtp", "jan@urzad.example", ("hotline@csizs.example",), datetime(2026, 11, 20, 9, tzinfo=UTC))


def mail(number: int, size: int = 20) -> Arrival:
    return arrival_of(ENVELOPE, b"Message-ID: <%d@x>\r\n\r\n" % number + b"x" * size)


def hold_first(spool: MemorySpool, committer: Committer) -> Future[Spooled]:
    """Let one commit hang, so that others pile up behind it."""
    spool.open.clear()
    first = committer.submit(mail(0))
    assert spool.entered.wait(PATIENCE)
    return first


def results(futures: Sequence[Future[Spooled]]) -> list[Spooled | str]:
    _, pending = wait(futures, PATIENCE)
    assert not pending
    return [type(f.exception()).__name__ if f.exception() else f.result() for f in futures]


def test_an_arrival_carries_fingerprint_and_message_id() -> None:
    arrival = arrival_of(ENVELOPE, b"Message-ID: <a@b>\r\n\r\nx\r\n", archive=True)
    assert arrival.message_id == "<a@b>"
    assert len(arrival.fingerprint) == 64
    assert arrival.archive


def test_what_waits_shares_one_commit() -> None:
    spool = MemorySpool()
    with Committer(spool) as committer:
        futures = [hold_first(spool, committer), *(committer.submit(mail(n)) for n in range(1, 40))]
        spool.open.set()
        assert [r.id for r in results(futures) if isinstance(r, Spooled)] == list(range(1, 41))
    assert spool.batches == [1, 39]


def test_a_sender_that_a_sync_kept_waiting_shares_the_next_one_with_those_who_came_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("mailgate.intake.committer._LONGEST_GATHERING_SECONDS", PATIENCE)
    # A clock by which every commit took long, so that the next is worth waiting for.
    monkeypatch.setattr("mailgate.intake.committer.monotonic", count(step=100).__next__)
    spool = MemorySpool()
    with Committer(spool) as committer:
        first = hold_first(spool, committer)
        other = committer.submit(mail(1))
        spool.open.set()
        results([first])
        assert results([committer.submit(mail(2)), other]) == [Spooled(3, False), Spooled(2, False)]
    assert spool.batches == [1, 2]


def test_a_batch_ends_at_a_hundred_mails() -> None:
    spool = MemorySpool()
    with Committer(spool) as committer:
        futures = [hold_first(spool, committer), *(committer.submit(mail(n)) for n in range(1, 151))]
        spool.open.set()
        results(futures)
    assert spool.batches == [1, 100, 50]


@pytest.mark.parametrize("fault", [ValueError("poison"), RowRefused("a constraint")])
def test_a_bad_mail_fails_alone(fault: Exception) -> None:
    spool = MemorySpool()
    bad = mail(7)
    spool.fault = lambda arrivals: fault if bad in arrivals else None
    with Committer(spool) as committer:
        first = hold_first(spool, committer)
        futures = [first, *(committer.submit(arrival) for arrival in (mail(1), bad, mail(2)))]
        spool.open.set()
        outcome = results(futures)
    assert [r if isinstance(r, str) else r.duplicate for r in outcome] == [False, False, type(fault).__name__, False]


def test_a_busy_database_is_not_asked_again_for_each_mail() -> None:
    spool = MemorySpool()
    asked: list[int] = []

    def busy(arrivals: Sequence[Arrival]) -> Exception | None:
        asked.append(len(arrivals))
        return RegisterBusy("locked")

    spool.fault = busy
    with Committer(spool) as committer:
        futures = [hold_first(spool, committer), *(committer.submit(mail(n)) for n in range(1, 6))]
        spool.open.set()
        assert results(futures) == ["RegisterBusy"] * 6
    assert asked == [1, 5]


def test_a_database_that_gets_busy_during_single_tries_fails_the_rest() -> None:
    spool = MemorySpool()
    faults: list[Exception | None] = [None, ValueError("one of them"), None, RegisterBusy("locked")]
    spool.fault = lambda arrivals: faults.pop(0) if faults else AssertionError("asked again")
    with Committer(spool) as committer:
        futures = [hold_first(spool, committer), *(committer.submit(mail(n)) for n in range(1, 5))]
        spool.open.set()
        assert [r if isinstance(r, str) else r.id for r in results(futures)] == [1, 2] + ["RegisterBusy"] * 3


def test_the_mail_after_a_failure_is_stored() -> None:
    spool = MemorySpool()
    faults: list[Exception] = [OSError("disk")]
    spool.fault = lambda arrivals: faults.pop() if faults else None
    with Committer(spool) as committer:
        with pytest.raises(OSError, match="disk"):
            committer.commit(mail(1))
        assert committer.commit(mail(1)) == Spooled(1, False)


def test_a_store_that_answers_for_too_few_is_a_failure() -> None:
    with Committer(lambda arrivals: []) as committer, pytest.raises(RuntimeError, match="0 of 1"):
        committer.commit(mail(1))


def test_threads_wait_while_too_many_bytes_are_in_hand() -> None:
    spool = MemorySpool()
    went_on = Event()
    with Committer(spool, waiting_bytes=2000) as committer:
        hold_first(spool, committer)
        committer.submit(mail(1, 1500))

        def submit_more() -> None:
            committer.submit(mail(2, 1500))
            went_on.set()

        thread = Thread(target=submit_more)
        thread.start()
        assert not went_on.wait(0.2)
        spool.open.set()
        assert went_on.wait(PATIENCE)
        thread.join(PATIENCE)
    assert len(spool.arrivals) == 3


def test_a_mail_larger_than_the_whole_budget_still_passes() -> None:
    with Committer(MemorySpool(), waiting_bytes=10) as committer:
        assert committer.commit(mail(1, 5000)).id == 1


def test_closing_stores_what_waits_and_then_takes_nothing() -> None:
    spool = MemorySpool()
    committer = Committer(spool)
    futures = [hold_first(spool, committer), committer.submit(mail(1))]
    spool.open.set()
    committer.close()
    assert [f.done() for f in futures] == [True, True]
    with pytest.raises(IntakeClosed):
        committer.submit(mail(2))
    committer.close()


def test_closing_waits_for_no_store_that_hangs_longer_than_it_may() -> None:
    spool = MemorySpool()
    committer = Committer(spool)
    hold_first(spool, committer)
    assert not committer.close(0.05)
    spool.open.set()
    assert committer.close(PATIENCE)


def test_who_waits_for_mail_shows_that_it_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailgate.intake.committer._IDLE_SECONDS", 0.01)
    rounds = Semaphore(0)
    with Committer(MemorySpool(), rounded=rounds.release) as committer:
        for _ in range(3):
            assert rounds.acquire(timeout=PATIENCE)
        committer.commit(mail(1))


def test_a_cancelled_wait_does_not_cancel_the_commit() -> None:
    spool = MemorySpool()

    async def cancelled(committer: Committer) -> None:
        task = asyncio.create_task(committer.commit_async(mail(1)))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with Committer(spool) as committer:
        hold_first(spool, committer)
        asyncio.run(cancelled(committer))
        spool.open.set()
    assert len(spool.arrivals) == 2


def test_many_coroutines_share_commits() -> None:
    spool = MemorySpool()

    async def all_at_once(committer: Committer) -> list[Spooled]:
        return await asyncio.gather(*(committer.commit_async(mail(n)) for n in range(40)))

    with Committer(spool) as committer:
        stored = asyncio.run(all_at_once(committer))
    assert sorted(s.id for s in stored) == list(range(1, 41))
    assert len(spool.batches) < 40


def test_an_event_loop_is_woken_once_for_a_whole_batch() -> None:
    spool = MemorySpool()
    woken: list[int] = []

    async def all_at_once(committer: Committer) -> list[Spooled]:
        loop = asyncio.get_running_loop()
        wake = loop.call_soon_threadsafe

        def counted(callback: Callable[..., object], settled: list[object]) -> asyncio.Handle:
            woken.append(len(settled))
            return wake(callback, settled)

        loop.call_soon_threadsafe = counted  # type: ignore[method-assign,assignment]
        waiting = [asyncio.ensure_future(committer.commit_async(mail(n))) for n in range(1, 31)]
        await asyncio.sleep(0)
        spool.open.set()
        return await asyncio.gather(*waiting)

    with Committer(spool) as committer:
        hold_first(spool, committer)
        assert len(asyncio.run(all_at_once(committer))) == 30
    assert woken == [30]


def test_a_loop_that_is_closed_meanwhile_keeps_nobody_else_from_an_answer() -> None:
    spool = MemorySpool()
    with Committer(spool) as committer:
        hold_first(spool, committer)
        loop = asyncio.new_event_loop()
        abandoned = loop.create_task(committer.commit_async(mail(1)))
        loop.run_until_complete(asyncio.sleep(0))
        abandoned.cancel()
        loop.run_until_complete(asyncio.gather(abandoned, return_exceptions=True))
        loop.close()
        other = committer.submit(mail(2))
        spool.open.set()
        assert results([other]) == [Spooled(3, False)]


def test_the_journal_has_one_line_for_each_outcome(caplog: pytest.LogCaptureFixture) -> None:
    spool = MemorySpool()
    with caplog.at_level("INFO", "mailgate.mail"), Committer(spool) as committer:
        committer.commit(mail(1))
        committer.commit(mail(1))
        spool.fault = lambda arrivals: ValueError("a text that quotes jan@urzad.example")
        with pytest.raises(ValueError, match="quotes"):
            committer.commit(mail(2))
    lines = [record.getMessage() for record in caplog.records]
    assert [line.split()[0] for line in lines] == ["received", "duplicate", "intake-failed"]
    assert "urzad.example" not in lines[2]
