"""Lines of a page that are looked at once more, each by itself: those read with doubt, and ink that no word covers.

In the layout of a whole page a line is now and then passed over, or read together with its neighbour's strokes; and
strokes that a scanner of two colours made ragged are read better when they are blurred.  The second reading stands only
where the program is clearly surer of it; where nothing decides the first one does.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from statistics import median

from PIL import Image, ImageFilter

from mailgate.domain.form.contact import read_contact
from mailgate.domain.form.date import read_date
from mailgate.domain.form.labels import label_at_start
from mailgate.extract.page.shapes import Box, Rule
from mailgate.extract.scan.picture import Ready
from mailgate.extract.scan.tesseract import Recognised
from mailgate.extract.scan.words import area_of, cutting, moved, runs_of, sureness

ReadLines = Callable[[Sequence[Image.Image]], Sequence[Sequence[Recognised]]]
"""Reads pictures of single lines."""

_MAX_LINES = 16
_BLUR = 1.2
_DOUBTFUL = 60.0
_SURER = 8.0
_HOPELESS = 20.0
"""Below this the first reading is no reading, and the same as none."""
_SURE = 75.0
"""What the program must be at least of a line that it passed over."""
_LEAST_LETTERS = 3
_FEWEST_SIGNS, _MOST_SIGNS = 0.6, 1.5
"""How many signs the second reading may have for each of the first."""
_DIGITS_OF_A_DATE = 4
_DIGITS_OF_A_TELEPHONE = 8
_NARROWER = 4
_INK = 200
_INKED_ROW = 4
"""The share of a row, in 255ths, from which on more than the side of a cell lies on it."""
_LOWEST, _HIGHEST = 0.5, 2.2
_NARROWEST = 3.0
"""The size of a line that was passed over, in heights of text."""
_AROUND_A_WORD = 0.3


def with_second_look(words: Sequence[Recognised], ready: Ready, read: ReadLines) -> list[Recognised]:
    """The words of a page, doubtful lines read once more where that is surer, and lines that were passed over."""
    doubtful, missed = doubtful_lines(words, ready.rules), missed_lines(ready.image, words)
    lines = [*doubtful, *([] for _ in missed)][:_MAX_LINES]
    areas = [*(area_of(line) for line in doubtful), *missed][:_MAX_LINES]
    cuttings = [cutting(ready.image, area).filter(ImageFilter.GaussianBlur(_BLUR)) for area in areas]
    result = list(words)
    for line, area, found in zip(lines, areas, read(cuttings), strict=True):
        if is_surer(line, found):
            at = result.index(line[0]) if line else len(result)
            result[at:at] = [moved(word, area.x0, area.top) for word in found]
            result = [word for word in result if word not in line]
    return result


def doubtful_lines(words: Sequence[Recognised], rules: Sequence[Rule] = ()) -> list[list[Recognised]]:
    """Runs of near words on one line in which the program was unsure of a word, or whose value does not fit its field."""
    return [run for run in runs_of(words, rules) if any(map(_is_doubtful, run)) or _fits(run) is False]


def _is_doubtful(word: Recognised) -> bool:
    return word.confidence < _DOUBTFUL and sum(sign.isalnum() for sign in word.text) >= _LEAST_LETTERS


def _fits(run: Sequence[Recognised]) -> bool | None:
    """Whether what stands behind the label of a date or of a telephone is one; None where nothing of the kind is due."""
    text = " ".join(word.text for word in run)
    label = label_at_start(text)
    if label is None:
        return None
    value = text[label.value_start :]
    digits = sum(map(str.isdigit, value))
    if label.field == "date":
        return read_date(value) is not None if digits >= _DIGITS_OF_A_DATE else None
    if label.field == "contact":
        return read_contact(value).phone is not None if digits >= _DIGITS_OF_A_TELEPHONE else None
    return None


def missed_lines(picture: Image.Image, words: Sequence[Recognised]) -> list[Box]:
    """Where ink stands on a line of its own that no word covers."""
    heights = [word.box.height for word in words if word.confidence >= _SURE]
    if not heights:
        return []
    height = median(heights)
    rest = picture.copy()
    for word in words:
        rest.paste(255, _around(word.box, _AROUND_A_WORD * height))
    lines = (box for box in _inked(rest) if _LOWEST <= box.height / height <= _HIGHEST)
    return [Box(*_around(box, _AROUND_A_WORD * height)) for box in lines if box.width >= _NARROWEST * height]


def _around(box: Box, margin: float) -> tuple[int, int, int, int]:
    """A box with a margin, in whole pixels of the picture."""
    left, top = max(0, int(box.x0 - margin)), max(0, int(box.top - margin))
    return left, top, int(box.x1 + margin), int(box.bottom + margin)


def _inked(picture: Image.Image) -> list[Box]:
    """The bands of ink on a picture, each as wide as its ink reaches."""
    size = (max(1, picture.width // _NARROWER), max(1, picture.height // _NARROWER))
    ink = picture.resize(size, Image.Resampling.BOX).point([255 if value < _INK else 0 for value in range(256)])
    rows = ink.resize((1, ink.height), Image.Resampling.BOX).tobytes()
    found: list[Box] = []
    for inked, group in itertools.groupby(enumerate(rows), lambda row: row[1] >= _INKED_ROW):
        ys = [y for y, _ in group]
        area = ink.crop((0, ys[0], ink.width, ys[-1] + 1)).getbbox() if inked else None
        if area is not None:
            edges = (area[0], ys[0], area[2], ys[-1] + 1)
            found.append(Box(*(float(edge * _NARROWER) for edge in edges)))
    return found


def is_surer(first: Sequence[Recognised], second: Sequence[Recognised]) -> bool:
    """True where the second reading of a line is to stand: the program is far surer, and about as much was read.

    Where one of the two fits the field and the other does not, that decides between readings that are about as sure.
    """
    if sureness(first) < _HOPELESS:
        sure = [word for word in second if word.confidence >= _SURE and len(word.text) >= _LEAST_LETTERS]
        return 2 * _signs(sure) >= _signs(second) > 0
    if not _FEWEST_SIGNS <= _signs(second) / max(1, _signs(first)) <= _MOST_SIGNS or _fits(second) is False:
        return False
    margin = -_SURER if _fits(first) is False and _fits(second) else _SURER
    return sureness(second) >= sureness(first) + margin


def _signs(words: Sequence[Recognised]) -> int:
    return sum(len(word.text) for word in words)
