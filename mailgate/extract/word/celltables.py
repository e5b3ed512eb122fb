"""Paragraphs with marks at the ends of cells and rows (RTF, Word 97) to lines and tables.

Both formats have no tables, only paragraphs that know at which depth of tables they stand, and marks that end a cell
or a row of that depth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Literal, TypeAlias

from mailgate.domain.document import Block, Cell, Line, Table
from mailgate.domain.message.charset import tidy

MAX_DEPTH = 16
MAX_LINES = 50_000
CUT = f"too long: only the beginning was read, {MAX_LINES} lines and cells at most"

Merged: TypeAlias = Literal["", "before", "above"]
"""The cell to which one belongs: itself, the one before it, or the one above it."""


@dataclass(slots=True)
class _Level:
    """One open table: its finished rows, the finished cells of its open row, the text of its open cell."""

    rows: list[tuple[Cell, ...]] = field(default_factory=list)
    cells: list[Cell] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


class CellTables:
    """Takes paragraphs and marks in reading order, gives blocks."""

    def __init__(self) -> None:
        self._levels = [_Level()]
        self._count = 0

    @property
    def full(self) -> bool:
        """True where so much was read that the rest is left."""
        return self._count >= MAX_LINES

    def paragraph(self, text: str, depth: int, boxes: Sequence[Block] = ()) -> None:
        """A paragraph that stands in tables of this depth (0: in none), then what is drawn in it."""
        self._go_to(depth)
        lines = [Line(line.strip()) for line in tidy(text).split("\n")]
        self._levels[-1].blocks += [*lines, *boxes]
        self._count += len(lines) + len(boxes)

    def end_cell(self, depth: int) -> None:
        """The end of a cell of a table of this depth."""
        self._go_to(max(depth, 1))
        level = self._levels[-1]
        level.cells.append(Cell(tuple(level.blocks)))
        level.blocks = []
        self._count += 1

    def end_row(self, depth: int, merged: Sequence[Merged] = ()) -> None:
        """The end of a row; ``merged`` tells which of its cells belong to others: below one, an empty cell stays."""
        self._go_to(max(depth, 1))
        level = self._levels[-1]
        if level.blocks and any(not isinstance(block, Line) or block.text for block in level.blocks):
            # Text behind the last cell mark: some program forgot the mark.
            level.cells.append(Cell(tuple(level.blocks)))
        level.blocks = []
        kept = tuple(
            cell if _has_text(cell) or not whose else Cell(())
            for cell, whose in zip_longest(level.cells, merged[: len(level.cells)], fillvalue=None)
            if cell is not None and (whose != "before" or _has_text(cell))
        )
        level.cells = []
        if kept:
            level.rows.append(kept)
        self._count += 1

    def blocks(self) -> tuple[Block, ...]:
        """Everything that was read; open tables are ended."""
        self._go_to(0)
        return tuple(self._levels[0].blocks)

    def _go_to(self, depth: int) -> None:
        """Opens or ends tables until the depth is reached."""
        depth = min(depth, MAX_DEPTH)
        while len(self._levels) - 1 > depth:
            table = _closed(self._levels.pop())
            if table.rows:
                self._levels[-1].blocks.append(table)
        while len(self._levels) - 1 < depth:
            self._levels.append(_Level())


def _closed(level: _Level) -> Table:
    """An open table as a table; a row whose end mark is missing counts too."""
    cells = [*level.cells, *([Cell(tuple(level.blocks))] if level.blocks else [])]
    return Table((*level.rows, *((tuple(cells),) if cells else ())))


def _has_text(cell: Cell) -> bool:
    return any(line.strip() for line in cell.lines())
