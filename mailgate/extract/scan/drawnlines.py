"""The lines that are drawn on a page: found, also where a scan left little of them, and painted over.

Everything here is Pillow and counting; sizes are in pixels of a page at reading size (``picture.READING_HEIGHT``).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from PIL import Image, ImageFilter

from mailgate.extract.page.shapes import Box, Rule, around

_BLACK = 120
_PALE = 205
_WHITE_BESIDE = 225
"""How white what lies beside a line is on average, and (``_INKED``) each piece of it but a few."""
_PIECE = 100
_INKED = 205
_MOST_INKED = 0.08
_LONG_RUN = 240
_FAINT = 232
_LONGEST_RUN = 256
_SOLID = 5
"""A dark area is that thick at least, in points of a picture made smaller by ``_NARROWER``."""
_SAME_LINE = 6
_EDGE = 0.015
"""The share of a page's height in which a streak begins and ends; the frame of a page stands further from its edge."""
_SHORTEST_STREAK = 0.3
_NEXT_PIECE = 14
"""How far to one side the next piece of a streak may be."""
_SHORT_PIECE = 16
"""Shorter than a letter is high, so that the white above and below it is seen."""
_NOT_WHITE = 242
_NEARLY_EVERYWHERE = 0.85
_NARROWER, _FAR_NARROWER = 4, 32
"""Over so many points a line that two colours make of a pale one, here a point and there one, is an even grey."""
_RUN_ACROSS = 90
_RUN_DOWN = 48
_PALE_RUN_DOWN = 130
_SURELY_DOWN = 110
_THICKEST = 14
_THICKEST_PALE = 9


def drawn_lines(image: Image.Image) -> list[Rule]:
    """The horizontal and vertical lines of a table; strokes of letters are shorter, or have ink beside them."""
    drawn = _without_blocks(image)
    across = _with_faint(drawn, _lines_of(drawn, _RUN_ACROSS, _LONG_RUN), others_too=True)
    on_side = drawn.transpose(Image.Transpose.TRANSPOSE)
    beside = [_transposed(box) for box in across]
    down = _lines_of(on_side, _RUN_DOWN, _PALE_RUN_DOWN)
    kept = _with_faint(on_side, [box for box in down if box.width >= _SURELY_DOWN or _meets_two(box, beside)])
    return [Rule(box) for box in (*across, *map(_transposed, kept))]


def _transposed(box: Box) -> Box:
    return Box(box.top, box.x0, box.bottom, box.x1)


