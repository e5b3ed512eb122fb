"""Dotted lines to write on: found by their evenness, and painted over, since text above dots is taken for dirt.

Sizes are in pixels of a page at reading size (``picture.READING_HEIGHT``).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from PIL import Image

_INK = 150
_FEWEST = 10
_DOTS = re.compile(rb"(?<!\x00)(?:\x00{1,12}+\xff{3,120}+){%d,}+" % _FEWEST)
_DOT = re.compile(rb"\x00+")
_HALF_A_DOT = 8
"""A dot reaches no further up or down from a row that cuts it; the strokes of letters do."""
_EVEN = 0.25
"""How far the step from one dot to the next may be from the usual one, as its share."""
_MOST_UNEVEN = 0.2
_MOST_FILLED = 0.6
_LONGEST_STEP = 45
_LONGEST_DOT = 12
_ROOM = 2


@dataclass(frozen=True, slots=True)
class _Dotted:
    """A row of dots: its height in the picture, where its dots begin and end, and the step between them."""

    y: int
    dots: tuple[tuple[int, int], ...]
    step: float


def without_dotted_lines(image: Image.Image) -> Image.Image:
    """A grey picture of a page without the dots of its dotted lines; letters that cross them keep their strokes."""
    ink = image.point([0 if value < _INK else 255 for value in range(256)])
    data = ink.tobytes()
    cleaned = image.copy()
    for line in _dotted(data, image.width, image.height):
        for start, end in _all_dots(data, line, image.width):
            cleaned.paste(255, (start - _ROOM, line.y - _HALF_A_DOT, end + _ROOM, line.y + _HALF_A_DOT))
    return cleaned


def _dotted(data: bytes, width: int, height: int) -> Iterator[_Dotted]:
    """The rows of dots, each as often as rows of the picture cut it."""
    white = b"\xff" * width
    for y in range(_HALF_A_DOT, height - _HALF_A_DOT):
        start = y * width
        if data[start : start + width] == white:
            continue
        for found in _DOTS.finditer(data, start, start + width):
            dots = [(dot.start() - start, dot.end() - start) for dot in _DOT.finditer(data, *found.span())]
            line = _even(y, [dot for dot in dots if _is_dot(data, y, dot, width)])
            if line is not None and len(line.dots) >= (1 - _MOST_UNEVEN) * len(dots):
                yield line


def _even(y: int, dots: Sequence[tuple[int, int]]) -> _Dotted | None:
    """The dots as a dotted line, None where they are too few, too wide or not at even steps; a dot may be missing."""
    if len(dots) < _FEWEST:
        return None
    steps = [after[0] - before[0] for before, after in itertools.pairwise(dots)]
    shortest = sorted(steps)[len(steps) // 5]
    counts = [max(1, round(step / shortest)) for step in steps]
    step = (dots[-1][0] - dots[0][0]) / sum(counts)
    uneven = sum(abs(one - count * step) > _EVEN * step for one, count in zip(steps, counts, strict=True))
    filled = median(end - start for start, end in dots) / step
    if step > _LONGEST_STEP or uneven > _MOST_UNEVEN * len(steps) or filled > _MOST_FILLED:
        return None
    return _Dotted(y, tuple(dots), step)


def _is_dot(data: bytes, y: int, dot: tuple[int, int], width: int) -> bool:
    """True for a run of ink with nothing but white around it; the foot of a letter has the letter above it."""
    left, right = max(0, dot[0] - _ROOM), min(width - 1, dot[1] + _ROOM)
    top, bottom = (y - _HALF_A_DOT) * width, (y + _HALF_A_DOT) * width
    above, below = data[top + left : top + right], data[bottom + left : bottom + right]
    sides = (data[top + x : bottom + x : width] for x in (left, right))
    return all(not piece or min(piece) for piece in (above, below, *sides))


def _all_dots(data: bytes, line: _Dotted, width: int) -> Iterator[tuple[int, int]]:
    """The dots of a line, and those further on that keep its step: a letter between them has parted these."""
    first = line.dots[0][0]
    for found in _DOT.finditer(data, line.y * width, (line.y + 1) * width):
        dot = found.start() - line.y * width, found.end() - line.y * width
        off = abs((dot[0] - first + line.step / 2) % line.step - line.step / 2)
        of_line = line.dots[0][0] <= dot[0] <= line.dots[-1][0] or off <= _EVEN * line.step
        if of_line and dot[1] - dot[0] <= _LONGEST_DOT and _is_dot(data, line.y, dot, width):
            yield dot
