"""Ordinary ways of writing that went wrong only together: an empty header above a letterhead, labels that resemble values."""

from __future__ import annotations

import pytest

from mailgate.domain.document import Block, Cell, Document, Line, Table
from mailgate.domain.hot01 import Hot01, find_forms
from mailgate.extract.text import read_text

HEADER = "CSIZS  Zgłoszenie pytania HOT-1  data: 20.11.2026  znak: DS.1.2026\n"
FIELDS = (
    "Imię i nazwisko: Jan Lis\nNazwa Urzędu: UG Łąck\nZwrotny nr telefonu, e-mail: 24 261 40 21\nTreść pytania: Jak?"
)


def forms(text: str) -> tuple[Hot01, ...]:
    return find_forms([read_text(text, "body")]).forms


def form(text: str) -> Hot01:
    (only,) = forms(text)
    return only


def header(lines: str) -> tuple[str | None, str | None]:
    """Date and reference of a form with these lines of a header."""
    read = form(f"HOT-01\n{lines}\n{FIELDS}")
    assert (read.user_name, read.office) == ("Jan Lis", "UG Łąck")
    return str(read.date) if read.date else None, read.reference


def cell(text: str) -> Cell:
    return Cell(tuple(Line(line) for line in text.split("\n")))


# --- the header


@pytest.mark.parametrize(
    ("lines", "date", "reference"),
    [
        ("data: znak:\n20.11.2026 OPS.1.2026", "2026-11-20", "OPS.1.2026"),
        ("data:   znak:\nŁąck, dn. 20.11.2026 r. L.dz. 123/2026", "2026-11-20", "L.dz. 123/2026"),
        ("znak: data:\n1234.2026 20.11.2026", "2026-11-20", "1234.2026"),
        ("data:   znak:\n20.11.2026", "2026-11-20", None),
        ("Data dokumentu:     ZNAK:\n20.11.2026    OPS.1.2026", "2026-11-20", "OPS.1.2026"),
        ("data:   znak:\nOPS.1.2026", None, "OPS.1.2026"),
    ],
)
def test_date_and_reference_in_one_line_below_both_labels_are_divided(
    lines: str, date: str | None, reference: str | None
) -> None:
    assert header(lines) == (date, reference)


@pytest.mark.parametrize("label", ["Znak sprawy", "Nr sprawy", "Znak pisma", "Nasz znak", "znak"])
@pytest.mark.parametrize("reference", ["SO 5023.1.2026", "ZUS/2026/11/7", "DSP-III.0123.4.2026.EN"])
def test_a_label_of_two_words_needs_no_colon_in_the_header(label: str, reference: str) -> None:
    assert header(f"data 20.11.2026    {label} {reference}") == ("2026-11-20", reference)
    assert header(f"{label} {reference}") == (None, reference)


@pytest.mark.parametrize("gap", [" ", "    ", "\t"])
def test_a_title_with_its_code_in_brackets_is_no_part_of_the_date_s_label(gap: str) -> None:
    read = form(f"ZGŁOSZENIE PYTANIA (HOT-01){gap}data: 20.11.2026{gap}Nasz znak: L.dz. 123/2026\n{FIELDS}")
    assert (str(read.date), read.reference, read.question) == ("2026-11-20", "L.dz. 123/2026", "Jak?")


@pytest.mark.parametrize(("above", "below"), [("FN", "3120/7/2026"), ("L.dz.", "123/2026")])
def test_a_reference_may_be_broken_at_its_space(above: str, below: str) -> None:
    assert header(f"znak: {above}\n{below}") == (None, f"{above} {below}")


def test_a_day_of_the_week_goes_with_a_date_above_the_title() -> None:
    assert str(form(f"piątek, 20.11.2026\n\nCSIZS\n\nZgłoszenie pytania\n\nHOT-1\n\n{FIELDS}").date) == "2026-11-20"


@pytest.mark.parametrize(
    "sentence", ["Pytam o wnioski z dnia 19.11.2026.", "Do dnia 19.11.2026 r. czekamy na odpowiedź."]
)
def test_a_sentence_above_the_form_dates_nothing(sentence: str) -> None:
    assert form(f"{sentence}\nHOT-01\nznak: DS.1.2026\n{FIELDS}").date is None


