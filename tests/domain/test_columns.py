"""Labels side by side above values side by side, typed as text, and tables whose every row is a form."""

from __future__ import annotations

import pytest

from mailgate.domain.document import Document
from mailgate.domain.form.columns import with_typed_columns
from mailgate.domain.form.labels import is_label_alone
from mailgate.domain.hot01 import Hot01, find_forms
from mailgate.extract.html.reader import read_html
from mailgate.extract.text import read_text

LABELS = ("Data", "Znak", "Imię i nazwisko", "Nazwa Urzędu", "Zwrotny nr telefonu, e-mail")
VALUES = ("20.11.2026", "OPS.12.2026", "Ewa Dąb", "Urząd Gminy Łąck", "24 261 40 21, e.dab@ops.example")
ASKED = "Dlaczego wniosek ma stan roboczy?"


def forms_in(text: str) -> tuple[Hot01, ...]:
    return find_forms([read_text(text, "body")]).forms


def values_of(form: Hot01) -> tuple[str | None, ...]:
    return (str(form.date), form.reference, form.user_name, form.office, form.phone, form.email, form.question)


READ = ("2026-11-20", "OPS.12.2026", "Ewa Dąb", "Urząd Gminy Łąck", "+48242614021", "e.dab@ops.example", ASKED)


@pytest.mark.parametrize("sign", ["\t", "\t\t", "   ", " | ", "|", "; "])
@pytest.mark.parametrize("between", ["", "\n", "-" * 40 + "\n"])
def test_values_stand_below_labels_in_one_line(sign: str, between: str) -> None:
    text = f"HOT-01\n{sign.join(LABELS)}\n{between}{sign.join(VALUES)}\n\nTreść pytania:\n{ASKED}\n"
    (form,) = forms_in(text)
    assert values_of(form) == READ


def test_the_question_may_be_the_last_column() -> None:
    (form,) = forms_in("\t".join((*LABELS, "Treść pytania")) + "\n" + "\t".join((*VALUES, ASKED)))
    assert values_of(form) == READ


def test_columns_that_are_left_empty_keep_their_place() -> None:
    empty = ["20.11.2026", "", "Ewa Dąb", "Urząd Gminy Łąck", ""]
    (form,) = forms_in("\t".join(LABELS) + "\n" + "\t".join(empty).rstrip() + f"\nTreść pytania:\n{ASKED}")
    assert values_of(form) == ("2026-11-20", None, "Ewa Dąb", "Urząd Gminy Łąck", None, None, ASKED)
    widths = [max(map(len, pair)) + 3 for pair in zip(LABELS, VALUES, strict=True)]
    heading, below = (
        "".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in (LABELS, empty)
    )
    (form,) = forms_in(f"{heading}\n{below}\nTreść pytania:\n{ASKED}")
    assert values_of(form) == ("2026-11-20", None, "Ewa Dąb", "Urząd Gminy Łąck", None, None, ASKED)


@pytest.mark.parametrize(
    "text",
    [
        "data:\tznak:\nImię i nazwisko:\tEwa Dąb",
        "data:   znak:   \n\n\n\nZgłoszenie pytania   HOT-01",
        "Imię i nazwisko:\tEwa Dąb\nNazwa Urzędu:\tUrząd Gminy Łąck",
        "Kwota\tTelefon\n12,00\t24 261 40 21",
    ],
)
def test_other_lines_with_gaps_stay_lines(text: str) -> None:
    blocks = read_text(text, "body").blocks
    assert with_typed_columns(blocks, is_label_alone) == blocks


def page(*rows: tuple[str, ...]) -> Document:
    cells = ("".join(f"<td>{text}</td>" for text in row) for row in rows)
    return read_html("<table border=1>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>", "body")


HEADING = (*LABELS, "Treść pytania")


def test_each_row_below_labels_with_a_question_of_its_own_is_a_form() -> None:
    second = ("21.11.2026", "OPS.13.2026", "Jan Lis", "GOPS Żary", "601 202 303", "Jak cofnąć decyzję?")
    forms = find_forms([page(HEADING, (*VALUES, ASKED), second)]).forms
    assert values_of(forms[0]) == READ
    assert values_of(forms[1]) == ("2026-11-21", *second[1:4], "+48601202303", None, second[5])


def test_a_row_with_nothing_but_more_text_goes_on_with_the_question() -> None:
    more = ("", "", "", "", "", "Czy to błąd?")
    (form,) = find_forms([page(HEADING, (*VALUES, ASKED), more)]).forms
    assert form.question == f"{ASKED}\nCzy to błąd?"


def test_a_list_may_have_columns_of_its_own() -> None:
    heading = ("Lp.", *HEADING, "Uwagi")
    second = ("2", "21.11.2026", "OPS.13.2026", "Jan Lis", "GOPS Żary", "601 202 303", "Jak cofnąć decyzję?", "")
    forms = find_forms([page(heading, ("1", *VALUES, ASKED, "pilne"), second)]).forms
    assert [form.question for form in forms] == [ASKED, second[6]]
    assert values_of(forms[0]) == READ


def test_the_date_of_the_second_row_is_not_the_first_row_s() -> None:
    second = ("21.11.2026", "OPS.13.2026", "Jan Lis", "GOPS Żary", "601 202 303", "Jak cofnąć decyzję?")
    forms = find_forms([page(HEADING, ("", *VALUES[1:], ASKED), second)]).forms
    assert [form.date and str(form.date) for form in forms] == [None, "2026-11-21"]


@pytest.mark.parametrize("name", ["Ewa Nowak", "Jan Maas", "Anna Maria Wąsowska-Brzęczyszczykiewicz"])
@pytest.mark.parametrize("title", ["Zgłoszenie pytania    data:    znak:", "data:    znak:", "data:\tznak:"])
def test_a_field_below_an_empty_header_is_not_cut_into_its_columns(title: str, name: str) -> None:
    (form,) = forms_in(f"{title}\n\nImię i nazwisko: {name}\nNazwa Urzędu: GOPS Łąck\nTreść pytania:\n{ASKED}")
    assert (form.date, form.reference, form.user_name, form.office) == (None, None, name, "GOPS Łąck")
    (form,) = forms_in(f"{title}\nImię i nazwisko: {name}    Nazwa Urzędu: GOPS Łąck\nTreść pytania: {ASKED}")
    assert (form.date, form.reference, form.user_name, form.office) == (None, None, name, "GOPS Łąck")
