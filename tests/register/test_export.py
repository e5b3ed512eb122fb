"""The register as a file: exact for programs, harmless and readable for people."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from servers.entries import question

from mailgate.errors import RegisterError
from mailgate.register import export, questions
from mailgate.register.tables import QuestionRow

STRANGE = 'Wiersz 1\nwiersz 2; "cudzysłów" <b>&amp;\u0007 \ufffe ❤'


def _rows(*rows: QuestionRow) -> Iterator[dict[str, Any]]:
    return map(questions.exported, rows)


def _written(kind: export.Format, *rows: QuestionRow) -> bytes:
    stream = io.BytesIO()
    assert export.write(stream, kind, _rows(*rows)) == len(rows)
    return stream.getvalue()


def _table(*rows: QuestionRow) -> list[list[str]]:
    return list(csv.reader(io.StringIO(_written("csv", *rows).decode("utf-8-sig"), newline=""), delimiter=";"))


def _sheet(*rows: QuestionRow) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(_written("xlsx", *rows)))
    return list(book.active.iter_rows(values_only=True))


def test_the_columns_are_those_of_the_json_in_the_same_order() -> None:
    """The three kinds of file carry the same."""
    assert tuple(export.HEADINGS) == questions.EXPORTED


@pytest.mark.parametrize("count", [0, 1, 3])
def test_json_is_an_array_with_one_object_a_question(count: int) -> None:
    """Every value as the register has it, Polish letters as they are."""
    rows = [question(serial, question=STRANGE) for serial in range(1, count + 1)]
    written = _written("json", *rows)
    assert json.loads(written) == list(_rows(*rows))
    assert ("Zaświadczenie".encode() in written) == bool(rows)


def test_csv_is_what_a_polish_excel_opens() -> None:
    """A byte order mark, semicolons, Polish headings and words; absent values are empty."""
    assert _written("csv").startswith(b"\xef\xbb\xbfNumer;Kana\xc5\x82;Stan;")
    headings, row = _table(question(1, question=STRANGE, channel="phone"))
    told = dict(zip(headings, row, strict=True))
    assert (told["Kanał"], told["Stan"]) == ("telefon", "oczekujące na obsługę")
    assert (told["Treść pytania"], told["Opis udzielonej odpowiedzi"]) == (STRANGE, "")
    assert told["Data i godzina zadania pytania"] == "2026-11-23T11:00:00+01:00"


@pytest.mark.parametrize("formula", ["=1+1", "+48221234567", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_nothing_in_a_csv_is_a_formula(formula: str) -> None:
    """A clerk's text must not run on the accountant's machine."""
    _, row = _table(question(1, subject=formula, question=f" {formula}"))
    assert f"'{formula}" in row
    assert f" {formula}" in row


def test_a_sheet_has_dates_that_are_dates_and_texts_that_are_texts() -> None:
    """Warsaw's time; no formula and no link, whatever a text looks like."""
    texts = {"subject": "=1+1", "question": STRANGE, "email": "mailto:a@b", "reference": "007", "phone": "+48 22"}
    headings, row = _sheet(question(1, document_date=date(2026, 11, 20), **texts))
    told = dict(zip(headings, row, strict=True))
    assert headings == tuple(export.HEADINGS.values())
    assert told["Data i godzina zadania pytania"] == datetime(2026, 11, 23, 11, 0)
    assert told["Data dokumentu"] == datetime(2026, 11, 20)
    assert (told["Przedmiot pytania"], told["Znak"], told["Telefon"]) == ("=1+1", "007", "+48 22")
    assert told["Opis udzielonej odpowiedzi"] is None
    assert "wiersz 2" in told["Treść pytania"]
    assert "❤" in told["Treść pytania"]


def test_a_date_before_the_first_day_of_sheets_is_kept_as_text() -> None:
    """A clerk may type the year 1026; the register keeps what was written."""
    headings, row = _sheet(question(1, document_date=date(1026, 11, 20)))
    assert dict(zip(headings, row, strict=True))["Data dokumentu"] == "1026-11-20"


@pytest.mark.parametrize("letter", ["ą", "\U0001f600"])
def test_a_text_too_long_for_a_cell_is_cut_with_a_remark(letter: str) -> None:
    """A cell holds 32,767 UTF-16 units; dropped in silence it would be an unanswered question."""
    cut = dict(zip(*_sheet(question(1, answer=letter * 40_000)), strict=True))["Opis udzielonej odpowiedzi"]
    assert len(cut.encode("utf-16-le")) // 2 <= 32_767
    assert cut.startswith(letter * 16_000)
    assert cut.endswith("pełny tekst zawiera eksport JSON lub CSV.]")


def test_a_sheet_that_is_full_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than a register that ends without a word."""
    monkeypatch.setattr(export, "_XLSX_MAX_ROWS", 3)
    _sheet(question(1), question(2))
    with pytest.raises(RegisterError, match="A sheet holds"):
        _sheet(question(1), question(2), question(3))


@pytest.mark.parametrize("kind", ["json", "csv", "xlsx"])
def test_an_export_that_breaks_off_leaves_the_earlier_file(tmp_path: Path, kind: export.Format) -> None:
    """And nothing unfinished beside it."""
    path = tmp_path / "rejestr"
    assert export.write_file(path, kind, _rows(question(1))) == 1
    good = path.read_bytes()

    def broken() -> Iterator[dict[str, Any]]:
        yield from _rows(question(1), question(2))
        raise RegisterError("The database went away.")

    with pytest.raises(RegisterError, match="went away"):
        export.write_file(path, kind, broken())
    assert path.read_bytes() == good
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    """Not as a traceback."""
    with pytest.raises(RegisterError, match=r"The export cannot be written to .*: No such file or directory"):
        export.write_file(tmp_path / "missing" / "a.json", "json", _rows())
