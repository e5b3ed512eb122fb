"""What the spaces at the ends of lines tell of a paragraph's wraps, since a printed page has no other trace of them.

LibreOffice writes the space at which it wrapped, and none where a paragraph ends; Word writes one in both places, and
none where it broke an address at a hyphen; browsers and most libraries write none at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mailgate.extract.page.lines import lines_of_words
from mailgate.extract.page.shapes import Ending, Word

_NEARLY_ALL = 0.92
_FEW = 0.03


def with_endings(words: Sequence[Word]) -> tuple[Word, ...]:
    """The words of a page, each with what the file tells of a line that ends with it."""
    ends = [line.words[-1].spaced for line in lines_of_words(words)]
    share = sum(ends) / len(ends) if ends else 0.0
    if share <= _FEW:
        return tuple(words)
    spaced: Ending = "wraps" if share < _NEARLY_ALL else ""
    bare: Ending = "closed" if share < _NEARLY_ALL else "broken"
    return tuple(replace(word, ending=spaced if word.spaced else bare) for word in words)
