"""The blank form that people get: made the same at every run, and understood by our own reader as blank."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from pathlib import Path

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT

from mailgate import resources

ROOT = Path(__file__).resolve().parents[2]


def test_the_forms_in_the_checkout_are_those_that_the_script_makes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "scripts" / "make-forms", tmp_path], check=True)
    for made in tmp_path.iterdir():
        assert made.read_bytes() == (resources.forms_folder() / made.name).read_bytes(), made.name
    assert {made.name for made in tmp_path.iterdir()} == {"HOT-01.docx", "HOT-01.txt"}


def test_the_form_has_the_fields_of_the_procedure_and_no_content() -> None:
    name, content = resources.blank_form()
    assert name == "HOT-01.docx"
    cells = [cell.text for table in Document(BytesIO(content)).tables for row in table.rows for cell in row.cells]
    assert list(dict.fromkeys(cell.strip() for cell in cells if cell.strip())) == [
        "CSIZS",
        "Zgłoszenie pytania HOT-1",
        "data:",
        "znak:",
        "Imię i nazwisko Użytkownika:",
        "Nazwa Urzędu:",
        "Zwrotny nr telefonu, e-mail:",
        "Treść pytania",
    ]


def test_the_text_form_has_the_same_labels() -> None:
    text = (resources.forms_folder() / "HOT-01.txt").read_text(encoding="utf-8")
    for label in ("data:", "znak:", "Imię i nazwisko Użytkownika:", "Nazwa Urzędu:", "Treść pytania:"):
        assert label in text


def test_the_tables_of_the_form_stand_exactly_below_each_other() -> None:
    """Word puts a table of another alignment a little to the left, and lets a column grow where widths are not fixed."""
    tables = Document(BytesIO(resources.blank_form()[1])).tables
    widths = {sum(column.width for column in table.columns) for table in tables}
    assert len(widths) == 1
    assert {(table.alignment, table.autofit) for table in tables} == {(WD_TABLE_ALIGNMENT.CENTER, False)}
