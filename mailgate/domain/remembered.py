"""Answers about short texts that are asked for again and again: the same line is looked at from several sides."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

_Answer = TypeVar("_Answer")


def remembered(most: int, longest: int = 160) -> Callable[[Callable[[str], _Answer]], Callable[[str], _Answer]]:
    """Decorates a pure function of one text: the last ``most`` answers on texts up to ``longest`` characters are kept.

    Longer texts are seldom asked about twice, and would take room.
    """

    def decorated(function: Callable[[str], _Answer]) -> Callable[[str], _Answer]:
        kept = lru_cache(maxsize=most)(function)

        @wraps(function)
        def answer(text: str) -> _Answer:
            return kept(text) if len(text) <= longest else function(text)

        return answer

    return decorated
