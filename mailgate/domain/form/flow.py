"""A document laid out as one flow: every line in reading order, each knowing the cell it stands in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from mailgate.domain.document import Block, Cell, Cue, Document, Line, Table
from mailgate.domain.form.columns import with_typed_columns
from mailgate.domain.form.gridtext import with_drawn_tables
from mailgate.domain.form.labels import label_at_start

Path: TypeAlias = tuple[tuple[int, int, int], ...]
"""The cell a line stands in, outermost first, as (table, row, column); empty outside of tables."""

_DEEPEST_TABLE = 30
_ENOUGH_LINES_TO_TELL = 6
_MOST_COLUMNS = 1000
_FEWEST_VALUES_OF_A_FORM = 3
_LABELS_OF_A_LIST = 3
_COLUMNS_OF_ITS_OWN = 2


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
    blocks = with_typed_columns(with_drawn_tables(blocks), is_label)
    return _single_spaced(tuple(_Layout(is_label).items(blocks)))


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
                heading, index = rows[index], index + 1
                yield from _below_labels(heading, rows[index], index)
                while index + 1 < len(rows) and self._is_another_form(heading, rows[index + 1]):
                    index += 1
                    yield from _below_labels(heading, rows[index], index)
                index += 1
            else:
                yield from ((index, column, cell) for column, cell in enumerate(rows[index]))
                index += 1

    def _is_heading(self, row: tuple[Cell, ...], below: tuple[Cell, ...]) -> bool:
        """True for two labels or more, above as many cells that are no labels.

        Beside three labels a list may have columns of its own (``Lp.``, ``Uwagi``).
        """
        if len(row) < 2 or len(row) != len(below):
            return False
        texts = [text for text in map(_text_of, row) if text]
        labels = sum(map(self._may_be_label, texts))
        others = len(texts) - labels
        if labels < 2 or (others and (labels < _LABELS_OF_A_LIST or others > _COLUMNS_OF_ITS_OWN)):
            return False
        return not any(self._may_be_label(_text_of(cell)) for cell in below)

    def _may_be_label(self, text: str) -> bool:
        """False for ``[nazwa urzędu]`` too, which tells what is to be written below a label."""
        return self._is_label(text) and not text.startswith(("[", "<", "{"))

    def _is_another_form(self, heading: tuple[Cell, ...], row: tuple[Cell, ...]) -> bool:
        """True for a further row of values below labels: it has its own question, and not that alone."""
        if len(row) != len(heading) or any(self._may_be_label(_text_of(cell)) for cell in row):
            return False
        texts = [_text_of(cell) for cell in row]
        asked = any(text and _is_question(_text_of(label)) for label, text in zip(heading, texts, strict=True))
        return asked and sum(map(bool, texts)) >= _FEWEST_VALUES_OF_A_FORM


def _below_labels(heading: tuple[Cell, ...], row: tuple[Cell, ...], index: int) -> Iterator[tuple[int, int, Cell]]:
    """Each label and the value below it as a row of two cells; what has no label of ours follows the first."""
    # At the end, or before the row, it would be taken for a part of the question above it.
    columns = list(enumerate(zip(heading, row, strict=True)))
    first = next((one for one in columns if _is_short_field(_text_of(one[1][0]))), columns[0])
    rest = [one for one in columns if one is not first]
    rest.sort(key=lambda one: label_at_start(_text_of(one[1][0])) is not None)
    for column, (label, value) in (first, *rest):
        # Rows of the table's own have numbers from 0 on; these have their own, below.
        row_index = -(index * _MOST_COLUMNS + column % _MOST_COLUMNS + 1)
        yield row_index, 0, label
        yield row_index, 1, value


def _is_question(text: str) -> bool:
    label = label_at_start(text)
    return label is not None and label.field == "question"


def _is_short_field(text: str) -> bool:
    return label_at_start(text) is not None and not _is_question(text)


def _text_of(cell: Cell) -> str:
    return " ".join(cell.lines()).strip()


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
    """The flow without the empty line that Outlook puts after every paragraph of its plain text.

    What a reply quotes comes from another program.
    """
    least = min((item.depth for item in items if not item.blank), default=0)
    written = [index for index, item in enumerate(items) if not (item.blank or item.path) and item.depth == least]
    followed = sum(index + 1 == len(items) or items[index + 1].blank for index in written)
    if len(written) < _ENOUGH_LINES_TO_TELL or followed < 0.8 * len(written):
        return items
    return tuple(
        item
        for index, item in enumerate(items)
        if not (item.blank and item.cue != "rule" and not item.path and index and not items[index - 1].blank)
    )
