"""How people write on a form: labels in brackets, lists that begin on the label's line, parts of a value with names."""

from __future__ import annotations

import pytest

from mailgate.domain.hot01 import FormsFound, Hot01, find_forms
from mailgate.extract.html.reader import read_html
from mailgate.extract.text import read_text

FORM = """\
CSIZS  Zgłoszenie pytania HOT-1  {header}
Imię i nazwisko Użytkownika: {user_name}
Nazwa Urzędu: {office}
Zwrotny nr telefonu, e-mail: {contact}
Treść pytania:{question}
"""
USUAL = {
    "header": "data: 20.11.2026 znak: DS.1.2026",
    "user_name": "Jan Lis",
    "office": "Urząd Gminy Łąck",
    "contact": "24 261 40 21",
    "question": " Co robić?",
}


def found(text: str) -> FormsFound:
    return find_forms([read_text(text, "body")])


def read(**written: str) -> Hot01:
    (form,) = found(FORM.format(**USUAL | written)).forms
    return form


@pytest.mark.parametrize("brackets", ["[]", "{}", "<>"])
@pytest.mark.parametrize("colon", ["", ":"])
def test_a_label_may_stand_in_brackets(brackets: str, colon: str) -> None:
    labels = ("data", "znak", "Imię i nazwisko Użytkownika", "Nazwa Urzędu", "Zwrotny nr telefonu, e-mail")
    values = ("20.11.2026", "DS.1.2026", "Jan Lis", "Urząd Gminy Łąck", "jan.lis@lack.example")
    opening, closing = brackets
    lines = [f"{opening}{label}{colon}{closing} {value}" for label, value in zip(labels, values, strict=True)]
    (form,) = found("\n".join(["HOT-01", *lines, f"{opening}Treść pytania{colon}{closing}", "Co robić?"])).forms
    assert str(form.date) == "2026-11-20"
    assert (form.reference, form.user_name, form.office, form.email, form.question) == (*values[1:], "Co robić?")


def test_a_label_and_its_value_may_stand_in_one_pair_of_brackets() -> None:
    form = read(header="\n[data: 20.11.2026]\n[znak: DS.1.2026]", office="\n[Urząd Gminy Łąck]")
    assert (str(form.date), form.reference, form.office) == ("2026-11-20", "DS.1.2026", "Urząd Gminy Łąck")


def test_a_tag_in_a_question_is_no_label() -> None:
    tags = "Plik zawiera:\n<nazwisko>Kos</nazwisko>\n<data>2026-01-02</data>\nCzy to dobrze?"
    assert read(question="\n" + tags).question == tags


def test_a_title_over_several_lines_belongs_to_the_form_below_it() -> None:
    second = FORM.format(**USUAL | {"question": " Kiedy?"}).replace("CSIZS  Zgłoszenie pytania HOT-1  ", "")
    forms = found(FORM.format(**USUAL) + "\nCSIZS\n\nZgłoszenie pytania\nHOT-1\n" + second).forms
    assert [form.question for form in forms] == ["Co robić?", "Kiedy?"]


@pytest.mark.parametrize(
    "contact",
    [
        "fax: 24 261 40 99, tel: 24 261 40 21",
        ".......fax: 24 261 40 99, tel.: 24 261 40 21",
        "nr tel. 24 261 40 21, fax 24 261 40 99",
    ],
)
def test_a_fax_is_no_telephone_wherever_it_stands(contact: str) -> None:
    assert read(contact=contact).phone == "+48242614021"


@pytest.mark.parametrize("bullet", ["*", "–", "—"])
def test_a_list_that_begins_on_the_label_s_line_keeps_its_first_mark(bullet: str) -> None:
    question = f"{bullet} brak ulic,\n{bullet} brak miast.\nCzy to błąd?"
    assert read(question=" " + question).question == question


def test_a_question_may_begin_with_the_word_question() -> None:
    assert read(question="\nPytanie: czy może być kilka osób?").question == "Pytanie: czy może być kilka osób?"


@pytest.mark.parametrize("place", ["Nowy Sącz, ", "Łódź dnia ", "dn. ", ""])
def test_a_date_in_the_header_needs_no_colon_and_may_have_a_place(place: str) -> None:
    assert str(read(header=f", data {place}10 marca 2026, znak DS.1.2026").date) == "2026-03-10"


def test_lines_like_a_mail_s_header_are_a_question_s_text_above_a_signature_with_a_telephone() -> None:
    lines = "Od: 1.01.2026\nDo: 31.12.2026\nTemat: okres\nCzy taki zakres jest poprawny?"
    assert read(question=f"\n{lines}\n\nPozdrawiam\nJan Lis\ntel.: 24 261 40 21").question == lines


@pytest.mark.parametrize("reference", ["MOPS-DSR.5278.11.2026.ZK", "L.dz. 123/2026", "PCPR/58/4099"])
def test_a_reference_needs_no_colon_beside_a_date(reference: str) -> None:
    form = read(header=f", data dn. 20.11.2026 r., znak {reference}")
    assert (str(form.date), form.reference) == ("2026-11-20", reference)


def test_a_word_below_the_label_of_the_date_is_no_date() -> None:
    page = "<h2>HOT-01</h2><dl><dt>data:</dt><dd>wczoraj</dd><dt>znak:</dt><dd>DS.1.2026</dd></dl>" + "".join(
        f"<p>{line}</p>" for line in FORM.format(**USUAL).splitlines()[1:]
    )
    forms = find_forms([read_html(page, "body")])
    assert [(problem.field, problem.code) for problem in forms.problems] == [("date", "invalid")]


def test_a_value_keeps_the_dash_at_which_its_line_was_broken() -> None:
    assert read(office="\nUrząd Miasta Ruda\n– Wydział Świadczeń").office == "Urząd Miasta Ruda – Wydział Świadczeń"
    assert read(office="\nUrząd Miasta Ruda –\nWydział Świadczeń").office == "Urząd Miasta Ruda – Wydział Świadczeń"


def test_a_first_name_that_is_near_to_a_label_s_word_is_none() -> None:
    assert read(user_name="\nIrmina\nDe Virion").user_name == "Irmina De Virion"


def test_dates_in_the_shape_of_a_mail_s_header_in_the_question_s_cell_are_its_text() -> None:
    lines = "Od: 1.01.2026<br>Do: 31.12.2026<br>Temat: okres<br>Czy taki zakres jest poprawny?"
    rows = "".join(
        f"<tr><td colspan=2>{line}</td></tr>" for line in (*FORM.format(**USUAL | {"question": ""}).splitlines(), lines)
    )
    (form,) = find_forms([read_html(f"<table>{rows}</table>", "body")]).forms
    assert form.question == lines.replace("<br>", "\n")


def test_a_scanner_s_line_in_english_or_polish_ends_the_question() -> None:
    for line in ("Information from ESET NOD32 Antivirus, version 5000", "Informacje programu ESET Internet Security"):
        assert (
            read(question=f" Co robić?\n\n__________ {line} __________\n\nhttp://www.eset.com").question == "Co robić?"
        )