def test_the_question_of_a_form_does_not_date_the_one_below_it() -> None:
    first = FIELDS.replace("Jak?", "Czy to prawda?\nŁąck, 19.11.2026")
    assert forms(f"{HEADER}{first}\nHOT-01\ndata:\nznak:\n{FIELDS}")[1].date is None


# --- labels


@pytest.mark.parametrize("sign", ["=", " = ", " =", ": "])
def test_an_equals_sign_parts_a_label_from_its_value(sign: str) -> None:
    read = form(f"HOT-01\nImię i nazwisko{sign}Ewa Kos\nUrząd{sign}UG Łąck\nTreść pytania{sign}Jak?")
    assert (read.user_name, read.office, read.question) == ("Ewa Kos", "UG Łąck", "Jak?")


@pytest.mark.parametrize("label", ["zwrotny nr telefonu, e-mail", "Zwrotny nr telefonu, e-mail"])
def test_a_number_alone_stands_before_a_small_letter_as_well(label: str) -> None:
    read = form(
        f"HOT-01\n1 imię i nazwisko: Jan Lis\n2 nazwa urzędu: UG\n3 {label}: 24 261 40 21\n4 treść pytania\nJak?"
    )
    assert (read.user_name, read.office, read.phone, read.question) == ("Jan Lis", "UG", "+48242614021", "Jak?")


@pytest.mark.parametrize("written", ["(jan@ug.example)", "(24) 261-40-21, (jan@ug.example)"])
def test_what_brackets_enclose_below_a_label_is_no_remark_of_it(written: str) -> None:
    assert form(f"HOT-01\n{FIELDS.replace('24 261 40 21', chr(10) + written)}").email == "jan@ug.example"


@pytest.mark.parametrize("prompt", ["[nazwa urzędu]", "<nazwa urzędu>"])
def test_a_prompt_below_a_label_is_neither_a_label_nor_a_value(prompt: str) -> None:
    read = form(f"{HEADER}Użytkownik:\nEmil Nowak\nb) Urząd:\n{prompt}\nTreść pytania: Jak?")
    assert (read.user_name, read.office, read.question) == ("Emil Nowak", None, "Jak?")


def test_prompts_in_a_row_below_labels_leave_the_other_columns_alone() -> None:
    rows = (
        (cell("Imię i nazwisko"), cell("Nazwa Urzędu"), cell("Zwrotny nr telefonu, e-mail")),
        (cell("Adam Telka"), cell("[nazwa urzędu]"), cell("[telefon, e-mail]")),
        (cell("Treść pytania"),),
        (cell("Jak?"),),
    )
    blocks: tuple[Block, ...] = (Line("HOT-01"), Table(rows))
    (read,) = find_forms([Document("body", blocks)]).forms
    assert (read.user_name, read.office, read.phone, read.question) == ("Adam Telka", None, None, "Jak?")


@pytest.mark.parametrize("sign", [" | ", "\t", "    "])
def test_labels_in_a_line_without_values_below_are_not_each_other_s_values(sign: str) -> None:
    labels = sign.join(("Imię i nazwisko", "Nazwa Urzędu", "Zwrotny nr telefonu, e-mail"))
    read = form(f"HOT-01\n{labels}\n{'………… | ………… | …………'}\nTreść pytania\nJak?")
    assert (read.user_name, read.office, read.phone, read.email, read.question) == (None, None, None, None, "Jak?")


def test_a_value_below_a_line_of_labels_that_does_not_tell_whose_it_is_is_nobody_s() -> None:
    read = form("HOT-01\nImię i nazwisko\tNazwa Urzędu\nEwa Dąb\nTreść pytania\nJak?")
    assert (read.user_name, read.office, read.question) == (None, None, "Jak?")


def test_a_row_whose_value_is_a_prompt_is_no_heading_of_the_row_below() -> None:
    rows = (
        (cell("Zwrotny nr telefonu, e-mail:"), cell("[telefon, e-mail]")),
        (cell("Treść pytania: Interesuje nas:"), cell("")),
    )
    blocks: tuple[Block, ...] = (Line("HOT-01"), Table(rows), Line("- czy można cofnąć."))
    (read,) = find_forms([Document("body", blocks)]).forms
    assert (str(read.question).split("\n")[0], read.phone) == ("Interesuje nas:", None)


