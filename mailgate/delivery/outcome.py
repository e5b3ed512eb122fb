"""What became of one attempt to hand over one letter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias, assert_never

# A server that breaks the protocol may give any number, and smtplib says -1 where there was none.
_CODES = re.compile(r"-?\d+(?:[ -][245]\.\d{1,3}\.\d{1,3})?(?= |$)")
LOG_IN_WANTED = frozenset({530, 534, 535, 538})
"""RFC 4954 section 6: the smarthost does not know us, which is no fault of the letter."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """2xx after the content: from here on the letter is the smarthost's."""

    reply: str


@dataclass(frozen=True, slots=True)
class Deferred:
    """4xx, or the connection failed while the letter surely had not been taken: it may be tried again.

    ``unreachable`` tells that the trouble lies with the smarthost or our access to it, not with this letter: every
    other letter would have fared the same.  ``answered`` is False where the smarthost was not even asked.
    """

    reply: str
    unreachable: bool = False
    answered: bool = True


@dataclass(frozen=True, slots=True)
class Refused:
    """5xx, or a letter that can never be sent as it is; ``answered`` is False where only we say so."""

    reply: str
    answered: bool = True


@dataclass(frozen=True, slots=True)
class Uncertain:
    """The connection was lost after the end of the content: it may have been taken or not."""

    reply: str


@dataclass(frozen=True, slots=True)
class Withheld:
    """It turned out at the last moment that the letter is not ours to send: nothing has left."""


Outcome: TypeAlias = Accepted | Deferred | Refused | Uncertain | Withheld


def answered(outcome: Outcome) -> bool:
    """Whether the smarthost spoke to us in this attempt: what we can tell by ourselves proves nothing about it."""
    match outcome:
        case Deferred(unreachable=unreachable, answered=spoke):
            return spoke and not unreachable
        case Refused(answered=spoke):
            return spoke
        case Accepted() | Uncertain() | Withheld():
            return True
        case _:
            assert_never(outcome)


def is_log_in_refusal(reply: str) -> bool:
    """Whether the smarthost said that it does not let us in."""
    return reply[:3].isdecimal() and int(reply[:3]) in LOG_IN_WANTED


def codes_of(reply: str) -> str:
    """The codes in front of a server's reply, for the journal: its words may hold an address.

    Words of our own, which begin with no number, are given as they are.
    """
    match = _CODES.match(reply)
    return match[0] if match else reply
