"""Files that LibreOffice 7.4 wrote (from Word, Excel and its own formats), each with its outline beside it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from forms.outline import outline

from mailgate.domain.hot01 import find_forms
from mailgate.extract.formats import read_file

FILES = sorted(path for path in (Path(__file__).parent / "office").iterdir() if path.suffix != ".txt")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_reads_as_the_outline_beside_it_says(path: Path) -> None:
    (document,) = read_file(path.name, "application/octet-stream", path.read_bytes(), "attachment:x")
    expected = path.with_name(f"{path.name}.txt").read_text(encoding="utf-8")
    assert outline(document) == expected


@pytest.mark.parametrize("name", ["rich", "first-page"])
def test_one_document_reads_alike_in_every_format(name: str) -> None:
    """What differs is told by the formats themselves: the no-break hyphen, and a box that the RTF export loses."""
    folder = Path(__file__).parent / "office"
    outlines = {
        suffix: outline(read_file(f"x{suffix}", "", (folder / f"{name}{suffix}").read_bytes(), "x")[0])
        .replace("\u2011", "-")
        .replace("W polu tekstowym żółć\ndrugi akapit pola\n", "")
        for suffix in (".odt", ".rtf", ".doc")
    }
    assert outlines[".odt"] == outlines[".rtf"] == outlines[".doc"]


@pytest.mark.parametrize(
    ("name", "user_name", "office", "reference", "question"),
    [
        (
            "form-nested",
            "Ewa Ó",
            "Urząd Miasta Żory",
            "OPS.2143.2026",
            "Czy system liczy świadczenie dla m² i kwoty 1 234,56 zł (od 1.01.2026 r.)?\na) tak\nb) nie",
        ),
        (
            "form-heading",
            "Jan Kowalski",
            "Starostwo Powiatowe w Ostródzie",
            "OPS.6009.2026",
            "Dlaczego wniosek nr 12/2026 nie otwiera się po zapisaniu? Komunikat: „Błąd 500”.",
        ),
    ],
)
def test_a_form_is_the_same_form_in_every_format(
    name: str, user_name: str, office: str, reference: str, question: str
) -> None:
    paths = [path for path in FILES if path.stem == name]
    assert len(paths) == 3
    for path in paths:
        (form,) = find_forms(read_file(path.name, "", path.read_bytes(), "attachment:x")).forms
        assert (form.date, form.phone, form.email) == (date(2026, 11, 20), "+48242614021", "jan@gops.lack.example")
        assert (form.user_name, form.office, form.reference) == (user_name, office, reference)
        assert form.question == question
