"""Where in a form a value stands: beside, below or further on, and what stands between that is none."""

from __future__ import annotations

import pytest

from mailgate.domain.document import Block, Cell, Document, Line, Table
from mailgate.domain.hot01 import Hot01, find_forms

ASKED = ("Treść pytania", "Dlaczego wniosek ma stan roboczy?")


def cell(*texts: str) -> Cell:
    return Cell(tuple(Line(text) for text in texts))


def table(*rows: tuple[str | tuple[str, ...], ...]) -> Table:
    """Rows of cells, each of one line or of several."""
    return Table(tuple(tuple(cell(*([one] if isinstance(one, str) else one)) for one in row) for row in rows))


def form_in(*blocks: Block | str) -> Hot01:
    whole = tuple(Line(block) if isinstance(block, str) else block for block in blocks)
    (form,) = find_forms([Document("attachment:a.docx", whole)]).forms
    return form


@pytest.mark.parametrize("labels", [("Tel.", "Zwrotny e-mail"), ("Zwrotny nr telefonu", "Adres e-mail")])
def test_telephone_and_address_have_labels_of_their_own(labels: tuple[str, str]) -> None:
    form = form_in(table((labels[0], "883 117 914", labels[1], "e.dab@pup.example"), ASKED))
    assert (form.phone, form.email) == ("+48883117914", "e.dab@pup.example")
    assert form_in(table((labels[0], "883 117 914", labels[1], ""), ASKED)).phone == "+48883117914"


def test_the_user_s_question_is_no_name() -> None:
    form = form_in(table(("Użytkownik", "Ewa Dąb"), ("Pytanie Użytkownika", ASKED[1])))
    assert (form.user_name, form.question) == ("Ewa Dąb", ASKED[1])


@pytest.mark.parametrize("below", ["Formularz należy wypełnić czytelnie w ciągu 7 dni.", "Ewa Dąb"])
def test_what_stands_below_an_empty_reference_is_none(below: str) -> None:
    form = form_in("data: 20.11.2026", "znak:", below, table(("Imię i nazwisko", "Ewa Dąb"), ASKED))
    assert (form.reference, form.user_name) == (None, "Ewa Dąb")


def test_a_reference_and_a_date_may_stand_below_their_labels() -> None:
    form = form_in("data:", "20 listopada 2026 r.", "znak:", "DSP 12/2026", table(("Telefon", "883 117 914"), ASKED))
    assert (str(form.date), form.reference) == ("2026-11-20", "DSP 12/2026")


def test_an_empty_reference_does_not_take_the_first_cell_of_the_table_below() -> None:
    form = form_in("HOT-01  data: 20.11.2026  znak:", table(("Lp.", "Nazwa pola", "Treść"), ("1.", *ASKED)))
    assert form.reference is None


@pytest.mark.parametrize("stamp", [("WPŁYNĘŁO", "dnia 3.02.2026"), ("Data wpływu: dnia 3.02.2026",)])
def test_the_day_on_which_an_office_got_a_letter_is_not_the_form_s(stamp: tuple[str, ...]) -> None:
    form = form_in(*stamp, "CSIZS Zgłoszenie pytania HOT-01", table(("Imię i nazwisko", "Ewa Dąb"), ASKED))
    assert form.date is None


def test_a_number_before_the_next_label_is_that_label_s() -> None:
    form = form_in("1. Imię i nazwisko: Ewa Dąb  2. Nazwa Urzędu: PUP w Iłży", "3. Treść pytania:", ASKED[1])
    assert (form.user_name, form.office) == ("Ewa Dąb", "PUP w Iłży")


def test_the_comma_at_the_end_of_an_office_s_line_stays() -> None:
    form = form_in(table(("Nazwa Urzędu", ("Urząd Miejski w Grójcu,", "Referat Spraw Społecznych ........")), ASKED))
    assert form.office == "Urząd Miejski w Grójcu, Referat Spraw Społecznych"


@pytest.mark.parametrize("remark", ["(kto zgłasza)", "(osoby zgłaszającej)"])
def test_a_remark_in_the_label_s_cell_is_no_value(remark: str) -> None:
    assert form_in(table((("Imię i nazwisko:", remark), "Ewa Dąb"), ASKED)).user_name == "Ewa Dąb"


@pytest.mark.parametrize(
    "label", [("ADRES POCZTY", "ELEKTRONICZNEJ:"), ("Adres poczty", "elektronicznej"), ("Adres", "e-mail:")]
)
def test_a_label_of_two_lines_that_fills_its_cell_is_no_value_of_the_one_above(label: tuple[str, str]) -> None:
    form = form_in(table(("TEL.:", ""), (label, "e.dab@pup.example"), ASKED))
    assert (form.phone, form.email) == (None, "e.dab@pup.example")


def test_a_title_broken_in_its_cell_is_no_question() -> None:
    header = table(("CSIZS", ("HOT-01 Zgłoszenie", "pytania"), "data: 20.11.2026"))
    assert form_in(header, table(("Imię i nazwisko", "Ewa Dąb"), ASKED)).question == ASKED[1]


