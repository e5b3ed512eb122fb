"""The thread that does one kind of work: it never dies in silence, and says nothing twice."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Queue
from threading import Event

import pytest

from mailgate import worker
from mailgate.errors import RegisterBusy
from mailgate.worker import Worker

PATIENCE = 10.0


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "SHORTEST_PAUSE", 0.001)
    monkeypatch.setattr(worker, "LONGEST_PAUSE", 0.002)


@contextmanager
def at_work(work: Callable[[], int], rounded: Callable[[], None] = lambda: None) -> Iterator[Worker]:
    one = Worker("proof", work, rounded)
    one.start()
    try:
        yield one
    finally:
        assert one.stop(PATIENCE)


def test_it_works_until_there_is_no_more_and_again_whenever_it_is_woken() -> None:
    left, seen = [2, 1, 0, 1, 0], Queue[int]()

    def work() -> int:
        seen.put(now := left.pop(0))
        return now

    with at_work(work) as one:
        assert [seen.get(timeout=PATIENCE) for _ in range(3)] == [2, 1, 0]
        one.wake()
        assert [seen.get(timeout=PATIENCE) for _ in range(2)] == [1, 0]


def test_a_fault_is_told_once_and_tried_again_until_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    tries, done = iter(range(100)), Event()

    def work() -> int:
        if next(tries) < 3:
            raise RegisterBusy("The database is busy.")
        done.set()
        return 0

    with at_work(work):
        assert done.wait(PATIENCE)
    assert [record.getMessage() for record in caplog.records] == [
        "proof cannot work now and tries again: The database is busy.",
        "proof works again after 3 failures",
    ]


def test_a_mistake_of_the_program_ends_no_thread_and_its_words_are_not_told(caplog: pytest.LogCaptureFixture) -> None:
    """They may quote a clerk; the place says enough."""
    tries, done = iter(range(100)), Event()

    def work() -> int:
        if next(tries) < 2:
            raise KeyError("Pytanie pana Bąka")
        done.set()
        return 0

    with at_work(work):
        assert done.wait(PATIENCE)
    assert "a mistake of the program: KeyError in " in caplog.text
    assert "Bąka" not in caplog.text


def test_a_round_is_complete_also_where_it_failed() -> None:
    """An outage that is known feeds the watchdog; only what never comes back starves it."""
    rounds = Queue[str]()

    def work() -> int:
        raise RegisterBusy("The database is busy.")

    with at_work(work, lambda: rounds.put("complete")):
        assert [rounds.get(timeout=PATIENCE) for _ in range(3)] == ["complete"] * 3


def test_one_that_never_began_is_stopped_at_once() -> None:
    assert Worker("proof", lambda: 0).stop(0)


def test_work_that_does_not_end_is_told_and_not_waited_for_for_ever() -> None:
    begun, end = Event(), Event()

    def work() -> int:
        begun.set()
        end.wait(PATIENCE)
        return 0

    one = Worker("proof", work)
    one.start()
    assert begun.wait(PATIENCE)
    assert not one.stop(0.01)
    end.set()
    assert one.stop(PATIENCE)