@pytest.mark.parametrize("numbers", ["1. 2. 3.", "a) b) c)", "1) 2) 3)", "(1) (2) (3)"])
def test_a_value_ends_at_the_next_number_though_the_label_behind_it_is_not_known(numbers: str) -> None:
    first, second, third = numbers.split()
    read = form(
        f"HOT-01\n{first} Imię i nazwisko: Ewa Kos\n{second} Nazwa instytucjiGmina Bór\n{third} Treść pytania: Jak?"
    )
    assert (read.user_name, read.office, read.question) == ("Ewa Kos", None, "Jak?")


def test_an_address_may_follow_the_printed_label_without_a_sign() -> None:
    fields = FIELDS.replace("e-mail: 24", "e-mail gops@lack.example 24")
    assert (form(f"HOT-01\n{fields}").email, form(f"HOT-01\n{fields}").phone) == ("gops@lack.example", "+48242614021")


@pytest.mark.parametrize(
    ("inside", "below", "phone", "email"),
    [
        ("jan@ug.example", "tel. 24 261 40 21", "+48242614021", "jan@ug.example"),
        ("24 261 40 21,", "jan@ug.example", "+48242614021", "jan@ug.example"),
        ("24 261 40 21, jan@ug.example", "24 261 99 99", "+48242614021", "jan@ug.example"),
        ("e-mail jan@ug.example", "24 261 40 21", "+48242614021", "jan@ug.example"),
    ],
)
def test_the_other_half_of_a_contact_may_stand_alone_below_its_table(
    inside: str, below: str, phone: str | None, email: str
) -> None:
    table = Table(((cell("Nazwa Urzędu"), cell("UG Łąck")), (cell("Zwrotny nr telefonu, e-mail"), cell(inside))))
    blocks: tuple[Block, ...] = (Line("HOT-01"), table, Line(below), Line("Treść pytania: Jak?"))
    (read,) = find_forms([Document("body", blocks)]).forms
    assert (read.phone, read.email, read.question) == (phone, email, "Jak?")


def test_a_first_name_near_to_a_label_s_word_stands_below_the_label_of_first_names() -> None:
    assert form(f"{HEADER}Imię\nIrmina\nNazwisko\nDatek\nTreść pytania\nJak?").user_name == "Irmina Datek"


@pytest.mark.parametrize("label", ["Stanowisko", "NIP", "Moduł systemu", "Adres urzędu"])
@pytest.mark.parametrize("star", ["", "*", "**"])
def test_a_label_that_is_not_the_form_s_ends_a_value_in_bold_print_too(label: str, star: str) -> None:
    read = form(
        f"{HEADER}{star}Nazwa Urzędu:{star} UG Łąck\n{star}{label}:{star} inny wpis 12\n"
        f"{star}Imię i nazwisko:{star}\n{star}{label}:{star} inny wpis 12\nTreść pytania: Jak?"
    )
    assert (read.office, read.user_name) == ("UG Łąck", None)


@pytest.mark.parametrize("name", ["Nazwa jednostki: UG Łąck", "Urząd: UG Łąck"])
def test_the_address_of_an_office_is_not_its_name(name: str) -> None:
    address = "Adres urzędu: ul. Długa 5, 09-520 Łąck"
    for lines in ((address, name), (name, address)):
        read = form("\n".join(("HOT-01", "Imię i nazwisko: Jan Lis", *lines, "Treść pytania: Jak?")))
        assert (read.user_name, read.office) == ("Jan Lis", "UG Łąck")


# --- a form without a title


@pytest.mark.parametrize("label", ["Dane kontaktowe (telefon, e-mail)", "Zwrotny nr telefonu, e-mail", "Telefon"])
def test_the_telephone_of_a_letterhead_is_not_that_of_the_form_below(label: str) -> None:
    letterhead = "Urząd Gminy Łąck\nul. Długa 5\ntel. 24 261 40 00\nE-mail: urzad@lack.example\n"
    read = form(letterhead + FIELDS.replace("Zwrotny nr telefonu, e-mail", label))
    assert (read.phone, read.email) == ("+48242614021", None)


