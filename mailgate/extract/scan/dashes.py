"""Dashes, bullets, quotation marks and the dots of dates, told by how they look and where they stand: the model guesses."""

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
_DATE_WITH_COMMA = re.compile(r"(?:[0-2]?\d|3[01])(?:,(?:0?\d|1[0-2])[.,]|\.(?:0?\d|1[0-2]),)20\d\d(?!\d)")
_OPENS, _CLOSES = "„", "”"
_STRAIGHT_AT_END = re.compile(r"(?<=\S)\"(?=[\s.,;:!?)]*$)")


def with_dashes(words: Sequence[Recognised]) -> list[Recognised]:
    """The words, each dash that stands alone as long as its ink, and ``»`` that opens a line as the bullet it is."""
    heights = [word.box.height for word in words if _LETTERS.fullmatch(word.text)]
    if not heights:
        return list(words)
    height = median(heights)
    return [_told(words, index, height) for index in range(len(words))]


def with_dates(words: Sequence[Recognised]) -> list[Recognised]:
    """The words, each date with dots where commas were read: ``19,04.2026`` is no amount."""
    return [
        replace(word, text=word.text.replace(",", ".", 2)) if _DATE_WITH_COMMA.match(word.text) else word
        for word in words
    ]


def with_quotation_marks(words: Sequence[Recognised]) -> list[Recognised]:
    """The words, each quotation that opens with ``„`` closed by ``”``: the model likes the straight mark better."""
    result: list[Recognised] = []
    is_open = False
    for word in words:
        text = word.text.replace(_OPENS * 2, _OPENS)
        text = _closed(text) if is_open or _OPENS in text else text
        is_open = text.rfind(_OPENS) > text.rfind(_CLOSES) if _OPENS in text or _CLOSES in text else is_open
        result.append(word if text == word.text else replace(word, text=text))
    return result


def _closed(text: str) -> str:
    """The text of a word with the first straight mark that may end a quotation as a curved one."""
    return _STRAIGHT_AT_END.sub(_CLOSES, text, count=1)


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
