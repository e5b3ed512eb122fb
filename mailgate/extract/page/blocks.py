"""A page of words and drawn lines to the blocks of a document: tables as drawn, columns as aligned, lines as read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailgate.domain.document import Block, Cell, Line, Table
from mailgate.domain.form.labels import is_label_alone
from mailgate.extract.page.columns import Columns, columns_of
from mailgate.extract.page.grid import Grid, grids_of
from mailgate.extract.page.lines import TextLine, is_apart, lines_of_words, usual_step
from mailgate.extract.page.newspaper import in_reading_order
from mailgate.extract.page.shapes import Box, Page, Word, around, usual_height
from mailgate.extract.page.wraps import texts_of

_LONG_LINES = 0.6
_WIDEST_BORDER = 0.8
"""In heights of text; what is wider is an indent."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A block and where it stands on its page; ``columns`` are the left edges of the cells of a table, row by row.

    ``is_open`` is true for a table without drawn lines, whose end nothing shows.
    """

    block: Block
    box: Box
    columns: tuple[tuple[float, ...], ...] = ()
    is_open: bool = False


def blocks_of(page: Page) -> tuple[Placed, ...]:
    """What a page holds, in the order in which a person reads it."""
    grids = _without_frames(grids_of(page.rules, page.text_height))
    inside: dict[Box, list[Word]] = {box: [] for grid in grids for row in grid.rows for box in row}
    outside: list[Word] = []
    for word in page.words:
        box = _cell_of(word, grids)
        (outside if box is None else inside[box]).append(word)
    grids, outside = _with_labels_beside(grids, inside, outside)
    lines = lines_of_words(outside)
    right = right_edge(lines, page.width)
    found: list[Placed] = []
    rest = list(lines)
    for grid in sorted(grids, key=lambda one: one.box.top):
        above = [line for line in rest if line.box.middle[1] < grid.box.middle[1]]
        rest = rest[len(above) :]
        found += _flow(above, right)
        found += _table(grid, inside)
    return (*found, *_flow(rest, right))


def right_edge(lines: Sequence[TextLine], width: float) -> float:
    """The edge at which the lines of a page were wrapped: where two long ones end, else the mirrored left edge.

    A single word may be too long for its line, so it tells no edge.
    """
    if not lines:
        return width
    wrapped = [line for line in lines if len(line.words) > 1] or lines
    ends = sorted((line.box.x1 for line in wrapped), reverse=True)
    if len(ends) > 1 and ends[0] - ends[1] < 3 * lines[0].height and ends[0] > _LONG_LINES * width:
        return ends[0]
    return max(ends[0], width - min(line.box.x0 for line in lines))


def _without_frames(grids: Sequence[Grid]) -> list[Grid]:
    """The tables without a single box drawn around other tables, which is ornament."""
    return [grid for grid in grids if not (_is_box(grid) and any(_is_around(grid.box, one.box) for one in grids))]


def _is_box(grid: Grid) -> bool:
    return len(grid.rows) == 1 and len(grid.rows[0]) == 1


def _is_around(outer: Box, inner: Box) -> bool:
    return outer is not inner and outer.holds((inner.x0, inner.top)) and outer.holds((inner.x1, inner.bottom))


def _cell_of(word: Word, grids: Sequence[Grid]) -> Box | None:
    """The smallest cell in which a word stands."""
    middle = word.box.middle
    found = [box for grid in grids if grid.box.holds(middle) for row in grid.rows for box in row if box.holds(middle)]
    return min(found, key=lambda box: box.width * box.height, default=None)


def _with_labels_beside(
    grids: Sequence[Grid], inside: dict[Box, list[Word]], outside: list[Word]
) -> tuple[list[Grid], list[Word]]:
    """The tables, and the words outside of them, where boxes with text to their left only say where to write.

    A single box of one line is read along with the text beside it; else text and box make a row of a table.
    """
    kept: list[Grid] = []
    for grid in grids:
        boxes = [row[0] for row in grid.rows]
        beside = {box: [word for word in outside if _is_left_of(word.box, box)] for box in boxes}
        if any(len(row) > 1 for row in grid.rows) or not any(beside.values()):
            if _is_box(grid) and _is_label(inside[boxes[0]]):
                outside = [*outside, *inside[boxes[0]]]
            elif not _is_box(grid) or inside[boxes[0]]:
                kept.append(grid)
        elif len(boxes) == 1 and len(lines_of_words(inside[boxes[0]])) <= 1:
            outside = [*outside, *inside[boxes[0]]]
        else:
            labels = [word for words in beside.values() for word in words]
            outside = [word for word in outside if word not in labels]
            kept.append(_widened(grid, beside, inside))
    return kept, outside


def _is_label(words: Sequence[Word]) -> bool:
    """True for a label and nothing else: a box around it is its shade, and what was written stands outside."""
    return bool(words) and is_label_alone(" ".join(line.text for line in lines_of_words(words)))


def _is_left_of(word: Box, box: Box) -> bool:
    return box.top <= word.middle[1] <= box.bottom and word.x1 <= box.x0 + 1


def _widened(grid: Grid, beside: dict[Box, list[Word]], inside: dict[Box, list[Word]]) -> Grid:
    """A column of boxes with a column for the words to their left."""
    left = min(word.box.x0 for words in beside.values() for word in words)
    rows: list[tuple[Box, ...]] = []
    for (box,) in grid.rows:
        place = Box(left, box.top, box.x0, box.bottom)
        inside[place] = beside[box]
        rows.append((place, box) if beside[box] else (box,))
    return Grid(around(box for row in rows for box in row), tuple(rows))


def _flow(lines: Sequence[TextLine], right: float) -> Iterator[Placed]:
    """Lines outside of drawn tables: columns of labels and values become tables, the rest stays lines."""
    for part in columns_of(lines):
        if isinstance(part, Columns):
            yield Placed(_columns(part, right), part.box, (part.lefts,), is_open=True)
        else:
            yield from _prose(part, right)


def _prose(lines: Sequence[TextLine], right: float) -> Iterator[Placed]:
    """Lines of text; of two columns as newspapers have them the left one first."""
    for run in in_reading_order(lines):
        yield from _texts(run, right if len(run) == len(lines) else min(right, max(line.box.x1 for line in run)))


def _columns(part: Columns, right: float) -> Table:
    """Columns as a table, each cell wrapped where the next column begins."""
    edges = (*part.lefts[1:], right)
    return Table(tuple(tuple(_cell(cell, edge) for cell, edge in zip(row, edges, strict=True)) for row in part.rows))


def _texts(lines: Sequence[TextLine], right: float) -> Iterator[Placed]:
    """The lines of text one below the other, each with the place where it begins."""
    step = usual_step(lines)
    start = 0
    for index in range(1, len(lines) + 1):
        if index == len(lines) or is_apart(lines[index - 1], lines[index], step):
            group = lines[start:index]
            if start:
                yield Placed(Line(""), group[0].box)
            for text in texts_of(group, right):
                yield Placed(Line(text), _union(group))
            start = index


def _union(lines: Sequence[TextLine]) -> Box:
    boxes = [line.box for line in lines]
    return Box(min(b.x0 for b in boxes), boxes[0].top, max(b.x1 for b in boxes), boxes[-1].bottom)


def _table(grid: Grid, inside: dict[Box, list[Word]]) -> Iterator[Placed]:
    rows = tuple(
        tuple(_cell(lines_of_words(inside[box]), _inner_edge(box, inside[box])) for box in row) for row in grid.rows
    )
    if any(cell.blocks for row in rows for cell in row):
        yield Placed(Table(rows), grid.box, tuple(tuple(box.x0 for box in row) for row in grid.rows))


def _inner_edge(box: Box, words: Sequence[Word]) -> float:
    """Where the text of a cell is wrapped: the space at its left border is as wide at its right one."""
    if not words:
        return box.x1
    space = min(word.box.x0 for word in words) - box.x0
    return box.x1 - min(max(space, 0.0), _WIDEST_BORDER * usual_height(words))


def _cell(lines: Sequence[TextLine], right: float) -> Cell:
    """The text of a cell, wrapped at its right edge."""
    if not lines:
        return Cell(())
    blocks: list[Block] = []
    for part in columns_of(lines):
        if isinstance(part, Columns):
            blocks.append(_columns(part, right))
        else:
            blocks += [Line(text) for text in texts_of(part, right)]
    return Cell(tuple(blocks))