def _without_blocks(image: Image.Image) -> Image.Image:
    """The picture with dark areas painted white; along a line they would make it as thick as they are."""
    small = image.resize((max(1, image.width // _NARROWER), max(1, image.height // _NARROWER)), Image.Resampling.BOX)
    inked = small.point([255 if value < _BLACK else 0 for value in range(256)])
    solid = inked.filter(ImageFilter.MinFilter(_SOLID)).filter(ImageFilter.MaxFilter(_SOLID))
    if solid.getbbox() is None:
        return image
    cleaned = image.copy()
    cleaned.paste(255, mask=solid.resize(image.size, Image.Resampling.NEAREST))
    return cleaned


def _lines_of(image: Image.Image, shortest: int, shortest_pale: int) -> list[Box]:
    """Horizontal lines: black ones, and pale ones with white on both sides."""
    black = _lines_across(image, _Sort(shortest))
    pale = _lines_across(image, _Sort(shortest_pale, _PALE, _THICKEST_PALE))
    others = (box for box in pale if not any(_is_same(box, one) for one in black))
    return [*black, *(box for box in others if _is_free(image, box))]


def _with_faint(image: Image.Image, lines: list[Box], *, others_too: bool = False) -> list[Box]:
    """Horizontal lines, and where they go on so faintly that only their evenness tells them.

    A scanner of two colours makes a few dots of a pale line.  ``others_too`` finds those as well that begin and end as
    a line does; in a picture that lies on its side letters one below the other would look like one.
    """
    found = list(lines)
    for box in _lines_across(image, _Sort(_LONGEST_RUN, _FAINT, _THICKEST_PALE, _FAR_NARROWER)):
        along = sorted((one for one in lines if _lies_along(one, box)), key=lambda one: one.x0)
        if along:
            ends = (box.x0, *itertools.chain.from_iterable((one.x0, one.x1) for one in along), box.x1)
            parts = [(x0, x1) for x0, x1 in zip(ends[::2], ends[1::2], strict=True) if x1 - x0 > _FAR_NARROWER]
        else:
            parts = [(one.x0, one.x1) for one in lines if others_too and _begins_and_ends_as(one, box)][:1]
        whole = (replace(box, x0=x0, x1=x1) for x0, x1 in parts)
        found += [one for one in whole if _is_even(image, one) and _is_free(image, one)]
    return found


def _lies_along(piece: Box, box: Box) -> bool:
    """True where a line is a part of a longer one, whose ends are known less exactly."""
    within = box.x0 - _FAR_NARROWER <= piece.x0 and piece.x1 <= box.x1 + _FAR_NARROWER
    return within and abs(piece.middle[1] - box.middle[1]) <= _SAME_LINE


def _begins_and_ends_as(one: Box, box: Box) -> bool:
    """True for two lines of one table, as far as their ends are known."""
    return abs(one.x0 - box.x0) <= _FAR_NARROWER and abs(one.x1 - box.x1) <= _FAR_NARROWER


def _is_even(image: Image.Image, box: Box) -> bool:
    """True where something is drawn nearly everywhere along a line; strokes of letters have white between them."""
    area = (int(box.x0), int(box.top), int(box.x1), max(int(box.bottom), int(box.top) + 1))
    pieces = image.crop(area).resize((max(1, int(box.width) // _SHORT_PIECE), 1), Image.Resampling.BOX).tobytes()
    return sum(piece < _NOT_WHITE for piece in pieces) >= _NEARLY_EVERYWHERE * len(pieces)


def _is_same(one: Box, other: Box) -> bool:
    """True where a line lies along another and is no longer."""
    return other.holds((one.x0, one.middle[1]), 8) and other.holds((one.x1, one.middle[1]), 8)


def _is_free(image: Image.Image, box: Box) -> bool:
    """True where hardly any ink lies right above and below a line; a row of letters has some, if only in one place."""
    for top, bottom in ((box.top - 7, box.top - 3), (box.bottom + 3, box.bottom + 7)):
        area = (int(box.x0), max(0, int(top)), int(box.x1), min(image.height, int(bottom)))
        if area[3] <= area[1]:
            continue
        beside = image.crop(area).resize((max(1, (area[2] - area[0]) // _PIECE), 1), Image.Resampling.BOX).tobytes()
        inked = sum(piece < _INKED for piece in beside)
        if inked > _MOST_INKED * len(beside) or sum(beside) < _WHITE_BESIDE * len(beside):
            return False
    return True


def _meets_two(box: Box, others: list[Box]) -> bool:
    """True for a short stroke from one line that it crosses to another: the side of a cell, no letter.

    The stroke lies horizontally here, the others vertically.
    """
    near = 4
    return all(
        any(
            line.x0 - near <= end <= line.x1 + near and line.top - near <= box.top <= line.bottom + near
            for line in others
        )
        for end in (box.x0, box.x1)
    )


@dataclass(frozen=True, slots=True)
class _Sort:
    """What is taken for a line: so long at least, so dark and thin, in a picture made narrower by so much."""

    shortest: int
    palest: int = _BLACK
    thickest: int = _THICKEST
    narrower: int = _NARROWER


@dataclass(slots=True)
class _Stroke:
    """Runs of black in rows next to each other."""

    x0: int
    x1: int
    top: int
    bottom: int
    black: int
    last: tuple[int, int]

    @property
    def thickness(self) -> float:
        return self.black / max(self.x1 - self.x0, 1)


def _lines_across(image: Image.Image, sort: _Sort) -> list[Box]:
    """Thin horizontal lines, also those that rise or fall a little, or are broken by the grain of a scan.

    The picture is made narrower first: along a line grain evens out, while letters and the gaps between them do not.
    """
    narrow = image.resize((max(1, image.width // sort.narrower), image.height), Image.Resampling.BOX)
    black = narrow.point([0 if value < sort.palest else 255 for value in range(256)])
    pattern = re.compile(rb"\x00{%d,}" % (sort.shortest // sort.narrower))
    width, data = black.width, black.tobytes()
    done: list[_Stroke] = []
    growing: list[_Stroke] = []
    for y in range(black.height):
        runs = [run.span() for run in pattern.finditer(data, y * width, (y + 1) * width)]
        for start, end in ((start - y * width, end - y * width) for start, end in runs):
            stroke = next((s for s in growing if s.last[0] <= end + 3 and start - 3 <= s.last[1]), None)
            if stroke is None:
                growing.append(_Stroke(start, end, y, y + 1, end - start, (start, end)))
            else:
                stroke.x0, stroke.x1 = min(stroke.x0, start), max(stroke.x1, end)
                stroke.bottom, stroke.last = y + 1, (start, end)
                stroke.black += end - start
        done += [s for s in growing if s.bottom < y - 1]
        growing = [s for s in growing if s.bottom >= y - 1]
    thin = (s for s in (*done, *growing) if s.thickness <= sort.thickest)
    return [Box(s.x0 * sort.narrower, s.top, s.x1 * sort.narrower, s.bottom) for s in thin]


def without_lines(image: Image.Image, rules: list[Rule]) -> Image.Image:
    """The picture with its lines painted over; where letters cross them only the line's own height is lost."""
    cleaned = image.copy()
    for rule in rules:
        box = rule.box
        area = (max(0, int(box.x0) - 3), max(0, int(box.top) - 2), int(box.x1) + 3, int(box.bottom) + 2)
        cleaned.paste(255, area)
    return cleaned


def streaks(rules: Sequence[Rule], height: int) -> list[Rule]:
    """The upright lines that run to the very edge of a page: dirt on the glass of a scanner draws them.

    Lines of text are made level first, so that a streak then rises or falls a little, and is found in pieces.
    """
    upright = sorted((rule for rule in rules if not rule.is_horizontal), key=lambda rule: rule.box.top)
    found: list[Rule] = []
    for ordered in (upright, upright[::-1]):
        for first in (rule for rule in ordered if _is_at_edge(rule.box, height)):
            pieces = [first]
            for rule in ordered:
                if abs(rule.box.middle[0] - pieces[-1].box.middle[0]) <= _NEXT_PIECE:
                    pieces.append(rule)
            whole = around(piece.box for piece in pieces)
            found += pieces if whole.height > _SHORTEST_STREAK * height else []
    return [rule for rule in rules if rule in found]


def _is_at_edge(box: Box, height: int) -> bool:
    return box.top < _EDGE * height or box.bottom > (1 - _EDGE) * height
