"""Workbooks (.xlsx, .xls) and tables as text; OpenDocument's sheets are in test_odf."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from mailgate.domain.document import Document, Line, Table, lines_of
from mailgate.domain.message.charset import tidy
from mailgate.extract.formats import read_file
from mailgate.extract.safezip import UnsafeContainer
from mailgate.extract.sheet.csv import read_csv_bytes
from mailgate.extract.sheet.grid import CUT, MAX_CELLS, MAX_ROWS, Grid
from mailgate.extract.sheet.numberformat import shown
from mailgate.extract.sheet.xls import read_xls
from mailgate.extract.sheet.xlsx import read_xlsx

FOLDER = Path(__file__).parent / "office"
XLS = (FOLDER / "sheet.xls").read_bytes()


def saved(book: Workbook) -> bytes:
    raw = BytesIO()
    book.save(raw)
    return raw.getvalue()


def sheet(**cells: Any) -> bytes:
    """A workbook of one sheet with these cells."""
    book = Workbook()
    for place, content in cells.items():
        book.active[place] = content
    return saved(book)


def grid(document: Document) -> list[list[str]]:
    (found,) = document.blocks
    assert isinstance(found, Table)
    return [["\n".join(cell.lines()) for cell in cells] for cells in found.rows]


def test_empty_rows_and_columns_fall_away_and_empty_cells_between_filled_ones_stay() -> None:
    content = sheet(B2="Imię", D2="Jan", B5="Urząd", D5="GOPS\nŻory", E5="x")
    assert grid(read_xlsx(content, "x")) == [["Imię", "Jan", ""], ["Urząd", "GOPS\nŻory", "x"]]


def test_merged_cells_stand_once_and_keep_their_column_below() -> None:
    book = Workbook()
    for place, content in {"A1": "a", "A2": "b", "C2": "c", "C3": "d"}.items():
        book.active[place] = content
    book.active.merge_cells("A1:C1")
    book.active.merge_cells("A2:B3")
    assert grid(read_xlsx(saved(book), "x")) == [["a"], ["b", "c"], ["", "d"]]


def test_numbers_dates_and_truths_are_what_a_person_sees() -> None:
    content = sheet(
        A1=242614021, B1=date(2026, 11, 20), C1=datetime(2026, 11, 20, 14, 30), D1=time(8, 5), E1=True, F1=1.5
    )
    assert grid(read_xlsx(content, "x")) == [["242614021", "20.11.2026", "20.11.2026 14:30", "08:05", "PRAWDA", "1,5"]]


def test_hidden_sheets_rows_and_columns_are_not_read() -> None:
    book = Workbook()
    for place, content in {"A1": "a", "B1": "ukryta kolumna", "A2": "ukryty wiersz"}.items():
        book.active[place] = content
    book.active.column_dimensions["B"].hidden = True
    book.active.row_dimensions[2].hidden = True
    for state in ("hidden", "veryHidden"):
        book.create_sheet()["A1"] = "ukryty arkusz"
        book.worksheets[-1].sheet_state = state
    assert grid(read_xlsx(saved(book), "x")) == [["a"]]


def test_headers_of_pages_lose_their_codes() -> None:
    book = Workbook()
    book.active["A1"] = "a"
    book.active.oddHeader.left.text = "data: 20.11.2026"
    book.active.oddHeader.center.text = "&[Page]"
    document = read_xlsx(saved(book), "x")
    assert document.blocks[0] == Line("data: 20.11.2026", cue="page")
    assert len(document.blocks) == 2


VALUES = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=30).filter(
    lambda text: not text.startswith("=") and "_x" not in text
)


@given(st.lists(st.lists(VALUES, min_size=2, max_size=2), min_size=1, max_size=5))
@settings(max_examples=40, deadline=None)
def test_any_text_put_into_a_sheet_comes_back(values: list[list[str]]) -> None:
    book = Workbook()
    for row, one in enumerate(values, start=2):
        for column, text in enumerate(one, start=1):
            book.active.cell(row, column).value = text
            book.active.cell(row, column).data_type = "s"
    expected = [[tidy(text) for text in one] for one in values]
    assert grid(read_xlsx(saved(book), "x")) == expected


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)))
@settings(max_examples=20, deadline=None)
def test_any_date_comes_back(day: date) -> None:
    assert grid(read_xlsx(sheet(A1=day), "x")) == [[f"{day:%d.%m.%Y}"]]


def test_a_sheet_of_twenty_thousand_rows_is_cut_with_a_note() -> None:
    book = Workbook(write_only=True)
    target = book.create_sheet()
    for number in range(20_000):
        target.append([number])
    document = read_xlsx(saved(book), "x")
    assert len(grid(document)) == MAX_ROWS
    assert document.notes == (CUT,)


def test_a_wide_sheet_is_cut_to_a_number_of_cells() -> None:
    filled = Grid()
    for row in range(MAX_ROWS):
        for column in range(20):
            filled.put(row, column, "x")
    table = filled.table()
    assert table is not None
    assert sum(len(row) for row in table.rows) <= MAX_CELLS
    assert filled.cut


def changed(content: bytes, name: str, new: str) -> bytes:
    """A workbook with one member replaced."""
    raw = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in old.namelist():
            archive.writestr(member, new if member == name else old.read(member))
    return raw.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        sheet(A1="a")[:-40],
        changed(sheet(A1="a"), "xl/workbook.xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><workbook>&a;</workbook>"),
        changed(sheet(A1="a"), "xl/worksheets/sheet1.xml", "<worksheet"),
        changed(sheet(A1="a"), "xl/worksheets/sheet1.xml", f"<worksheet>{' ' * 21_000_000}</worksheet>"),
    ],
    ids=["empty", "cut", "entities", "broken", "bomb"],
)
def test_a_workbook_that_is_damaged_or_dangerous_is_refused(content: bytes) -> None:
    with pytest.raises(UnsafeContainer):
        read_xlsx(content, "x")


def test_a_cell_that_names_what_is_not_there_is_empty() -> None:
    cells = (
        '<c r="A1" t="s"><v>99</v></c><c r="??" t="n"><v>1</v></c><c r="B1" s="99"><v>7</v></c><c t="b"><v>0</v></c>'
    )
    content = changed(
        sheet(A1="a"),
        "xl/worksheets/sheet1.xml",
        f'<worksheet><sheetData><row r="1">{cells}</row></sheetData><mergeCells><mergeCell ref="x"/></mergeCells></worksheet>',
    )
    assert grid(read_xlsx(content, "x")) == [["7", "FAŁSZ"]]


# --- .xls


def test_an_old_workbook_reads_as_the_new_one_does() -> None:
    assert read_xls(XLS, "x").blocks == read_xlsx((FOLDER / "sheet.xlsx").read_bytes(), "x").blocks


def test_sectors_that_follow_each_other_in_a_circle_end_the_reading() -> None:
    first_table = int.from_bytes(XLS[76:80], "little")
    start = (first_table + 1) * 512
    circular = XLS[:start] + b"".join(number.to_bytes(4, "little") for number in range(128)) + XLS[start + 512 :]
    with pytest.raises(UnsafeContainer):
        read_xls(circular, "x")


@given(st.lists(st.tuples(st.integers(0, len(XLS) - 1), st.integers(0, 255)), min_size=1, max_size=20))
@settings(max_examples=100, deadline=None)
def test_whatever_is_changed_in_an_old_workbook_it_is_read_or_refused(changes: list[tuple[int, int]]) -> None:
    damaged = bytearray(XLS)
    for place, byte in changes:
        damaged[place] = byte
    try:
        assert isinstance(read_xls(bytes(damaged), "x"), Document)
    except UnsafeContainer as refused:
        assert str(refused)


# --- tables as text


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("charset", ["utf-8-sig", "cp1250", "utf-16"])
def test_the_sign_between_cells_is_found(separator: str, charset: str) -> None:
    text = (
        separator.join(["Imię", '"Jan, Łoś; ""x""\ndrugi wiersz"'])
        + "\r\n"
        + separator.join(["Urząd", "Żory"])
        + "\r\n"
    )
    assert grid(read_csv_bytes(text.encode(charset), "x")) == [
        ["Imię", 'Jan, Łoś; "x"\ndrugi wiersz'],
        ["Urząd", "Żory"],
    ]


def test_the_sign_that_the_first_line_names_is_believed() -> None:
    assert grid(read_csv_bytes(b"sep=,\na;b,c\n", "x")) == [["a;b", "c"]]


def test_tables_as_text_are_told_by_name_or_type() -> None:
    for name, content_type in (("a.csv", "application/vnd.ms-excel"), ("a.dat", "text/csv")):
        (document,) = read_file(name, content_type, b"a;b\n", "x")
        assert [line.text for line in lines_of(document.blocks)] == ["a", "b"]


# --- numbers


@pytest.mark.parametrize(
    ("number", "code", "expected"),
    [
        (46346, "dd.mm.yyyy", "20.11.2026"),
        (46346, "[$-415]d mmmm yyyy;@", "20.11.2026"),
        (46346.5, 'yyyy"-"mm"-"dd hh:mm', "20.11.2026 12:00"),
        (0.75, "h:mm AM/PM", "18:00"),
        (46346, "General", "46346"),
        (46346, '0" dni"', "46346 dni"),
        (242614021, "000 000 000", "242 614 021"),
        (600123456, "000-000-000", "600-123-456"),
        (48600123456, "+## ### ### ###", "+48 600 123 456"),
        (242614021, '"("00") "000-00-00', "(24) 261-40-21"),
        (12, "000", "012"),
        (1234.5, "#,##0.00", "1 234,50"),
        (1234567, "#,##0", "1 234 567"),
        (0.125, "0.0%", "12,5%"),
        (-3.5, "0.00;(0.00)", "(3,50)"),
        (-3.5, "0.0", "-3,5"),
        (1234.5, "#,##0.00\\ [$zł-415]", "1 234,50 zł"),
        (0, '0;-0;"brak"', "brak"),
        (5, ";;;", ""),
        (1.25, "0.0#", "1,25"),
        (1.5, "0.0#", "1,5"),
        (1.5, "# ?/?", "1,5"),
        (7, "@", "7"),
        (7, 'General" szt."', "7 szt."),
        (1e20, "0", "1e+20"),
        (float("nan"), "0", ""),
        (float("inf"), "dd.mm.yyyy", ""),
        (-1, "dd.mm.yyyy", "-1"),
        (1.5, "0." + "0" * 200, "1,5000000000"),
    ],
)
def test_a_number_is_shown_by_its_format(number: float, code: str, expected: str) -> None:
    assert shown(number, code) == expected


def test_days_may_be_counted_from_1904() -> None:
    assert shown(44884, "dd.mm.yyyy", since_1904=True) == "20.11.2026"


@given(st.floats(), st.text(st.sampled_from('0#?.,;%"\\[]$-@dmyhs/E+ _*aG'), max_size=30))
@settings(max_examples=300, deadline=None)
def test_any_number_in_any_format_is_some_text(number: float, code: str) -> None:
    assert isinstance(shown(number, code), str)
