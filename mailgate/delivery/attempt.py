"""One attempt at one letter: whatever a courier does, raising included, becomes a value that concerns this letter alone."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mailgate.delivery.courier import Courier
from mailgate.delivery.outcome import Deferred, Outcome, Uncertain, Withheld
from mailgate.errors import MailgateError
from mailgate.register.outbox import ClaimedLetter

_log = logging.getLogger("mailgate.delivery")
_FRAMES = 3
"""So many of the innermost places of an exception are told."""


@dataclass
class _Question:
    """Whether the content may leave: asks it for the courier, and keeps how far that came."""

    ask: Callable[[], bool]
    allowed: bool | None = None
    """None until it is answered."""
    failed: bool = False

    def __call__(self) -> bool:
        try:
            self.allowed = self.ask()
        except BaseException:
            self.failed = True
            raise
        return self.allowed


def attempt(courier: Courier, letter: ClaimedLetter, leaving: Callable[[], bool]) -> Outcome:
    """What became of the letter.

    An exception that nobody expected would come again with the same letter, and those behind it would wait for ever: it
    defers this letter, or leaves it uncertain where its content was leaving.  Raises MailgateError, and whatever
    ``leaving`` raised: that is the register's trouble, and none of the letter's.
    """
    question = _Question(leaving)
    try:
        return courier.deliver(letter, question)
    except MailgateError:
        raise
    except Exception as error:
        if question.failed:
            raise
        # Not with its traceback: that ends with the exception's words, which may quote the letter.
        _log.error(
            "letter %d: its courier met something unexpected: %s at %s", letter.id, type(error).__name__, _place(error)
        )
        return _after(question, f"the courier met something unexpected: {type(error).__name__}")


def _after(question: _Question, reply: str) -> Outcome:
    match question.allowed:
        case None:
            return Deferred(reply, answered=False)
        case True:
            return Uncertain(reply)
        case False:
            return Withheld()


def _place(error: Exception) -> str:
    """The innermost lines where it happened, outermost first, without a word of what was being handled."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return " > ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
