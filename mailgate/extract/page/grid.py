"""Drawn lines to the cells of tables.

The lines of a table make a lattice; two neighbouring fields of it are one cell where no line is drawn between them.
That stays true for scans, whose lines are broken here and there, and for producers that draw each border of each cell.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mailgate.extract.page.shapes import Box, Rule, around

MAX_RULES = 3000
_MAX_FIELDS = 4000
# In heights of text: what lies nearer together is one line; what is lower or narrower holds no text.
_SNAP = 0.35
_GAP = 0.6
_DRAWN = 0.6
"""The share of a side that must be drawn, since scans lose pieces of lines."""
_SIDES_OF_A_CELL = 3


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as drawn: its rows of cells from top to bottom, each cell once, in its first row."""

    box: Box
    rows: tuple[tuple[Box, ...], ...]


@dataclass(slots=True)
class _Stroke:
    """Part of a line of the lattice: at ``place`` across, from ``start`` to ``end`` along."""

    place: float
    start: float
    end: float


def grids_of(rules: Sequence[Rule], unit: float) -> tuple[Grid, ...]:
    """The tables that the lines of a page draw, from top to bottom; ``unit`` is the height of the page's text.

    None for a page with more lines than a form has: that is a drawing.
    """
    if len(rules) > MAX_RULES:
        return ()
    across = _strokes(((rule.box.middle[1], rule.box.x0, rule.box.x1) for rule in rules if rule.is_horizontal), unit)
    down = _strokes(
        ((rule.box.middle[0], rule.box.top, rule.box.bottom) for rule in rules if not rule.is_horizontal), unit
    )
    grids = (_grid(h, v, unit) for h, v in _touching(across, down, unit * _GAP))
    return tuple(sorted((grid for grid in grids if grid is not None), key=lambda grid: grid.box.top))


def _strokes(lines: Iterable[tuple[float, float, float]], unit: float) -> list[_Stroke]:
    """Lines snapped to common places, and joined where they go on; those shorter than a letter are left out."""
    snapped: list[_Stroke] = []
    for place, start, end in sorted(lines):
        at = snapped[-1].place if snapped and place - snapped[-1].place <= unit * _SNAP else place
        snapped.append(_Stroke(at, start, end))
    joined: list[_Stroke] = []
    for stroke in sorted(snapped, key=lambda one: (one.place, one.start)):
        last = joined[-1] if joined else None
        if last is not None and last.place == stroke.place and stroke.start <= last.end + unit * _GAP:
            last.end = max(last.end, stroke.end)
        else:
            joined.append(stroke)
    return [stroke for stroke in joined if stroke.end - stroke.start >= unit * 0.8]


def _touching(
    across: Sequence[_Stroke], down: Sequence[_Stroke], margin: float
) -> Iterator[tuple[list[_Stroke], list[_Stroke]]]:
    """The lines sorted into groups of those that touch."""
    parents = list(range(len(across) + len(down)))
    for i, h in enumerate(across):
        for j, v in enumerate(down):
            if h.start - margin <= v.place <= h.end + margin and v.start - margin <= h.place <= v.end + margin:
                parents[_root(parents, i)] = _root(parents, len(across) + j)
    groups: dict[int, tuple[list[_Stroke], list[_Stroke]]] = {}
    for index in range(len(parents)):
        h_part, v_part = groups.setdefault(_root(parents, index), ([], []))
        if index < len(across):
            h_part.append(across[index])
        else:
            v_part.append(down[index - len(across)])
    yield from groups.values()


def _root(parents: list[int], index: int) -> int:
    while parents[index] != index:
        parents[index] = parents[parents[index]]
        index = parents[index]
    return index


