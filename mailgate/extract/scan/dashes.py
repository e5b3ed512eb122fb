"""Dashes and bullets of running text, told by how they look and where they stand: the model guesses at them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from mailgate.extract.scan.tesseract import Recognised
from mailgate.extract.scan.words import on_one_line

_DASH = re.compile(r"[-–—]")
_LETTERS = re.compile(r"\w*[^\W\d_]\w*[^\W\d_]\w*")
_LONG = 0.95
_SHORT = 0.48
"""The width of an em dash at least, and of a hyphen at most, in heights of the words of the page."""
_NEAR = 6


def with_dashes(words: Sequence[Recognised]) -> list[Recognised]:
    """The words, each dash that stands alone as long as its ink, and ``»`` that opens a line as the bullet it is."""
    heights = [word.box.height for word in words if _LETTERS.fullmatch(word.text)]
    if not heights:
        return list(words)
    height = median(heights)
    return [_told(words, index, height) for index in range(len(words))]


def _told(words: Sequence[Recognised], index: int, height: float) -> Recognised:
    word = words[index]
    if _DASH.fullmatch(word.text):
        share = word.box.width / height
        return replace(word, text="—" if share > _LONG else "–" if share > _SHORT else "-")
    if word.text == "»" and _opens_line(words, index):
        return replace(word, text="•")
    return word


def _opens_line(words: Sequence[Recognised], index: int) -> bool:
    word = words[index]
    before = words[max(0, index - _NEAR) : index]
    return not any(on_one_line(other.box, word.box) and other.box.x0 < word.box.x0 for other in before)
