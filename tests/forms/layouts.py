"""HOT-01 forms made of known values in the many shapes in which clerks send them: what goes in must come out.

A layout takes a filled form and a source of choices and gives blocks; ``choose(options)`` picks one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from mailgate.domain.document import Block, Cell, Line, Table

T = TypeVar("T")
Choose = Callable[[Sequence[Any]], Any]


@dataclass(frozen=True)
class Filled:
    """A form's values as written; ``None`` is an empty field."""

    date: str | None
    reference: str | None
    user_name: str | None
    office: str | None
    contact: str | None
    question: str | None


LABELS: dict[str, tuple[str, ...]] = {
    "user_name": (
        "Imię i nazwisko Użytkownika",
        "Imię i nazwisko",
        "Imię, nazwisko",
        "Imię i nazwisko użytkownika",
        "Użytkownik",
        "Nazwisko i imię",
        "Zgłaszający",
        "Imię i nazwisko osoby zgłaszającej",
    ),
    "office": (
        "Nazwa Urzędu",
        "Urząd",
        "Nazwa urzędu",
        "Nazwa jednostki",
        "Jednostka",
        "Instytucja",
        "Nazwa Urzędu / jednostki",
    ),
    "contact": (
        "Zwrotny nr telefonu, e-mail",
        "Zwrotny numer telefonu i/lub e-mail",
        "Tel./e-mail",
        "Telefon, e-mail",
        "Kontakt",
        "Dane kontaktowe",
        "Nr telefonu / adres e-mail",
        "Telefon kontaktowy i e-mail",
        "Zwrotny nr telefonu, email",
    ),
    "question": (
        "Treść pytania",
        "Pytanie",
        "Treść zapytania",
        "Treść zgłoszenia",
        "Opis pytania",
        "Szczegółowy opis pytania",
    ),
    "date": ("data", "Data", "DATA", "Data dokumentu"),
    "reference": ("znak", "Znak", "ZNAK", "Znak sprawy", "Znak pisma"),
}
ORDER = ("user_name", "office", "contact", "question")
TITLES = (
    "CSIZS Zgłoszenie pytania HOT-1",
    "Zgłoszenie pytania HOT-01",
    "HOT-01",
    "HOT 01",
    "Formularz HOT-01 - Zgłoszenie pytania",
    "ZGŁOSZENIE PYTANIA – HOT-01",
    "Zgłoszenie pytania",
    "CSIZS",
    "Formularz „Zgłoszenie pytania” - HOT-01",
)
_NO_DIACRITICS = str.maketrans("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", "acelnoszzACELNOSZZ")


def label(field: str, choose: Choose) -> str:
    """A spelling of a field's label."""
    text = str(choose(LABELS[field]))
    style = choose(("as is", "as is", "upper", "plain"))
    if style == "upper":
        return text.upper()
    return text.translate(_NO_DIACRITICS) if style == "plain" else text


def header_lines(form: Filled, choose: Choose) -> list[str]:
    """The title with date and reference, on one line or several."""
    title = choose(TITLES)
    date = f"{label('date', choose)}: {form.date or ''}".strip()
    reference = f"{label('reference', choose)}: {form.reference or ''}".strip()
    parts = [date, reference] if choose((True, True, False)) else [reference, date]
    shape = choose(("one line", "lines", "two lines", "tabs"))
    if shape == "one line":
        return ["    ".join([title, *parts])]
    if shape == "tabs":
        return ["\t".join([title, *parts])]
    return [title, "  ".join(parts)] if shape == "two lines" else [title, *parts]


def text_fields(form: Filled, choose: Choose) -> list[str]:
    """Labels and values as lines of plain text."""
    numbering = choose(("", "", "{}. ", "{}) ", "- ", "* "))
    shape = choose(("same line", "next line", "dots", "gap", "tab", "blank between", "stars", "pipes"))
    lines: list[str] = []
    for number, field in enumerate(ORDER, start=1):
        value = getattr(form, field) or ""
        first = numbering.format(number) + label(field, choose)
        if field == "question":
            lines += [f"{first}:", *value.split("\n")] if choose((True, False)) else [f"{first}: {value}".rstrip()]
        elif shape == "same line":
            lines.append(f"{first}: {value}")
        elif shape == "next line":
            lines += [f"{first}:", value, ""]
        elif shape == "dots":
            lines.append(f"{first}: ........{value}........")
        elif shape == "gap":
            lines.append(f"{first}     {value}")
        elif shape == "tab":
            lines.append(f"{first}:\t{value}")
        elif shape == "stars":
            lines.append(f"*{first}:* {value}")
        elif shape == "pipes":
            lines.append(f"| {first} | {value} |")
        else:
            lines += ["", f"{first}: {value}", ""]
    return "\n".join(lines).split("\n")


def as_lines(texts: Sequence[str]) -> tuple[Line, ...]:
    return tuple(Line(text.strip()) for text in texts)


def cell(text: str, *more: Block) -> Cell:
    """A cell of a text's lines and further blocks."""
    return Cell((*as_lines(text.split("\n")), *more))


