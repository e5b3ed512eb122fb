"""Excel workbooks of the years before 2007 (.xls), by xlrd, which knows their formats.

xlrd is given the stream of the workbook alone: its own reading of OLE containers goes round for ever where a damaged
one says that its sectors follow each other in a circle.
"""

from __future__ import annotations

from io import StringIO
from typing import Any

import xlrd

from mailgate.domain.document import Document
from mailgate.extract.olefiles import stream
from mailgate.extract.safezip import MAX_MEMBER_BYTES, UnsafeContainer
from mailgate.extract.sheet.grid import MAX_COLUMNS, MAX_ROWS, Grid, blocks_of
from mailgate.extract.sheet.numberformat import shown

_MAX_SHEETS = 50
_VISIBLE = 0


def read_xls(content: bytes, source: str) -> Document:
    """A workbook, read: a table a sheet.  Raises ``UnsafeContainer`` for one that is damaged, encrypted or too large."""
    if len(content) > MAX_MEMBER_BYTES:
        raise UnsafeContainer(f"larger than {MAX_MEMBER_BYTES} bytes")
    try:
        book = xlrd.open_workbook(
            file_contents=stream(content, "Workbook", "Book"),
            formatting_info=True,
            logfile=StringIO(),
            ragged_rows=True,
        )
        grids = [_grid(book, sheet) for sheet in book.sheets()[:_MAX_SHEETS] if sheet.visibility == _VISIBLE]
    except UnsafeContainer:
        raise
    except Exception as error:  # on damaged files xlrd raises whatever its arithmetic runs into
        raise UnsafeContainer(f"no readable workbook: {error}") from error
    blocks, notes = blocks_of(grids)
    return Document(source, blocks, notes=notes)


def _grid(book: Any, sheet: Any) -> Grid:
    grid = Grid(cut=sheet.nrows > MAX_ROWS)
    grid.hidden_rows = {row for row, info in sheet.rowinfo_map.items() if info.hidden}
    grid.hidden_columns = {column for column, info in sheet.colinfo_map.items() if info.hidden}
    for row in range(min(sheet.nrows, MAX_ROWS)):
        if grid.full:
            break
        for column in range(min(sheet.row_len(row), MAX_COLUMNS + 1)):
            grid.put(row, column, _shown(book, sheet, row, column))
    for first_row, behind_row, first_column, behind_column in sheet.merged_cells:
        grid.merge(first_row, first_column, behind_row - 1, behind_column - 1)
    return grid


def _shown(book: Any, sheet: Any, row: int, column: int) -> str:
    kind, content = sheet.cell_type(row, column), sheet.cell_value(row, column)
    if kind == xlrd.XL_CELL_TEXT:
        return str(content).replace("\r\n", "\n").replace("\r", "\n")
    if kind == xlrd.XL_CELL_BOOLEAN:
        return "PRAWDA" if content else "FAŁSZ"
    if kind not in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
        return ""
    style = book.xf_list[sheet.cell_xf_index(row, column)]
    return shown(content, book.format_map[style.format_key].format_str, book.datemode == 1)
