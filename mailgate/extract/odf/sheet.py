"""The sheets of OpenDocument spreadsheets: cells carry their shown text; dates are taken by their values."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from mailgate.domain.document import Block, lines_of
from mailgate.domain.message.charset import tidy
from mailgate.extract.odf.styles import Styles
from mailgate.extract.odf.text import TextReader
from mailgate.extract.sheet.grid import CUT, MAX_COLUMNS, MAX_ROWS, Grid
from mailgate.extract.word.xml import local, value

_MAX_SHEETS = 50
_GROUPS = frozenset({"table-header-rows", "table-rows", "table-row-group"})
_COLUMN_GROUPS = frozenset({"table-header-columns", "table-columns", "table-column-group"})
_UNSEEN = ("collapse", "filter")


def read_tables(body: etree._Element, styles: Styles) -> tuple[tuple[Block, ...], tuple[str, ...]]:
    """The shown sheets of a spreadsheet's body as tables, each with its drawn boxes after it; and notes."""
    blocks: list[Block] = []
    cut = False
    sheets = [element for element in body if local(element) == "table"]
    for element in sheets[:_MAX_SHEETS]:
        if (value(element, "style-name") or "") in styles.hidden_tables or value(element, "display") == "false":
            continue
        sheet = _Sheet(element, styles)
        table = sheet.grid.table()
        blocks += [*((table,) if table else ()), *sheet.boxes]
        cut = cut or sheet.grid.cut
    return tuple(blocks), (CUT,) if cut else ()


class _Sheet:
    """One sheet while it is read."""

    def __init__(self, element: etree._Element, styles: Styles) -> None:
        self.grid = Grid()
        self.boxes: list[Block] = []
        self._reader = TextReader(styles, {})
        self._row = 0
        self._columns(element, 0)
        for one in element:
            if local(one) == "shapes":
                self.boxes += self._reader.blocks(one)
        for row in _rows(element):
            if self._row >= MAX_ROWS or self.grid.full:
                self.grid.cut = self.grid.cut or _has_text(row)
                break
            self._read_row(row)

    def _columns(self, parent: etree._Element, column: int) -> int:
        for element in parent:
            if local(element) == "table-column":
                count = repeated(element, "number-columns-repeated")
                if value(element, "visibility") in _UNSEEN:
                    self.grid.hidden_columns.update(range(column, min(column + count, MAX_COLUMNS)))
                column += count
            elif local(element) in _COLUMN_GROUPS:
                column = self._columns(element, column)
        return column

    def _read_row(self, row: etree._Element) -> None:
        count = repeated(row, "number-rows-repeated")
        hidden = value(row, "visibility") in _UNSEEN
        cells = [] if hidden else list(self._cells(row))
        # A filled row that repeats is read as often as it may matter; an empty one may stand for a million.
        for number in range(self._row, min(self._row + count, MAX_ROWS) if cells else self._row):
            for column, text in cells:
                self.grid.put(number, column, text)
        self._row += count

    def _cells(self, row: etree._Element) -> Iterator[tuple[int, str]]:
        column = 0
        for cell in row:
            count = repeated(cell, "number-columns-repeated")
            if column >= MAX_COLUMNS:
                self.grid.cut = self.grid.cut or _has_text(cell)
                return
            if local(cell) == "table-cell":
                text = self._shown(cell)
                if text.strip():
                    yield from ((each, text) for each in range(column, min(column + count, MAX_COLUMNS)))
                self._merge(cell, column)
            column += count

    def _merge(self, cell: etree._Element, column: int) -> None:
        rows, columns = repeated(cell, "number-rows-spanned"), repeated(cell, "number-columns-spanned")
        if rows > 1 or columns > 1:
            self.grid.merge(self._row, column, self._row + rows - 1, column + columns - 1)

    def _shown(self, cell: etree._Element) -> str:
        if value(cell, "value-type") == "date":
            return _date(value(cell, "date-value") or "")
        return "\n".join(line.text for line in lines_of(self._reader.blocks(cell)))


def _date(text: str) -> str:
    """``2026-11-20`` as ``20.11.2026``, with the time of day where there is one."""
    try:
        moment = datetime.fromisoformat(text[:19])
    except ValueError:
        return tidy(text)
    return f"{moment:%d.%m.%Y %H:%M}".removesuffix(" 00:00")


def _rows(parent: etree._Element) -> Iterator[etree._Element]:
    for element in parent:
        if local(element) == "table-row":
            yield element
        elif local(element) in _GROUPS and value(element, "display") != "false":
            yield from _rows(element)


def repeated(element: etree._Element, name: str) -> int:
    """How often a cell, row or column stands, or over how many a cell goes: 1 where nothing is said."""
    text = value(element, name) or ""
    return max(1, int(text)) if text.isdecimal() and len(text) < 8 else 1


def _has_text(element: etree._Element) -> bool:
    return next(element.iter("{*}p"), None) is not None