@pytest.mark.parametrize("label", ["Imię i nazwisko", "Użytkownik"])
def test_the_labels_above_a_question_are_the_form_s_and_those_in_it_are_its_text(label: str) -> None:
    quoted = "Proszę o dostęp.\nLogin: jlis\nImię i nazwisko: Ewa Kos\nJednostka: OPS Łąck\nTelefon: 24 111 22 33"
    read = form(f"{label}: n/d\nNazwa Urzędu: UG\nZwrotny nr telefonu, e-mail:\nTreść pytania: {quoted}")
    assert (read.user_name, read.office, read.phone, read.question) == (None, "UG", None, quoted)


def test_what_does_not_fit_behind_a_label_in_a_question_is_the_question_s() -> None:
    quoted = "Błąd na formularzu:\nImię i nazwisko: puste\nData: nie działa filtr\nCo robić?"
    read = form(
        f"Imię: Ewa\nNazwisko: Kot\nAdres urzędu: ul. Długa 5\nNazwa Urzędu:\nKontakt: 24 261 40 21\nTreść pytania\n{quoted}"
    )
    assert (read.user_name, read.question, read.date) == ("Ewa Kot", quoted, None)


# --- values


@pytest.mark.parametrize("below", ["tel. 24 261 40 21", "24 261 40 21", "Tel: 24 261 40 21"])
def test_a_dot_behind_an_address_does_not_join_it_to_the_telephone_below(below: str) -> None:
    read = form(f"HOT-01\n{FIELDS.replace('24 261 40 21', f'gops@lack.example.{chr(10)}{below}')}")
    assert (read.email, read.phone) == ("gops@lack.example", "+48242614021")


def test_numbers_that_say_themselves_what_they_are_need_no_label() -> None:
    fields = FIELDS.replace("Zwrotny nr telefonu, e-mail: 24 261 40 21", "Telefon: fax 44 616 20 01, tel. 44 616 20 00")
    assert form(f"HOT-01\n{fields}").phone == "+48446162000"


def test_double_spacing_is_seen_above_a_quotation_that_has_none() -> None:
    fields = FIELDS.replace("UG Łąck", "Starostwo Powiatowe w Żninie – Wydział\nSpraw Społecznych")
    doubled = f"{HEADER}{fields}".replace("\n", "\n\n")
    quoted = "\n\nW dniu 19.11.2026 o 10:12, Hot-line pisze:\n" + "\n".join(f"> wiersz {number}" for number in range(8))
    assert form(doubled + quoted).office == "Starostwo Powiatowe w Żninie – Wydział Spraw Społecznych"


# --- the end of the question


def test_a_question_about_a_law_above_a_disclaimer_is_none_of_its_lines() -> None:
    question = "Zgodnie z art. 24 ustawy „prawo do świadczeń ustala się na okres zasiłkowy”.\nCzy system to uwzględnia?"
    clause = "Klauzula informacyjna\nZgodnie z art. 13 RODO informujemy, że administratorem danych osobowych jest Wójt."
    read = form(f"{HEADER}{FIELDS.replace('Jak?', question)}\n{clause}")
    assert read.question == question


@pytest.mark.parametrize("place", ["Podpis: ...................", "podpis ______", "Podpis:"])
def test_a_place_to_sign_is_no_part_of_the_question(place: str) -> None:
    assert form(f"{HEADER}{FIELDS}\n\n{place}").question == "Jak?"
    assert form(f"{HEADER}{FIELDS.replace('Jak?', '')}\n\n{place}").question is None


def test_a_question_may_speak_of_signatures() -> None:
    assert form(f"{HEADER}{FIELDS}\nPodpis nie działa.").question == "Jak?\nPodpis nie działa."


def test_a_signature_below_a_label_with_nothing_is_not_joined_to_it() -> None:
    assert form(f"{HEADER}| Urząd | UG |\n\n| Treść zgłoszenia |\n\n--\n\nEwa Nowak\n\nUrząd Gminy").question is None
