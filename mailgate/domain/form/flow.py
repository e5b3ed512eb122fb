"""A document laid out as one flow: every line in reading order, each knowing the cell it stands in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from mailgate.domain.document import Block, Cell, Cue, Document, Line, Table
from mailgate.domain.form.gridtext import with_drawn_tables

Path: TypeAlias = tuple[tuple[int, int, int], ...]
"""The cell a line stands in, outermost first, as (table, row, column); empty outside of tables."""

_DEEPEST_TABLE = 30
_ENOUGH_LINES_TO_TELL = 6
_MOST_COLUMNS = 1000


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the flow.  ``depth`` counts quotation by the medium and by ``>`` marks, which ``text`` has lost."""

    text: str
    depth: int = 0
    cue: Cue = "text"
    path: Path = ()

    @property
    def blank(self) -> bool:
        """True for an empty line."""
        return not self.text


def flow_of(document: Document, is_label: Callable[[str], bool]) -> tuple[Item, ...]:
    """The document's lines in the order in which labels and values belong together.

    A row of labels above a row of values is given column by column: for that ``is_label`` tells whether a text is a
    label with nothing after it.
    """
    blocks = _unquoted(document.blocks) if _has_quote_marks(document.blocks) else document.blocks
    return _single_spaced(tuple(_Layout(is_label).items(with_drawn_tables(blocks))))


class _Layout:
    """The walk over blocks; it numbers the tables it meets."""

    def __init__(self, is_label: Callable[[str], bool]) -> None:
        self._is_label = is_label
        self._tables = 0

    def items(self, blocks: Sequence[Block], path: Path = ()) -> Iterator[Item]:
        for block in blocks:
            if isinstance(block, Line):
                yield Item(block.text.strip(), block.quoted, block.cue, path)
            else:
                yield from self._table(block, path)

    def _table(self, table: Table, path: Path) -> Iterator[Item]:
        self._tables += 1
        number = self._tables
        for row_index, column, cell in self._cells(table):
            inner = path if len(path) >= _DEEPEST_TABLE else (*path, (number, row_index, column))
            yield from self.items(cell.blocks, inner)

    def _cells(self, table: Table) -> Iterator[tuple[int, int, Cell]]:
        """Each cell with its row and column; a value below its label gets a row with that label of its own."""
        rows = table.rows
        index = 0
        while index < len(rows):
            if index + 1 < len(rows) and self._is_heading(rows[index], rows[index + 1]):
                for column, (label, value) in enumerate(zip(rows[index], rows[index + 1], strict=True)):
                    # Rows of the table's own have numbers from 0 on; these have their own, below.
                    row_index = -(index * _MOST_COLUMNS + column % _MOST_COLUMNS + 1)
                    yield row_index, 0, label
                    yield row_index, 1, value
                index += 2
            else:
                yield from ((index, column, cell) for column, cell in enumerate(rows[index]))
                index += 1

    def _is_heading(self, row: tuple[Cell, ...], below: tuple[Cell, ...]) -> bool:
        """True for two labels or more and nothing else, above as many cells that are no labels."""
        if len(row) < 2 or len(row) != len(below):
            return False
        texts = [" ".join(cell.lines()).strip() for cell in row]
        values = [" ".join(cell.lines()).strip() for cell in below]
        labelled = [self._is_label(text) for text in texts]
        whole = all(is_label or not text for is_label, text in zip(labelled, texts, strict=True))
        return whole and sum(labelled) >= 2 and not any(self._is_label(value) for value in values)


def _has_quote_marks(blocks: Sequence[Block]) -> bool:
    """True where two lines or more begin with ``>``: one alone may well be a sign for "greater"."""
    marked = (block for block in blocks if isinstance(block, Line) and block.text.startswith(">"))
    return next(marked, None) is not None and next(marked, None) is not None


def _unquoted(blocks: Sequence[Block]) -> tuple[Block, ...]:
    return tuple(_without_marks(block) if isinstance(block, Line) else block for block in blocks)


def _without_marks(line: Line) -> Line:
    if not line.text.startswith(">"):
        return line
    depth = place = 0
    while place < len(line.text) and line.text[place] in "> ":
        depth += line.text[place] == ">"
        place += 1
    return Line(line.text[place:].strip(), line.quoted + depth, line.cue)


def _single_spaced(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """The flow without the empty line that Outlook puts after every paragraph of its plain text."""
    written = [index for index, item in enumerate(items) if not item.blank and not item.path]
    followed = sum(index + 1 == len(items) or items[index + 1].blank for index in written)
    if len(written) < _ENOUGH_LINES_TO_TELL or followed < 0.8 * len(written):
        return items
    return tuple(
        item
        for index, item in enumerate(items)
        if not (item.blank and item.cue != "rule" and not item.path and index and not items[index - 1].blank)
    )
