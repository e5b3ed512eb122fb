"""How much of a document is looked at: what a stranger sends may not make reading it cost minutes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from mailgate.domain.document import Block, Cell, Document, Line, Table, lines_of

MAX_FORM_TEXT: Final = 300_000
"""Characters of a document in which forms are looked for: about a hundred pages, where the form is one."""
_COST_OF_A_LINE: Final = 10
"""Every line counts for so many characters more, since a million empty ones are work as well."""


def shortened(document: Document) -> Document:
    """The document, or where it is longer than MAX_FORM_TEXT its beginning, with a note that says so."""
    if sum(len(line.text) + _COST_OF_A_LINE for line in lines_of(document.blocks)) <= MAX_FORM_TEXT:
        return document
    blocks = tuple(_Beginning(MAX_FORM_TEXT).of(document.blocks))
    note = f"forms are looked for in its first {MAX_FORM_TEXT} characters only"
    return replace(document, blocks=blocks, notes=(*document.notes, note))


class _Beginning:
    """A walk over blocks that ends when so many characters are used up."""

    def __init__(self, characters: int) -> None:
        self._left = characters

    def of(self, blocks: Sequence[Block]) -> Iterator[Block]:
        for block in blocks:
            if self._left <= 0:
                return
            if isinstance(block, Table):
                yield replace(block, rows=tuple(self._rows(block)))
            else:
                yield self._line(block)

    def _rows(self, table: Table) -> Iterator[tuple[Cell, ...]]:
        for row in table.rows:
            if self._left <= 0:
                return
            yield tuple(self._cells(row))

    def _cells(self, row: Sequence[Cell]) -> Iterator[Cell]:
        for cell in row:
            if self._left <= 0:
                return
            # An empty cell is work, too.
            self._left -= _COST_OF_A_LINE
            yield replace(cell, blocks=tuple(self.of(cell.blocks)))

    def _line(self, line: Line) -> Line:
        kept = line if len(line.text) <= self._left else replace(line, text=line.text[: self._left])
        self._left -= len(line.text) + _COST_OF_A_LINE
        return kept
