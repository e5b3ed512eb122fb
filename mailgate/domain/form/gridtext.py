"""Tables drawn in plain text with ``|`` and ``+---+``: back to tables, as they were before a program drew them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mailgate.domain.document import Block, Cell, Line, Table

_LINES_OF_A_MARGIN = 2
_BORDER = re.compile(r"[+|][-=+|\s]{2,}[+|]")


def with_drawn_tables(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks with each drawn table (three borders or more) as a table; other lines only lose outer bars."""
    found: list[Block] = []
    drawn: list[Line] = []
    for block in (*_without_margin(blocks), None):
        if isinstance(block, Line) and block.text.startswith(("|", "+")) and block.text.endswith(("|", "+")):
            drawn.append(block)
            continue
        found.extend(_table_or_lines(drawn))
        drawn = []
        if block is not None:
            found.append(block)
    return tuple(found)


def _without_margin(blocks: Sequence[Block]) -> Sequence[Block]:
    """The blocks without the bar that some clients draw at the left of lines; one line alone may begin so by itself."""
    barred = [isinstance(block, Line) and _has_margin(block.text) for block in blocks]
    if sum(barred) < _LINES_OF_A_MARGIN:
        return blocks
    return [
        replace(block, text=block.text.lstrip("| ")) if isinstance(block, Line) and has_margin else block
        for block, has_margin in zip(blocks, barred, strict=True)
    ]


def _has_margin(text: str) -> bool:
    return text.startswith("|") and (not text.endswith("|") or not text.strip("| "))


def _table_or_lines(drawn: Sequence[Line]) -> Iterator[Block]:
    borders = sum(_is_border(line) for line in drawn)
    if borders < 3:
        # Without borders it cannot be told where a row of several lines ends.
        for line in drawn:
            yield line if _is_border(line) else Line(line.text.strip("| "), line.quoted, line.cue)
        return
    yield Table(tuple(_row(lines) for lines in _between_borders(drawn) if lines))


def _is_border(line: Line) -> bool:
    return _BORDER.fullmatch(line.text) is not None and "-" in line.text.replace("=", "-")


def _between_borders(drawn: Sequence[Line]) -> Iterator[list[Line]]:
    lines: list[Line] = []
    for line in drawn:
        if _is_border(line):
            yield lines
            lines = []
        else:
            lines.append(line)
    yield lines


def _row(lines: Sequence[Line]) -> tuple[Cell, ...]:
    """One row: the pieces of its lines, column by column."""
    pieces = [[piece.strip() for piece in line.text.strip("|").split("|")] for line in lines]
    width = max(len(row) for row in pieces)
    columns = [[row[place] for row in pieces if place < len(row) and row[place]] for place in range(width)]
    return tuple(Cell(tuple(Line(text, lines[0].quoted) for text in column)) for column in columns)
