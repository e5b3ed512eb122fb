"""A page of words and drawn lines to the blocks of a document: tables as drawn, columns as aligned, lines as read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailgate.domain.document import Block, Cell, Line, Table
from mailgate.extract.pagecolumns import Columns, columns_of
from mailgate.extract.pagegrid import Grid, grids_of
from mailgate.extract.pagelines import TextLine, is_apart, lines_of_words, texts_of, usual_step
from mailgate.extract.pageshapes import Box, Page, Word, around

_MOST_OF_THE_PAGE = 0.5
_LONG_LINES = 0.6


@dataclass(frozen=True, slots=True)
class Placed:
    """A block and where it stands on its page; ``columns`` are the left edges of the last row of a table."""

    block: Block
    box: Box
    columns: tuple[tuple[float, ...], ...] = ()


def blocks_of(page: Page) -> tuple[Placed, ...]:
    """What a page holds, in the order in which a person reads it."""
    grids = [grid for grid in grids_of(page.rules, page.text_height) if not _is_frame(grid, page)]
    inside: dict[Box, list[Word]] = {box: [] for grid in grids for row in grid.rows for box in row}
    outside: list[Word] = []
    for word in page.words:
        box = _cell_of(word, grids)
        (outside if box is None else inside[box]).append(word)
    grids, outside = _without_boxes_beside_labels(grids, inside, outside)
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
    """The edge at which the lines of a page were wrapped: where two long ones end, else the mirrored left edge."""
    if not lines:
        return width
    ends = sorted((line.box.x1 for line in lines), reverse=True)
    if len(ends) > 1 and ends[0] - ends[1] < 3 * lines[0].height and ends[0] > _LONG_LINES * width:
        return ends[0]
    return max(ends[0], width - min(line.box.x0 for line in lines))


def _is_frame(grid: Grid, page: Page) -> bool:
    """True for a single box around most of the page, which is ornament."""
    alone = len(grid.rows) == 1 and len(grid.rows[0]) == 1
    return alone and grid.box.height * grid.box.width > _MOST_OF_THE_PAGE * page.width * page.height


def _cell_of(word: Word, grids: Sequence[Grid]) -> Box | None:
    """The smallest cell in which a word stands."""
    middle = word.box.middle
    found = [box for grid in grids if grid.box.holds(middle) for row in grid.rows for box in row if box.holds(middle)]
    return min(found, key=lambda box: box.width * box.height, default=None)


def _without_boxes_beside_labels(
    grids: list[Grid], inside: dict[Box, list[Word]], outside: list[Word]
) -> tuple[list[Grid], list[Word]]:
    """The tables, and the words outside of them, where single boxes with text to their left only say where to write.

    A box of one line is read along with the text beside it; one of several lines makes a row of a table with it.
    """
    kept: list[Grid] = []
    for grid in grids:
        box = grid.rows[0][0]
        if len(grid.rows) > 1 or len(grid.rows[0]) > 1:
            kept.append(grid)
            continue
        beside = [word for word in outside if box.top <= word.box.middle[1] <= box.bottom and word.box.x1 <= box.x0 + 1]
        if not inside[box]:
            continue
        if not beside:
            kept.append(grid)
        elif len(lines_of_words(inside[box])) == 1:
            outside = [*outside, *inside[box]]
        else:
            place = Box(min(word.box.x0 for word in beside), box.top, box.x0, box.bottom)
            inside[place] = beside
            outside = [word for word in outside if word not in beside]
            kept.append(Grid(around((place, box)), ((place, box),)))
    return kept, outside


def _flow(lines: Sequence[TextLine], right: float) -> Iterator[Placed]:
    """Lines outside of drawn tables: columns of labels and values become tables, the rest stays lines."""
    for part in columns_of(lines):
        if isinstance(part, Columns):
            rows = tuple(
                tuple(_cell(cell, right if last else part.split) for last, cell in _flagged(row)) for row in part.rows
            )
            yield Placed(Table(rows), part.box)
        else:
            yield from _texts(part, right)


def _flagged(row: Sequence[tuple[TextLine, ...]]) -> Iterator[tuple[bool, tuple[TextLine, ...]]]:
    for index, cell in enumerate(row):
        yield index + 1 == len(row), cell


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
    rows = tuple(tuple(_cell(lines_of_words(inside[box]), box.x1) for box in row) for row in grid.rows)
    if any(cell.blocks for row in rows for cell in row):
        yield Placed(Table(rows), grid.box, tuple(tuple(box.x0 for box in row) for row in grid.rows))


def _cell(lines: Sequence[TextLine], right: float) -> Cell:
    """The text of a cell; the space between its text and its left border is as wide at its right one."""
    if not lines:
        return Cell(())
    blocks: list[Block] = []
    for part in columns_of(lines):
        if isinstance(part, Columns):
            rows = tuple(
                tuple(_cell(cell, right if last else part.split) for last, cell in _flagged(row)) for row in part.rows
            )
            blocks.append(Table(rows))
        else:
            blocks += [Line(text) for text in texts_of(part, right)]
    return Cell(tuple(blocks))
