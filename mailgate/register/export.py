"""The register as a file: JSON for programs, CSV and XLSX with Polish headings for people.

What is written replaces an earlier file only when it is complete and on disk.
"""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

from mailgate.errors import RegisterError

if TYPE_CHECKING:
    from xlsxwriter.format import Format as CellFormat
    from xlsxwriter.worksheet import Worksheet

Format = Literal["json", "csv", "xlsx"]
Exported = Mapping[str, Any]
"""An object of ``questions.exported``."""

HEADINGS = {
    "number": "Numer",
    "channel": "Kanał",
    "status": "Stan",
    "received_at": "Data i godzina zadania pytania",
    "counted_from": "Liczone od",
    "acknowledge_by": "Termin potwierdzenia",
    "acknowledged_at": "Potwierdzono",
    "document_date": "Data dokumentu",
    "reference": "Znak",
    "user_name": "Imię i nazwisko Użytkownika",
    "office": "Nazwa Urzędu",
    "phone": "Telefon",
    "email": "E-mail",
    "subject": "Przedmiot pytania",
    "question": "Treść pytania",
    "answer": "Opis udzielonej odpowiedzi",
    "answered_at": "Data udzielenia odpowiedzi",
    "consultant": "Konsultant",
    "documentation": "Odwołanie do dokumentacji",
}
"""The columns of DESIGN section 7 in order, named in the words of the procedure (1.2.5 and 3.1.2)."""

_WORDS = {
    "channel": {"email": "e-mail", "phone": "telefon", "portal": "portal"},
    "status": {"pending": "oczekujące na obsługę", "finished": "zakończone"},
}
_INSTANTS = frozenset({"received_at", "counted_from", "acknowledge_by", "acknowledged_at", "answered_at"})
_WIDE = frozenset({"subject", "question", "answer", "documentation"})
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
_FIRST_DAY_OF_SHEETS = date(1900, 1, 1)
_XLSX_MAX_ROWS = 1_048_576
_XLSX_MAX_CHARACTERS = 32_767
_CONTINUED = "\n[Dalszy ciąg tekstu nie mieści się w komórce arkusza; pełny tekst zawiera eksport JSON lub CSV.]"


def write_file(path: Path, kind: Format, rows: Iterable[Exported]) -> int:
    """Write the rows to a file, replacing an earlier one at the end; returns how many there were.

    Raises RegisterError where the file cannot be written; an earlier file then stays as it was.
    """
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    except OSError as error:
        raise RegisterError(f"The export cannot be written to {path.parent}: {error.strerror}.") from error
    unfinished = Path(name)
    try:
        with os.fdopen(descriptor, "w+b") as stream:
            count = write(stream, kind, rows)
            stream.flush()
            os.fsync(stream.fileno())
        unfinished.replace(path)
    except OSError as error:
        raise RegisterError(f"The export cannot be written to {path}: {error.strerror}.") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return count


def write(stream: BinaryIO, kind: Format, rows: Iterable[Exported]) -> int:
    """Write the rows to an open file; returns how many there were."""
    writers: dict[Format, Callable[[BinaryIO, Iterable[Exported]], int]] = {
        "json": _write_json,
        "csv": _write_csv,
        "xlsx": _write_xlsx,
    }
    return writers[kind](stream, rows)


def _write_json(stream: BinaryIO, rows: Iterable[Exported]) -> int:
    count = 0
    for row in rows:
        stream.write(b",\n" if count else b"[\n")
        stream.write(json.dumps(row, ensure_ascii=False).encode())
        count += 1
    stream.write(b"\n]\n" if count else b"[]\n")
    return count


def _write_csv(stream: BinaryIO, rows: Iterable[Exported]) -> int:
    """Semicolons and a byte order mark: what a Polish Excel opens by a double click, with its diacritics."""
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, delimiter=";")
    writer.writerow(HEADINGS.values())
    count = 0
    for row in rows:
        writer.writerow([_harmless(_in_words(name, row[name]) or "") for name in HEADINGS])
        count += 1
    text.detach()
    return count


def _write_xlsx(stream: BinaryIO, rows: Iterable[Exported]) -> int:
    # Imported here: an export to JSON works without it.
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as workbook:
        sheet = workbook.add_worksheet("Rejestr pytań")
        formats = {
            "instant": workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "valign": "top"}),
            "day": workbook.add_format({"num_format": "yyyy-mm-dd", "valign": "top"}),
            "text": workbook.add_format({"text_wrap": True, "valign": "top"}),
        }
        _write_headings(sheet, workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"}))
        count = 0
        for row in rows:
            count += 1
            if count >= _XLSX_MAX_ROWS:
                raise RegisterError("A sheet holds 1,048,575 questions and there are more: export less, or to CSV.")
            for column, name in enumerate(HEADINGS):
                _write_cell(sheet, (count, column), name, row[name], formats)
        sheet.autofilter(0, 0, count, len(HEADINGS) - 1)
    return count


def _write_headings(sheet: Worksheet, bold: CellFormat) -> None:
    sheet.freeze_panes(1, 1)
    for column, (name, heading) in enumerate(HEADINGS.items()):
        sheet.set_column(column, column, 60 if name in _WIDE else 20)
        sheet.write_string(0, column, heading, bold)


def _write_cell(
    sheet: Worksheet, place: tuple[int, int], name: str, value: str | None, formats: Mapping[str, CellFormat]
) -> None:
    """Instants and days are real dates of the sheet, Warsaw time; everything else is text, whatever it looks like."""
    if value is None:
        return
    if name in _INSTANTS:
        sheet.write_datetime(*place, datetime.fromisoformat(value).replace(tzinfo=None), formats["instant"])
    elif name == "document_date" and date.fromisoformat(value) >= _FIRST_DAY_OF_SHEETS:
        sheet.write_datetime(*place, date.fromisoformat(value), formats["day"])
    else:
        sheet.write_string(*place, _fitting(_in_words(name, value) or ""), formats["text"])


def _in_words(name: str, value: str | None) -> str | None:
    """A code of the register in Polish; any other value as it is."""
    return value if value is None else _WORDS.get(name, {}).get(value, value)


def _harmless(text: str) -> str:
    """A cell that a spreadsheet takes for text: what looks like a formula gets an apostrophe before it."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _fitting(text: str) -> str:
    """A text that a cell can hold: of valid characters, cut with a remark where it is too long."""
    text = text.translate({0xFFFE: None, 0xFFFF: None})
    if len(text.encode("utf-16-le")) // 2 <= _XLSX_MAX_CHARACTERS:
        return text
    kept = text.encode("utf-16-le")[: 2 * (_XLSX_MAX_CHARACTERS - len(_CONTINUED))]
    return kept.decode("utf-16-le", "ignore") + _CONTINUED