def _grid(across: Sequence[_Stroke], down: Sequence[_Stroke], unit: float) -> Grid | None:
    """The cells between the lines of one group, or None where they enclose nothing."""
    across, down = _closed(across, down, unit), _closed(down, across, unit)
    ys = sorted({stroke.place for stroke in across})
    xs = sorted({stroke.place for stroke in down})
    if len(ys) < 2 or len(xs) < 2 or len(ys) * len(xs) > _MAX_FIELDS:
        return None
    lattice = _Lattice(xs, ys, _by_place(across), _by_place(down))
    rows: dict[int, list[Box]] = {}
    for row, box in lattice.cells():
        if box.height >= unit * 0.7 and box.width >= unit * 0.7:
            rows.setdefault(row, []).append(box)
    if not rows:
        return None
    found = tuple(tuple(sorted(rows[row], key=lambda box: box.x0)) for row in sorted(rows))
    return Grid(around(box for row in found for box in row), found)


def _closed(lines: Sequence[_Stroke], others: Sequence[_Stroke], unit: float) -> list[_Stroke]:
    """Lines of one direction, and one more where two of the other direction end without one.

    A page break leaves a table open below and above; some tables are drawn without their sides.
    """
    found = list(lines)
    for end in ("start", "end"):
        ends = [float(getattr(one, end)) for one in others]
        if not ends or not found:
            continue
        outermost = min(ends) if end == "start" else max(ends)
        reaching = [
            one.place for one, place in zip(others, ends, strict=True) if abs(place - outermost) <= unit * _SNAP
        ]
        if len(reaching) > 1 and all(abs(one.place - outermost) > unit for one in lines):
            found.append(_Stroke(outermost, min(reaching), max(reaching)))
    return found


def _by_place(strokes: Sequence[_Stroke]) -> dict[float, list[_Stroke]]:
    found: dict[float, list[_Stroke]] = {}
    for stroke in strokes:
        found.setdefault(stroke.place, []).append(stroke)
    return found


class _Lattice:
    """The fields between all lines of a table, and which of them are one cell."""

    def __init__(
        self, xs: list[float], ys: list[float], across: dict[float, list[_Stroke]], down: dict[float, list[_Stroke]]
    ) -> None:
        self._xs, self._ys, self._across, self._down = xs, ys, across, down
        self._wide = len(xs) - 1

    def cells(self) -> Iterator[tuple[int, Box]]:
        """Each cell with the number of its first row; what is open on two sides or more is none."""
        parents = list(range(self._wide * (len(self._ys) - 1)))
        for field in range(len(parents)):
            row, column = divmod(field, self._wide)
            if column + 1 < self._wide and not self._drawn_right(row, column):
                parents[_root(parents, field + 1)] = _root(parents, field)
            if row + 2 < len(self._ys) and not self._drawn_below(row, column):
                parents[_root(parents, field + self._wide)] = _root(parents, field)
        members: dict[int, list[int]] = {}
        for field in range(len(parents)):
            members.setdefault(_root(parents, field), []).append(field)
        for fields in members.values():
            box = around(self._box(field) for field in fields)
            if self._sides(box) >= _SIDES_OF_A_CELL:
                yield min(fields) // self._wide, box

    def _box(self, field: int) -> Box:
        row, column = divmod(field, self._wide)
        return Box(self._xs[column], self._ys[row], self._xs[column + 1], self._ys[row + 1])

    def _drawn_right(self, row: int, column: int) -> bool:
        return _covers(self._down[self._xs[column + 1]], self._ys[row], self._ys[row + 1])

    def _drawn_below(self, row: int, column: int) -> bool:
        return _covers(self._across[self._ys[row + 1]], self._xs[column], self._xs[column + 1])

    def _sides(self, box: Box) -> int:
        sides = (
            (self._down[self._at(self._xs, box.x0)], box.top, box.bottom),
            (self._down[self._at(self._xs, box.x1)], box.top, box.bottom),
            (self._across[self._at(self._ys, box.top)], box.x0, box.x1),
            (self._across[self._at(self._ys, box.bottom)], box.x0, box.x1),
        )
        return sum(_covers(strokes, start, end) for strokes, start, end in sides)

    @staticmethod
    def _at(places: list[float], place: float) -> float:
        return places[bisect_left(places, place)]


def _covers(strokes: Sequence[_Stroke], start: float, end: float) -> bool:
    drawn = sum(max(0.0, min(end, stroke.end) - max(start, stroke.start)) for stroke in strokes)
    return drawn >= _DRAWN * (end - start)
