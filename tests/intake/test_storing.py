"""Together where it goes, singly where one mail is refused, and not again where the register cannot serve."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from mailgate.domain.mail import Envelope
from mailgate.errors import RegisterBusy, RegisterError
from mailgate.intake.committer import arrival_of
from mailgate.intake.storing import store_each
from mailgate.register.database import unit_of_work
from mailgate.register.faults import RowRefused
from mailgate.register.spool import Arrival, Spooled, put

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
ENVELOPE = Envelope("imap", "jan@urzad.example", ("hotline@csizs.example",), NOW)


class Store:
    """Counts from 1 what it takes; ``fault`` may refuse a transaction, ``asked`` are the sizes of all of them."""

    def __init__(self, fault: Callable[[Sequence[Arrival]], Exception | None]) -> None:
        self.asked: list[int] = []
        self._fault = fault
        self._count = 0

    def __call__(self, arrivals: Sequence[Arrival]) -> list[Spooled]:
        self.asked.append(len(arrivals))
        if fault := self._fault(arrivals):
            raise fault
        self._count += len(arrivals)
        return [Spooled(self._count - len(arrivals) + one + 1, duplicate=False) for one in range(len(arrivals))]


MAILS = [arrival_of(ENVELOPE, b"Message-ID: <%d@x>\r\n\r\nx" % number) for number in range(4)]
BAD = MAILS[2]


def told(outcomes: Sequence[Spooled | Exception]) -> list[int | str]:
    return [one.id if isinstance(one, Spooled) else type(one).__name__ for one in outcomes]


def test_all_go_in_one_transaction() -> None:
    store = Store(lambda arrivals: None)
    assert told(store_each(store, MAILS)) == [1, 2, 3, 4]
    assert store.asked == [4]


def test_for_no_mail_there_is_no_transaction() -> None:
    store = Store(lambda arrivals: None)
    assert store_each(store, []) == []
    assert store.asked == []


@pytest.mark.parametrize("fault", [RowRefused("a constraint"), ValueError("poison")])
def test_a_mail_that_is_refused_stays_out_alone(fault: Exception) -> None:
    store = Store(lambda arrivals: fault if BAD in arrivals else None)
    assert told(store_each(store, MAILS)) == [1, 2, type(fault).__name__, 3]
    assert store.asked == [4, 1, 1, 1, 1]


@pytest.mark.parametrize("fault", [RegisterBusy("locked"), RegisterError("no such table")])
def test_where_the_register_cannot_serve_all_fail_at_once(fault: Exception) -> None:
    store = Store(lambda arrivals: fault)
    assert told(store_each(store, MAILS)) == [type(fault).__name__] * 4
    assert store.asked == [4]


def test_what_was_stored_singly_before_the_register_failed_is_told_as_stored() -> None:
    faults = [RowRefused("one of them"), None, RowRefused("this one"), RegisterBusy("locked")]
    store = Store(lambda arrivals: faults.pop(0))
    assert told(store_each(store, MAILS)) == [1, "RowRefused", "RegisterBusy", "RegisterBusy"]
    assert store.asked == [4, 1, 1, 1]


def test_a_store_that_answers_for_too_few_has_stored_nothing() -> None:
    assert told(store_each(lambda arrivals: [], MAILS[:2])) == ["RuntimeError", "RuntimeError"]


def test_a_row_that_the_real_register_refuses_keeps_no_other_out(engine: Engine) -> None:
    def store(arrivals: Sequence[Arrival]) -> list[Spooled]:
        with unit_of_work(engine) as session:
            return put(session, arrivals, NOW)

    strange = Envelope("pigeon", None, (), NOW)  # type: ignore[arg-type]
    outcomes = store_each(store, [MAILS[0], arrival_of(strange, b"Subject: x\r\n\r\nx"), MAILS[1]])
    first, refused, second = told(outcomes)
    # What was rolled back leaves gaps between the ids of PostgreSQL.
    assert (refused, first < second) == ("RowRefused", True)
