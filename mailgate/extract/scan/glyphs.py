"""What single letters look like, where a model's reading leaves a doubt that the picture itself settles.

A model reads whole words and likes what it has seen often: ``SO-1`` for ``SO-I``, ``DS/3`` for ``DŚ/3``.  An accent
is ink above a letter, and a digit one has its flag on the left; both can be seen without knowing any word.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from PIL import Image

_INK = 150
_PALE = 205
"""Thin strokes are pale after a scan of few dots."""
_HANGING = 0.3
_LEAST_INK = 5
"""So many black points at least are no speck."""
_LEAST_ACCENT = 0.05
"""The height of an accent at least, as a share of its letter's."""
_TALLEST_ACCENT = 0.45
_WIDEST_GAP = 0.18
_BROADEST_ACCENT = 0.7
_UPPER = 0.5
_LOPSIDED = 0.22
"""The share of a letter's upper half that lies on one side only, from which on it has a flag."""
ACCENTED = {"S": "Ś", "C": "Ć", "N": "Ń", "O": "Ó"}
"""Capitals that have one accented form in Polish, so that any accent tells which."""
PLAIN = {"Ś": "S", "Ć": "C", "Ń": "N", "Ó": "O", "Ż": "Z", "Ź": "Z"}
_OPENING = ("„", "(")
_SMALL = frozenset("acemnorsuvwxz")
_ENOUGH_SMALL = 2
_SMALL_UP_TO, _CAPITAL_FROM = 1.07, 1.14
"""How many times as high as small letters a small one is at most, and a capital at least."""
_NARROWEST_ONE = 0.25
_LOW = 0.4
_FILLED = 0.5
_THIN = 0.15


@dataclass(frozen=True, slots=True)
class Glyph:
    """The ink between two white columns: its rows from top to bottom, each as the columns that are black."""

    rows: tuple[frozenset[int], ...]
    top: int
    left: int
    right: int
    """Its first row, and its first and last column, in the picture."""

    @property
    def height(self) -> int:
        """How many rows it has."""
        return len(self.rows)

    @property
    def width(self) -> int:
        """How many columns it has."""
        return self.right - self.left + 1

    @property
    def bottom(self) -> int:
        """Its last row in the picture."""
        return self.top + self.height - 1


def glyphs_in(image: Image.Image, ink: int = _INK) -> list[Glyph]:
    """The letters of a grey picture of one line, parted at its white columns; letters that touch are one.

    What hangs into the picture from the line above is left out.
    """
    width, height = image.size
    data = image.tobytes()
    rows = [frozenset(x for x in range(width) if data[y * width + x] < ink) for y in range(height)]
    white = next((y for y, row in enumerate(rows[: int(height * _HANGING)]) if not row), 0)
    rows[:white] = [frozenset()] * white
    inked = sorted(frozenset().union(*rows))
    found: list[Glyph] = []
    start = 0
    for index in range(1, len(inked) + 1):
        if index == len(inked) or inked[index] > inked[index - 1] + 1:
            found += _glyph(rows, inked[start], inked[index - 1])
            start = index
    return found


def _glyph(rows: Sequence[frozenset[int]], left: int, right: int) -> list[Glyph]:
    """The ink between two columns as a list of one, empty for a speck."""
    parts = [frozenset(x for x in row if left <= x <= right) for row in rows]
    filled = [index for index, part in enumerate(parts) if part]
    own = tuple(parts[filled[0] : filled[-1] + 1])
    return [Glyph(own, filled[0], left, right)] if sum(map(len, own)) >= _LEAST_INK else []


def has_accent(glyph: Glyph) -> bool:
    """True where ink stands above a letter, parted from it by white, and does not come from the line above."""
    gaps = [index for index, row in enumerate(glyph.rows) if not row]
    if not gaps or glyph.top == 0:
        return False
    body = glyph.height - gaps[-1] - 1
    accent = gaps[0]
    above = frozenset().union(*glyph.rows[:accent])
    near = gaps[-1] + 1 - accent < _WIDEST_GAP * body and max(above) - min(above) < _BROADEST_ACCENT * glyph.width
    return near and _LEAST_ACCENT * body < accent < _TALLEST_ACCENT * body and body > _UPPER * glyph.height


def has_flag(glyph: Glyph) -> bool:
    """True for a stroke whose upper half reaches further to one side than to the other: 1, and neither I nor l."""
    upper = glyph.rows[: max(1, int(glyph.height * _UPPER))]
    lopsided = sum(glyph.left + glyph.right - x not in row for row in upper for x in row)
    return lopsided > _LOPSIDED * sum(map(len, upper))


def is_bare_stick(glyph: Glyph) -> bool:
    """True for a stroke too narrow to have a flag."""
    return glyph.width < _NARROWEST_ONE * glyph.height


def is_low(glyph: Glyph, among: Sequence[Glyph]) -> bool:
    """True for a dot, comma or hyphen, by its height among the others."""
    return glyph.height < _LOW * max(other.height for other in among)


def has_underscore(gap: Image.Image) -> bool:
    """True for the space between two words where a stroke lies at its foot, and nothing above."""
    glyphs = glyphs_in(gap, _PALE)
    if len(glyphs) != 1:
        return False
    stroke = glyphs[0]
    return (
        stroke.width > _FILLED * gap.width and stroke.height <= _THIN * gap.height and stroke.top > _UPPER * gap.height
    )


def accented(word: str, picture: Image.Image) -> str:
    """A word with the accent that its first letter has in its picture; unchanged where none is seen.

    A quotation mark below, or a bracket, may stand before that letter.
    """
    mark = word[:1] if word[:1] in _OPENING else ""
    letter = word[len(mark) : len(mark) + 1]
    glyphs = glyphs_in(picture)
    if mark == "(":
        glyphs = glyphs[1:]
    elif mark:
        glyphs = list(itertools.dropwhile(lambda glyph: is_low(glyph, glyphs), glyphs))
    if glyphs and letter in ACCENTED and has_accent(glyphs[0]):
        return mark + ACCENTED[letter] + word[len(mark) + 1 :]
    return word


def in_its_case(word: str, picture: Image.Image) -> str:
    """A word whose first letter has the same shape in both cases, as a capital or not, by how high it stands.

    The other letters without ascenders tell how high small ones are.  Unchanged where letters touch, or between the two.
    """
    letters = word.strip("„(.,;:?!”)")
    at = word.index(letters)
    glyphs = glyphs_in(picture)
    tall = [glyph for glyph in glyphs if not is_low(glyph, glyphs)]
    if len(tall) != len(letters):
        return word
    small = [glyph.height for sign, glyph in zip(letters[1:], tall[1:], strict=True) if sign in _SMALL]
    if len(small) < _ENOUGH_SMALL:
        return word
    share = tall[0].height / median(small)
    if _SMALL_UP_TO < share < _CAPITAL_FROM:
        return word
    first = letters[0].upper() if share >= _CAPITAL_FROM else letters[0].lower()
    return word[:at] + first + word[at + 1 :]
