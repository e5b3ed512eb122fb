"""What stands on a page and is no part of its text: the stamp of a registry, and scribbles that were taken for letters.

A block of words is left out only where it stands clear below text that was read well, so that nothing is lost where a
person wrote by hand what the form asks for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from mailgate.domain.form.labels import label_at_start
from mailgate.domain.polish.words import fold
from mailgate.extract.page.shapes import Box, around
from mailgate.extract.scan.tesseract import Recognised
from mailgate.extract.scan.words import runs_of, sureness

_Run = list[Recognised]

_FAR = 3.0
"""How far below the text, in heights of it, a stranger stands at least."""
_NEAR = 2.4
"""How far apart the lines of one block are at most, in heights of text."""
_SCRIBBLED = 60.0
_SURE = 85.0
_LETTERS_OF_A_WORD = 4
_STROKES = frozenset("iIl|1!j;:,.'")
_SAME_PLACE = 8
_STROKES_OF_A_LINE = 4
_RECEIVED = ("wplyn", "otrzym")
_ENTRY = re.compile(r"[lL]\. ?dz")
_WORDS_OF_A_STAMP = 3
"""The first line of a registry's stamp is hardly more than its one word: ``WPŁYNĘŁO``."""


def without_strangers(words: Sequence[Recognised]) -> list[Recognised]:
    """The words of a page without pieces of lines, and without stamps and scribbles below its text."""
    words = [word for word in words if not _is_of_line(word, words)]
    if not words:
        return []
    height = median(word.box.height for word in words)
    blocks = _blocks(runs_of(words), _NEAR * height)
    strange = [block for block in blocks if _is_stamp(block) or _is_scribble(block)]
    text = [run for block in blocks if block not in strange for run in block if any(map(_is_sure, run))]
    left_out = {
        id(word)
        for block in strange
        if _stands_below(_place(block), text, _FAR * height)
        for run in block
        for word in run
    }
    return [word for word in words if id(word) not in left_out]


def _is_of_line(word: Recognised, words: Sequence[Recognised]) -> bool:
    """True for a stroke with others right above or below it: what a scanner left of the side of a table."""
    if word.text not in _STROKES:
        return False
    beside = (one for one in words if abs(one.box.x0 - word.box.x0) <= _SAME_PLACE and one.text in _STROKES)
    return sum(1 for _ in beside) >= _STROKES_OF_A_LINE


def _blocks(runs: Sequence[_Run], margin: float) -> list[list[_Run]]:
    """Runs of words in blocks of those that are near to each other."""
    blocks: list[list[tuple[Box, _Run]]] = []
    for run in runs:
        box = _box(run)
        near = [block for block in blocks if any(_is_near(other, box, margin) for other, _ in block)]
        blocks = [block for block in blocks if not any(block is other for other in near)]
        blocks.append([*(one for block in near for one in block), (box, run)])
    return [[run for _, run in block] for block in blocks]


def _box(run: _Run) -> Box:
    return around(word.box for word in run)


def _place(block: Sequence[_Run]) -> Box:
    return around(map(_box, block))


def _is_near(one: Box, other: Box, margin: float) -> bool:
    across = max(one.x0, other.x0) - min(one.x1, other.x1)
    down = max(one.top, other.top) - min(one.bottom, other.bottom)
    return across < margin and down < margin


def _is_stamp(block: Sequence[_Run]) -> bool:
    """True for a block with a line that says ``WPŁYNĘŁO`` in capitals, or ``L.dz.``, and no line much longer."""
    short = all(sum(map(_is_sure, run)) <= _WORDS_OF_A_STAMP for run in block)
    return short and any(_is_of_stamp(run) for run in block)


def _is_of_stamp(run: _Run) -> bool:
    texts = [word.text for word in run if len(word.text) >= _LETTERS_OF_A_WORD]
    return len(texts) <= _WORDS_OF_A_STAMP and any(_ENTRY.match(text) or _says_received(text) for text in texts)


def _says_received(text: str) -> bool:
    return fold(text).startswith(_RECEIVED) and 2 * sum(map(str.isupper, text)) >= len(text)


def _is_scribble(block: Sequence[_Run]) -> bool:
    """True for a block without any word that was read well, or of nothing but single signs."""
    words = [word for run in block for word in run if sum(map(str.isalnum, word.text)) > 1]
    return not any(map(_is_sure, words)) and sureness(words) < _SCRIBBLED


def _is_sure(word: Recognised) -> bool:
    return word.confidence >= _SURE and sum(map(str.isalpha, word.text)) >= _LETTERS_OF_A_WORD


def _stands_below(place: Box, text: Sequence[_Run], distance: float) -> bool:
    """True for a place far below the last line of text above it, which is no label that waits for its value."""
    above = [run for run in text if _box(run).top < place.top]
    if not above:
        return False
    last = max(above, key=lambda run: _box(run).bottom)
    return place.top - _box(last).bottom >= distance and not _is_label(last)


def _is_label(run: _Run) -> bool:
    """True for a run of words that is nothing but the name of a field."""
    text = " ".join(word.text for word in run)
    label = label_at_start(text)
    return label is not None and not text[label.value_start :].strip(" :")
