"""Writes what became of letters into the outbox, in as few commits as safety allows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, assert_never

from sqlalchemy import Engine
from sqlmodel import Session

from mailgate import maillog
from mailgate.delivery.outcome import Accepted, Deferred, Outcome, Refused, Uncertain, Withheld, codes_of
from mailgate.domain.pauses import pause
from mailgate.errors import RegisterError
from mailgate.register import outbox, outcomes
from mailgate.register.database import unit_of_work
from mailgate.register.faults import RowRefused

SHORTEST_PAUSE = 120.0
LONGEST_PAUSE = 4 * 3600.0
"""Between two tries of a deferred letter, in seconds: most greylists let pass after a few minutes."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a letter, and when."""

    letter: outbox.ClaimedLetter
    outcome: Outcome
    at: datetime
    next_try_at: datetime


class Results:
    """Keeps results until they are committed; belongs to one courier's thread.

    The result of one letter is committed together with the mark that the next one is leaving.  Until then a crash makes
    an accepted letter uncertain, never sent twice.  A result that cannot be written now is kept and tried again.
    """

    def __init__(self, engine: Engine, owner: str, now: Callable[[], datetime], chance: Callable[[], float]) -> None:
        self._engine = engine
        self._owner = owner
        self._now = now
        self._chance = chance
        self._results: list[Result] = []

    def leaving(self, letter: outbox.ClaimedLetter) -> bool:
        """Commit that a letter's content is about to leave; False where it is no longer ours.  Raises RegisterError."""
        with unit_of_work(self._engine) as session:
            self._write_all(session)
            ours = outbox.mark_sending(session, letter.id, self._owner, self._now())
        self._written()
        return ours

    def became(self, letter: outbox.ClaimedLetter, outcome: Outcome) -> None:
        """Take down what became of a letter; it is written with the next commit."""
        if not isinstance(outcome, Withheld):
            now = self._now()
            seconds = _pause_for(letter, now, self._chance())
            self._results.append(Result(letter, outcome, now, now + timedelta(seconds=seconds)))

    def flush(self) -> None:
        """Commit all results.  Raises RegisterError where it must be tried again, and keeps them."""
        if not self._results:
            return
        try:
            with unit_of_work(self._engine) as session:
                self._write_all(session)
        except Exception as error:
            if _concerns_all(error):
                raise
            self._flush_one_by_one()
        else:
            self._written()

    def _flush_one_by_one(self) -> None:
        """Something is wrong with one of them: it must not keep the others from being written.

        What cannot be written at all stays ``sending`` in the outbox and is uncertain when its lease ends.
        """
        while self._results:
            result = self._results[0]
            try:
                with unit_of_work(self._engine) as session:
                    _write(session, result)
            except Exception as error:
                if _concerns_all(error):
                    raise
                letter = result.letter
                reply = f"not recorded: {type(error).__name__}"
                maillog.letter_uncertain(letter_id=letter.id, number=letter.number, kind=letter.kind, reply=reply)
            else:
                _say(result)
            self._results.pop(0)

    def _write_all(self, session: Session) -> None:
        for result in self._results:
            _write(session, result)

    def _written(self) -> None:
        for result in self._results:
            _say(result)
        self._results.clear()


def _concerns_all(error: Exception) -> bool:
    """Whether the database is out of order; otherwise something is wrong with one result."""
    return isinstance(error, RegisterError) and not isinstance(error, RowRefused)


def _pause_for(letter: outbox.ClaimedLetter, now: datetime, chance: float) -> float:
    """Seconds until the next try: pauses double as the letter grows old.

    Age is counted from when it was queued, or had tried again by a person, which the number of attempts does not tell.
    """
    age = max(0.0, (now - (letter.give_up_at - outbox.GIVE_UP_AFTER)).total_seconds())
    return pause(1 + int(math.log2(1 + age / SHORTEST_PAUSE)), SHORTEST_PAUSE, LONGEST_PAUSE, chance)


def _write(session: Session, result: Result) -> None:
    letter_id, outcome, at = result.letter.id, result.outcome, result.at
    match outcome:
        case Accepted(reply=reply):
            outcomes.mark_accepted(session, letter_id, reply, at)
        case Deferred(reply=reply):
            outcomes.mark_deferred(session, letter_id, reply, result.next_try_at, at)
        case Refused(reply=reply):
            outcomes.mark_refused(session, letter_id, reply, at)
        case Uncertain(reply=reply):
            outcomes.mark_uncertain(session, letter_id, reply, at)
        case Withheld():
            pass
        case _:
            assert_never(outcome)


def _say(result: Result) -> None:
    """One line in the journal, once the register knows it."""
    letter, outcome = result.letter, result.outcome
    told: dict[str, Any] = {"letter_id": letter.id, "number": letter.number, "kind": letter.kind}
    match outcome:
        case Accepted(reply=reply):
            seconds = (result.at - letter.created_at).total_seconds()
            maillog.letter_accepted(**told, reply=codes_of(reply), seconds=seconds)
        case Deferred(reply=reply):
            seconds = (result.next_try_at - result.at).total_seconds()
            maillog.letter_deferred(**told, reply=codes_of(reply), seconds=seconds)
        case Refused(reply=reply):
            maillog.letter_refused(**told, reply=codes_of(reply))
        case Uncertain(reply=reply):
            maillog.letter_uncertain(**told, reply=codes_of(reply))
        case Withheld():
            pass
        case _:
            assert_never(outcome)