def header_row(form: Filled, choose: Choose, width: int) -> tuple[Cell, ...]:
    """The first row of the form's table: three cells or fewer."""
    both = "\n".join(
        (f"data: {form.date or ''}", f"znak: {form.reference or ''}")
        if choose((True, False))
        else (f"znak: {form.reference or ''}", f"data: {form.date or ''}")
    )
    shape = choose(("three", "joined", "one cell", "four"))
    if shape == "one cell" or width == 1:
        return (cell(f"CSIZS\nZgłoszenie pytania HOT-1\n{both}"),)
    if shape == "joined":
        return (cell("CSIZS    Zgłoszenie pytania HOT-1"), cell(both))
    if shape == "four":
        return (cell("CSIZS"), cell("Zgłoszenie pytania HOT-1"), *(cell(part) for part in both.split("\n")))
    return (cell("CSIZS"), cell("Zgłoszenie pytania HOT-1"), cell(both))


def table_form(form: Filled, choose: Choose) -> tuple[Block, ...]:
    """The form as a table (or several), values beside, below or inside their labels' cells."""
    shape = choose(
        (
            "inside",
            "inside below",
            "beside",
            "below",
            "four columns",
            "heading",
            "mixed",
            "nested",
            "tables",
            "one cell",
        )
    )
    colon = choose((":", ""))
    labels = {field: label(field, choose) + colon for field in ORDER}
    values = {field: getattr(form, field) or "" for field in ORDER}
    rows: list[tuple[Cell, ...]] = [header_row(form, choose, 3)]
    if shape == "four columns":
        rows.append(
            (cell(labels["user_name"]), cell(values["user_name"]), cell(labels["office"]), cell(values["office"]))
        )
        rows.append((cell(labels["contact"]), cell(values["contact"])))
        rows.append((cell(labels["question"]), cell(values["question"])))
    elif shape == "heading":
        rows.append(tuple(cell(labels[field]) for field in ORDER[:3]))
        rows.append(tuple(cell(values[field]) for field in ORDER[:3]))
        rows += [(cell(labels["question"]),), (cell(values["question"]),)]
    elif shape == "one cell":
        lines = [text for field in ORDER for text in (f"{labels[field].rstrip(':')}:", values[field])]
        rows = [(cell("\n".join([*header_lines(form, lambda options: options[0]), *lines])),)]
    else:
        for field in ORDER:
            kind = choose(("inside below", "beside", "below")) if shape == "mixed" else shape
            rows += _field_rows(kind, labels[field], values[field])
    if shape == "tables":
        return tuple(Table((row,)) for row in rows)
    if shape == "nested":
        return (Table(((Cell((Table(tuple(rows)),)),),)),)
    return (Table(tuple(rows)),)


def _field_rows(kind: str, named: str, value: str) -> list[tuple[Cell, ...]]:
    if kind == "inside":
        return [(cell(f"{named.rstrip(':')}: {value}"),)]
    if kind == "below":
        return [(cell(named),), (cell(value),)]
    if kind == "beside":
        return [(cell(named), cell(value))]
    return [(cell(f"{named}\n{value}"),)]


BEFORE: tuple[tuple[str, ...], ...] = (
    (),
    ("Dzień dobry,", "", "przesyłam pytanie na formularzu.", ""),
    ("Szanowni Państwo,", "proszę o odpowiedź na poniższe pytanie.", ""),
    ("Witam,", "", "Poniżej formularz HOT-01. Proszę o pilną odpowiedź.", "", ""),
)
AFTER: tuple[tuple[str, ...], ...] = (
    (),
    ("", "Pozdrawiam", "Jan Nowak", "inspektor", "tel. 22 100 20 30"),
    ("", "Z poważaniem,", "Anna Nowak", "Urząd: Gmina", "e-mail: kto.inny@gdzie.example"),
    ("-- ", "Anna Nowak", "Wydział Świadczeń", "tel.: 22 100 20 30"),
    ("", "Wysłane z iPhone'a"),
    ("", "Serdecznie pozdrawiam", "", "Wysłano z programu Outlook dla systemu Android"),
    ("________________________________", "Treść stopki urzędu", "NIP 123-45-67-890"),
    ("", "Pozdrawiam serdecznie Anna Nowak"),
    (
        "",
        "Niniejsza wiadomość jest przeznaczona wyłącznie dla adresata i może zawierać informacje poufne.",
        "Jeżeli nie są Państwo jej adresatem, prosimy o jej usunięcie.",
    ),
    (
        "",
        "Klauzula informacyjna",
        "Zgodnie z art. 13 RODO informujemy, że administratorem danych osobowych jest Wójt Gminy.",
    ),
    (
        "",
        "---",
        "Ta wiadomość e-mail została sprawdzona na obecność wirusów przez oprogramowanie Avast.",
        "https://www.avast.com",
    ),
    ("", "Z wyrazami szacunku", "Jan Nowak", "", "Administratorem Pani/Pana danych osobowych jest Burmistrz."),
    ("", "Strona 1 z 1"),
)
