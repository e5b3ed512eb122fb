"""A sheet's filled cells to a table: what is empty, hidden or merged away is left out, so that values meet their labels.

Readers of spreadsheets (``xlsx``, ``xls``, ``odfsheet``, ``csv``) fill a ``Grid``; limits hold here for all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from mailgate.domain.document import Block, Cell, Line, Table
from mailgate.domain.message.charset import tidy

MAX_ROWS = 5_000
MAX_COLUMNS = 200
MAX_CELLS = 50_000
CUT = f"only the first {MAX_ROWS} rows, {MAX_COLUMNS} columns and {MAX_CELLS} cells of a sheet were read"


@dataclass(slots=True)
class Grid:
    """One sheet while it is read; rows and columns count from 0."""

    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    covered: set[tuple[int, int]] = field(default_factory=set)
    below: set[tuple[int, int]] = field(default_factory=set)
    """Where, of the covered, an empty cell keeps the column of a merged one above."""
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    cut: bool = False

    def put(self, row: int, column: int, text: str) -> None:
        """What a cell shows; an empty text, and a place beyond the limits, are not kept."""
        if not text.strip() or row < 0 or column < 0:
            return
        if row >= MAX_ROWS or column >= MAX_COLUMNS or len(self.texts) >= MAX_CELLS:
            self.cut = True
        else:
            self.texts[row, column] = text

    @property
    def full(self) -> bool:
        """True where nothing more can be kept: then a reader may stop."""
        return self.cut and len(self.texts) >= MAX_CELLS

    def merge(self, first_row: int, first_column: int, last_row: int, last_column: int) -> None:
        """A merged cell, its bounds included: it stands once, in its first place."""
        last_row, last_column = min(last_row, MAX_ROWS - 1), min(last_column, MAX_COLUMNS - 1)
        if len(self.covered) + (last_row - first_row + 1) * (last_column - first_column + 1) > 4 * MAX_CELLS:
            return
        self.covered.update(
            (row, column)
            for row in range(first_row, last_row + 1)
            for column in range(first_column, last_column + 1)
            if (row, column) != (first_row, first_column)
        )
        self.below.update((row, first_column) for row in range(first_row + 1, last_row + 1))

    def table(self) -> Table | None:
        """The rows and columns in which something is shown; None for an empty sheet.

        Empty cells between filled ones are kept, for they tell which value stands below which label.
        """
        shown = {
            (row, column): text
            for (row, column), text in self.texts.items()
            if row not in self.hidden_rows and column not in self.hidden_columns and (row, column) not in self.covered
        }
        columns = sorted({column for _, column in shown})
        rows = sorted({row for row, _ in shown})
        if len(rows) * len(columns) > MAX_CELLS:
            self.cut = True
            rows = rows[: max(1, MAX_CELLS // len(columns))]
        if not rows:
            return None
        return Table(tuple(self._row(row, columns, shown) for row in rows))

    def _row(self, row: int, columns: list[int], shown: dict[tuple[int, int], str]) -> tuple[Cell, ...]:
        places = ((row, column) for column in columns)
        return tuple(cell_of(shown.get(one, "")) for one in places if one not in self.covered or one in self.below)


def cell_of(text: str) -> Cell:
    """A cell's text as a cell of lines; an empty one holds none."""
    return Cell(tuple(Line(line.strip()) for line in tidy(text).splitlines()) if text.strip() else ())


def blocks_of(grids: Iterable[Grid]) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """The tables of several sheets, and what a person should know of them."""
    blocks: list[Block] = []
    cut = False
    for grid in grids:
        table = grid.table()
        if table is not None:
            blocks.append(table)
        cut = cut or grid.cut
    return tuple(blocks), (CUT,) if cut else ()
