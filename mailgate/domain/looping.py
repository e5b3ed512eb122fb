"""Two machines that write to each other: what gives such a conversation away (RFC 3834 section 2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from mailgate.domain.polish.words import folded_words

MOST_LETTERS = 3
"""So many letters one correspondent may get within the window before his mails are looked at as a machine's."""
WINDOW = timedelta(minutes=10)

_MOST_WORDS = 2_000
_NEARLY_EQUAL = 0.8


def nearly_equal(first: str, second: str) -> bool:
    """Whether two texts are one with other numbers and dates in it: four fifths of their words are the same."""
    one, other = _words(first), _words(second)
    if not one or not other:
        return one == other
    shared = (one & other).total()
    return shared >= _NEARLY_EQUAL * max(one.total(), other.total())


def repeats_itself(text: str, asked: Sequence[str]) -> bool:
    """Whether at least three of the texts that came in the window, ``text`` among them, are nearly equal to it."""
    return sum(nearly_equal(text, one) for one in asked) >= MOST_LETTERS


def _words(text: str) -> Counter[str]:
    return Counter(word for word in folded_words(text)[:_MOST_WORDS] if not any(map(str.isdigit, word)))
