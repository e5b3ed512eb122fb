"""An attempt ends as a value, whatever the courier does; the register's trouble alone passes through."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from mailgate.delivery.attempt import attempt
from mailgate.delivery.outcome import Deferred, Outcome, Uncertain, Withheld
from mailgate.errors import RegisterBusy
from mailgate.register.outbox import ClaimedLetter

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LETTER = ClaimedLetter(
    7, "<7@csizs.example>", "anna@urzad.example", "hotline@csizs.example", b"x", 0, NOW, NOW + timedelta(days=5)
)
WORDS = "the courier met something unexpected: ZeroDivisionError"


class Raising:
    """Asks whether the content may leave, or does not, and then raises."""

    def __init__(self, error: Exception, *, asks: bool) -> None:
        self._error = error
        self._asks = asks

    def deliver(self, letter: ClaimedLetter, before_data: Callable[[], bool]) -> Outcome:
        if self._asks:
            before_data()
        raise self._error

    def rest(self) -> None:
        """Nothing is held."""

    def close(self) -> None:
        """Nothing is held."""


@pytest.mark.parametrize(
    ("asks", "allowed", "outcome"),
    [
        (False, True, Deferred(WORDS, answered=False)),
        (True, True, Uncertain(WORDS)),
        (True, False, Withheld()),
    ],
    ids=["before the content", "after it", "not ours to send"],
)
def test_an_unexpected_exception_is_an_outcome_by_the_moment_when_it_came(
    *, asks: bool, allowed: bool, outcome: Outcome
) -> None:
    assert attempt(Raising(ZeroDivisionError("anna"), asks=asks), LETTER, lambda: allowed) == outcome


@pytest.mark.parametrize("asks", [False, True])
def test_our_own_errors_pass(*, asks: bool) -> None:
    with pytest.raises(RegisterBusy):
        attempt(Raising(RegisterBusy("The database is busy."), asks=asks), LETTER, lambda: True)


def test_what_the_register_raises_when_it_is_asked_is_not_charged_to_the_letter() -> None:
    def fails() -> bool:
        raise LookupError("the table is gone")

    with pytest.raises(LookupError):
        attempt(Raising(ZeroDivisionError(), asks=True), LETTER, fails)