def test_a_question_goes_on_in_rows_that_begin_like_labels() -> None:
    rows = (
        ("Treść pytania",),
        (ASKED[1],),
        ("Telefon: pole nie przyjmuje kierunkowego.",),
        ("Pytania:",),
        ("1) Kto?",),
    )
    form = form_in(table(("Imię i nazwisko",), ("Ewa Dąb",), ("Telefon",), ("883 117 914",), *rows))
    assert form.question == "\n".join(row[0] for row in rows[1:])


@pytest.mark.parametrize("row", [("Przyjął:",), ("Przyjął:", "J. Kos"), ("Uwagi konsultanta:", "")])
def test_a_question_ends_at_a_row_that_somebody_else_fills_in(row: tuple[str, ...]) -> None:
    form = form_in(table(("Imię i nazwisko", "Ewa Dąb"), ("Treść pytania",), (ASKED[1],), row))
    assert form.question == ASKED[1]


def test_the_first_cell_of_the_next_form_s_header_is_not_in_the_question() -> None:
    parts = ["CSIZS Zgłoszenie pytania HOT-01", "Imię i nazwisko: Ewa Dąb", "Treść pytania:", ASKED[1]]
    header = table(("CSIZS", "Zgłoszenie pytania HOT-01", "data: 20.11.2026"))
    other = table(("Imię i nazwisko", "Jan Sęk"), ("Treść pytania", "Kto nadaje uprawnienia?"))
    blocks = (*map(Line, parts), header, other)
    forms = find_forms([Document("attachment:a.docx", blocks)]).forms
    assert [form.question for form in forms] == [ASKED[1], "Kto nadaje uprawnienia?"]


@pytest.mark.parametrize("label", ["Treść pyt.", "Treść zapyt.", "Treść zgł.", "Szczeg. opis pytania"])
def test_a_shortened_label_is_that_of_the_question(label: str) -> None:
    assert form_in("HOT-01", "Imię i nazwisko: Ewa Dąb", f"{label}: {ASKED[1]}").question == ASKED[1]


@pytest.mark.parametrize("sign", [" / ", " | ", ", ", "; ", " • "])
def test_a_sign_between_two_fields_of_a_line_belongs_to_neither(sign: str) -> None:
    form = form_in(
        "HOT-01", f"Imię i nazwisko: Ewa Dąb{sign}Nazwa Urzędu: UG Łąck{sign}Tel.: 883 117 914", ": ".join(ASKED)
    )
    assert (form.user_name, form.office, form.phone) == ("Ewa Dąb", "UG Łąck", "+48883117914")


@pytest.mark.parametrize("line", ["~~~~~~~~~~~~", "============", "------------"])
def test_a_value_may_stand_below_its_underlined_label(line: str) -> None:
    form = form_in(
        "HOT-01", "Imię i nazwisko", line, "Ewa Dąb", "", "Nazwa Urzędu", line, "UG Łąck", "", ASKED[0], line, ASKED[1]
    )
    assert (form.user_name, form.office, form.question) == ("Ewa Dąb", "UG Łąck", ASKED[1])


@pytest.mark.parametrize("gap", ["\t", "\t\t\t", "      "])
def test_a_reference_ends_at_the_gap_before_place_and_date(gap: str) -> None:
    head = f"Nasz znak: OPS.12.2026 KM{gap}Łąck, dnia 20 listopada 2026 r."
    form = form_in(head, "HOT-01", "Imię i nazwisko: Ewa Dąb", ": ".join(ASKED))
    assert (form.reference, str(form.date)) == ("OPS.12.2026 KM", "2026-11-20")


@pytest.mark.parametrize("empty", ["", ()])
def test_a_value_goes_on_in_rows_whose_label_s_cell_is_empty(empty: str | tuple[()]) -> None:
    office = (("Nazwa Urzędu", "Gminny Ośrodek"), (empty, "Pomocy Społecznej w Łącku"))
    form = form_in(table(*office, ("Kontakt", "tel. 883 117 914"), (empty, "e.dab@pup.example"), ASKED))
    assert form.office == "Gminny Ośrodek Pomocy Społecznej w Łącku"
    assert (form.phone, form.email) == ("+48883117914", "e.dab@pup.example")


def test_what_a_row_of_another_label_says_is_no_part_of_the_value_above() -> None:
    form = form_in(table(("Nazwa Urzędu", "UG Łąck"), ("Stanowisko", "inspektor"), ("Telefon", "883 117 914"), ASKED))
    assert form.office == "UG Łąck"


def test_a_question_goes_on_in_the_rows_beside_its_merged_label() -> None:
    said = [
        "Po zapisie widzę okno:",
        "Treść komunikatu na ekranie:",
        "data: nie da się wpisać",
        "Adres strony: brak",
        "Co robić?",
    ]
    rows = [(("Treść pytania" if place == 0 else ()), line) for place, line in enumerate(said)]
    form = form_in(table(("Imię i nazwisko", "Ewa Dąb"), ("Telefon", "883 117 914"), *rows))
    assert form.question == "\n".join(said)
