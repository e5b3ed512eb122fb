"""The forms of a message: what is read, what is merged, what is left out."""

from __future__ import annotations

from datetime import date

import pytest

from mailgate.domain.document import Document, Field, Line
from mailgate.domain.hot01 import FormsFound, Hot01, Problem, find_forms
from mailgate.extract.html.reader import read_html
from mailgate.extract.text import read_text

FORM = """CSIZS    Zgłoszenie pytania HOT-1    data: 20.11.2026  znak: DK.1.2026

Imię i nazwisko Użytkownika: Janina Żółkiewska
Nazwa Urzędu: OPS w Łącku
Zwrotny nr telefonu, e-mail: 24 261 40 21, j.z@ops.example
Treść pytania:
Dlaczego nie działa wydruk?
"""
QUESTION = "Dlaczego nie działa wydruk?"
OTHER = FORM.replace(QUESTION, "Czy można cofnąć zatwierdzenie?").replace("DK.1", "DK.2")
BLANK = """CSIZS  Zgłoszenie pytania HOT-1   data: ........ znak: ........
Imię i nazwisko Użytkownika: ......................
Nazwa Urzędu: ______________________
Zwrotny nr telefonu, e-mail: ......................
Treść pytania
..............................................
..............................................
"""
VALUES = {
    "date": date(2026, 11, 20),
    "reference": "DK.1.2026",
    "user_name": "Janina Żółkiewska",
    "office": "OPS w Łącku",
    "phone": "+48242614021",
    "email": "j.z@ops.example",
    "question": QUESTION,
}
ALL_MISSING = tuple(Problem(0, field, "missing") for field in ("user_name", "office", "contact", "question"))


def forms_of(*texts: str, subject: str = "") -> FormsFound:
    """The forms of a body and, after it, of files named 1.docx, 2.docx ..."""
    sources = ("body", *(f"attachment:{number}.docx" for number in range(1, len(texts))))
    return find_forms([read_text(text, source) for text, source in zip(texts, sources, strict=True)], subject)


def only(found: FormsFound) -> Hot01:
    assert len(found.forms) == 1
    return found.forms[0]


def values(form: Hot01) -> dict[str, object]:
    return {name: getattr(form, name) for name in VALUES}


def quoted(text: str) -> str:
    return "".join(f"> {line}\n" for line in text.split("\n"))


def test_a_filled_form_is_read_and_has_no_problems() -> None:
    found = forms_of(f"Dzień dobry,\nprzesyłam pytanie.\n\n{FORM}\n-- \nJanina Żółkiewska\nul. Rynkowa 1\n")
    assert values(only(found)) == VALUES
    assert found.problems == ()
    assert found.filled


def test_each_value_tells_its_label_and_why_it_was_taken() -> None:
    findings = {finding.field: finding for finding in only(forms_of(FORM)).findings}
    assert findings["office"].label == "Nazwa Urzędu"
    assert findings["office"].reason == "on the label's line"
    assert findings["question"].reason == "below the label, to the end"


@pytest.mark.parametrize(
    "text",
    [
        FORM.upper().replace(QUESTION.upper(), QUESTION),
        FORM.replace("nazwisko", "nazwizko").replace("Urzędu", "Urzedn").replace("Treść", "Tresc"),
        FORM.replace("\n", "\n\n"),
        FORM.replace("\n", "\r\n"),
        FORM.replace("data: 20.11.2026", "Łąck, dnia 20.11.2026 r."),
        FORM.replace(": ", ":\t"),
        FORM.replace("\nNazwa", " Nazwa").replace("\nZwrotny", " Zwrotny"),
        " ".join(FORM.split()),
        FORM.replace("data: 20.11.2026  znak: DK.1.2026", "\nznak: DK.1.2026\ndata: 20 listopada 2026 r."),
        FORM.replace("24 261 40 21, j.z@", "24 261\n40 21, j.z@ops.\n").replace("\nops.example", "\nexample"),
        FORM.replace("HOT-1 ", "HOT-1 \n").replace(": ", ":\n").replace(", j.z", "\nj.z"),
    ],
    ids=[
        "upper",
        "misspelt",
        "double spaced",
        "crlf",
        "place",
        "tabs",
        "joined lines",
        "one line",
        "lines",
        "wrapped",
        "below",
    ],
)
def test_the_same_values_come_out_of_other_shapes(text: str) -> None:
    read = {name: str(value).lower() for name, value in values(only(forms_of(text))).items()}
    assert read == {name: str(value).lower() for name, value in VALUES.items()}


def test_labels_broken_by_a_narrow_column_are_whole_again() -> None:
    text = (
        FORM.replace("nazwisko Uż", "nazwisko\nUż")
        .replace("nr telefonu, e", "nr\ntelefonu,\ne")
        .replace("Treść pyt", "Treść\npyt")
    )
    assert values(only(forms_of(text.replace("Nazwa Urz", "Nazwa\nUrz")))) == VALUES


def test_labels_may_stand_in_any_order() -> None:
    text = """HOT-01
        Treść pytania: Dlaczego nie działa
        wydruk?
        Imię: Janina
        Nazwisko: Żółkiewska
        Urząd: OPS w Łącku
        Telefon: 24 261 40 21
        Fax: 24 261 40 22
        E-mail: j.z@ops.example
        Data: 20.11.2026
        Znak: DK.1.2026"""
    form = only(forms_of(text))
    assert values(form) == {**VALUES, "question": "Dlaczego nie działa\nwydruk?"}


LOOKS_LIKE_A_LABEL = [
    "Nazwa Urzędu: w systemie to pole jest puste, czy to ma znaczenie?",
    "Data: nie działa filtr",
    "data: 20.11.2026 zmienia się na 19.11.2026",
    "Pytanie: czy można?",
    "1) Imię i nazwisko: nie zapisuje się\n2) Telefon: pole zablokowane",
    "Imię i nazwisko: puste\nNazwa Urzędu: puste pole\nTreść pytania: obcięta",
    "HOT-01 nie da się pobrać.",
    "Kontakt: w systemie brak pola",
    "a\n> b\n> c\nd",
]


@pytest.mark.parametrize("lines", LOOKS_LIKE_A_LABEL)
def test_what_looks_like_a_label_inside_the_last_question_belongs_to_it(lines: str) -> None:
    form = only(forms_of(f"{FORM.rstrip()}\n{lines}\nCo robić?"))
    assert values(form) == {**VALUES, "question": f"{QUESTION}\n{lines}\nCo robić?"}


def test_a_label_in_the_question_does_not_fill_a_field_that_the_form_lacks() -> None:
    text = "HOT-01\nImię i nazwisko: Jan Nowak\nTel.: 24 261 40 21\nTreść pytania: Kłopot.\nNazwa Urzędu: to pole jest puste, czemu?"
    form = only(forms_of(text))
    assert form.office is None
    assert form.question == "Kłopot.\nNazwa Urzędu: to pole jest puste, czemu?"


def test_labels_without_a_title_make_a_form_without_date_and_reference() -> None:
    form = only(forms_of(FORM.split("\n\n", 1)[1]))
    assert values(form) == {**VALUES, "date": None, "reference": None}


@pytest.mark.parametrize(
    "text",
    [
        "Pytanie: czy jutro będzie przerwa?\n\nPozdrawiam\nEwa\ntel. 44 631 71 22\ne-mail: e@x.example",
        "mam pytanie:\nczy jutro będzie przerwa?\n\nEwa\nUrząd Gminy\ntel.: 44 631 71 22\nData: 20.11.2026",
        "proszę o przesłanie wzoru formularza HOT-01\n\n-- \nAdam Kos\nUrząd: PCPR\nTel.: 24 261 40 21",
        "HOT-01\n\nW załączeniu formularz.\nPozdrawiam\nJan",
        "Imię i nazwisko: Jan Kowalski\nTel.: 24 261 40 21\nProszę o kontakt.",
        "",
    ],
)
def test_is_no_form(text: str) -> None:
    assert forms_of(text) == FormsFound()


# --- empty and invalid fields


@pytest.mark.parametrize(
    "around", ["{}", "Dzień dobry,\n\n{}\nPozdrawiam\nJan", "{}\n-- \nJan\nUG Łąck", "{}\nWysłane z iPhone'a"]
)
def test_a_blank_form_is_one_object_that_lacks_everything(around: str) -> None:
    found = forms_of(around.format(BLANK))
    assert values(only(found)) == dict.fromkeys(VALUES)
    assert found.problems == ALL_MISSING
    assert not found.filled


def test_a_form_without_its_question_is_blank_and_keeps_what_is_filled_in() -> None:
    found = forms_of(FORM.replace(QUESTION, ""))
    assert values(only(found)) == {**VALUES, "question": None}
    assert found.problems == (Problem(0, "question", "missing"),)


def test_an_untouched_template_beside_a_filled_form_is_not_listed() -> None:
    assert values(only(forms_of(BLANK, FORM))) == VALUES
    assert values(only(forms_of(f"{FORM}\n\n{BLANK}"))) == VALUES


@pytest.mark.parametrize(
    "left", ["", "-", "n/d", "____", "......", "[imię i nazwisko]", "(imię i nazwisko)", "…………", "xxx", "brak"]
)
def test_a_placeholder_is_no_value(left: str) -> None:
    found = forms_of(FORM.replace("Janina Żółkiewska", left))
    assert only(found).user_name is None
    assert found.problems == (Problem(0, "user_name", "missing"),)


@pytest.mark.parametrize(
    "left",
    [
        "",
        "-",
        "n/d",
        "____",
        "tel. ....... e-mail .......",
        "tel.: -, e-mail: -",
        "[telefon], [e-mail]",
        "......, ......",
    ],
)
def test_a_contact_of_placeholders_is_missing(left: str) -> None:
    assert forms_of(FORM.replace("24 261 40 21, j.z@ops.example", left)).problems == (Problem(0, "contact", "missing"),)


@pytest.mark.parametrize("written", ["wew. 45", "jan.kowalski@", "w godzinach pracy urzędu", "261 40 21", "jak zwykle"])
def test_a_contact_that_is_neither_telephone_nor_address_is_invalid(written: str) -> None:
    assert forms_of(FORM.replace("24 261 40 21, j.z@ops.example", written)).problems == (
        Problem(0, "contact", "invalid"),
    )


@pytest.mark.parametrize("written", ["31.02.2026", "wczoraj", "32.13.2026", "20.11", "dzisiaj"])
def test_a_date_that_does_not_exist_is_invalid(written: str) -> None:
    found = forms_of(FORM.replace("20.11.2026", written))
    assert only(found).date is None
    assert only(found).reference == "DK.1.2026"
    assert found.problems == (Problem(0, "date", "invalid"),)


@pytest.mark.parametrize("left", ["", "-", "........", "[data]", "dd.mm.rrrr", "...... 2026 r.", "__.__.2026", "n/d"])
def test_a_date_that_is_left_empty_is_no_problem(left: str) -> None:
    found = forms_of(FORM.replace("20.11.2026", left))
    assert only(found).date is None
    assert found.problems == ()


# --- several forms, and one form several times


@pytest.mark.parametrize("between", ["\n", "\nPozdrawiam\nJan\n\n", "\n---------------\n"])
def test_two_questions_in_one_body_are_two_forms(between: str) -> None:
    found = forms_of(f"{FORM}{between}{OTHER}")
    assert [form.question for form in found.forms] == [QUESTION, "Czy można cofnąć zatwierdzenie?"]
    assert [form.reference for form in found.forms] == ["DK.1.2026", "DK.2.2026"]


def test_two_questions_without_titles_are_two_forms() -> None:
    first, second = (text.split("\n\n", 1)[1] for text in (FORM, OTHER))
    assert [form.question for form in forms_of(f"{first}\n{second}").forms] == [
        QUESTION,
        "Czy można cofnąć zatwierdzenie?",
    ]


def test_a_form_twice_is_one() -> None:
    assert values(only(forms_of(f"{FORM}\n{FORM}"))) == VALUES
    assert values(only(forms_of(FORM, FORM, FORM))) == VALUES


def test_the_body_comes_first_then_the_files_in_order() -> None:
    documents = [read_text(FORM, "attachment:a.docx"), read_text(OTHER, "body")]
    assert [form.source for form in find_forms(documents).forms] == ["body", "attachment:a.docx"]


def test_where_body_and_file_differ_the_file_stands_and_the_difference_is_told() -> None:
    found = forms_of(FORM, FORM.replace("24 261 40 21", "600 100 200"))
    assert only(found).phone == "+48600100200"
    difference = found.differences[0]
    assert (difference.field, difference.taken, difference.other) == ("phone", "+48600100200", "+48242614021")
    assert difference.other_source == "body"


def test_what_one_copy_lacks_comes_from_the_other() -> None:
    found = forms_of(FORM, FORM.replace("24 261 40 21, j.z@ops.example", ""))
    assert values(only(found)) == VALUES
    assert found.problems == ()


def test_a_picture_s_copy_gives_way_to_a_text_s() -> None:
    picture = Document("attachment:1.png", read_text(FORM.replace("wydruk?", "wydruK ?"), "x").blocks, by_ocr=True)
    assert values(only(find_forms([picture, read_text(FORM, "attachment:2.docx")]))) == VALUES


def test_html_is_believed_more_than_the_plain_text_made_from_it() -> None:
    html = "".join(f"<p>{line}</p>" for line in FORM.split("\n"))
    plain = FORM.replace("nie działa wydruk", "nie\ndziała wydruk")
    assert values(only(find_forms([read_text(plain, "body"), read_html(html, "body")]))) == VALUES


# --- replies and forwards


@pytest.mark.parametrize("subject", ["", "Fwd: HOT-01", "PD: HOT-01", "FW: HOT-01"])
def test_a_form_of_which_every_line_is_quoted_counts_where_nothing_says_reply(subject: str) -> None:
    assert values(only(forms_of(quoted(FORM), subject=subject))) == VALUES
    assert values(only(forms_of(f"Przesyłam.\n\n{quoted(FORM)}", subject=subject))) == VALUES


@pytest.mark.parametrize("subject", ["Re: HOT-01", "Odp: HOT-01", "RE: [x] HOT-01"])
def test_a_form_in_the_history_of_a_reply_is_none(subject: str) -> None:
    assert forms_of(f"Dziękuję.\n\n{quoted(FORM)}", subject=subject) == FormsFound()
    headers = "Od: H <h@x.example>\nWysłano: wczoraj\nDo: J\nTemat: HOT\n\n"
    assert forms_of(f"Dziękuję.\n\n{headers}{FORM}", subject=subject) == FormsFound()


def test_a_new_form_above_or_below_the_history_counts_alone() -> None:
    history = f"W dniu 20.11.2026 o 09:12, Hot-line CSIZS pisze:\n{quoted(FORM)}"
    assert only(forms_of(f"{OTHER}\n{history}", subject="Re: x")).reference == "DK.2.2026"
    assert only(forms_of(f"{history}\nNowe pytanie:\n\n{OTHER}", subject="Re: x")).reference == "DK.2.2026"


# --- fillable files


FIELDS = (
    Field("data", "20.11.2026"),
    Field("znak", "DK.1.2026"),
    Field("imie_i_nazwisko", "Janina Żółkiewska"),
    Field("urzad", "OPS w Łącku"),
    Field("telefon", "24 261 40 21"),
    Field("email", "j.z@ops.example"),
    Field("tresc_pytania", QUESTION),
)


@pytest.mark.parametrize("page", [BLANK, "", FORM])
def test_the_fields_of_a_fillable_file_are_its_form(page: str) -> None:
    document = Document("attachment:a.pdf", read_text(page, "x").blocks, fields=FIELDS)
    assert values(only(find_forms([document]))) == VALUES


def test_empty_fields_make_a_blank_form() -> None:
    fields = tuple(Field(field.name, "") for field in FIELDS)
    assert find_forms([Document("attachment:a.pdf", (), fields=fields)]).problems == ALL_MISSING


# --- pages


def test_a_header_row_in_the_page_s_header_gives_date_and_reference() -> None:
    header, rest = FORM.split("\n\n", 1)
    blocks = (Line(header, cue="page"), *read_text(rest, "x").blocks, Line("Strona 1 z 1", cue="page"))
    assert values(only(find_forms([Document("attachment:a.docx", blocks)]))) == VALUES


@pytest.mark.parametrize("cue", ["page", "text"])
def test_a_page_s_end_in_the_middle_of_a_question_is_left_out(cue: str) -> None:
    title = FORM.split("\n", 1)[0]
    text = read_text(FORM, "x").blocks
    page = (Line("Strona 1 z 2", cue=cue), Line(title, cue=cue))  # type: ignore[arg-type]
    document = Document("attachment:a.pdf", (*text, *page, Line("Druga strona.")))
    assert only(find_forms([document])).question == f"{QUESTION}\nDruga strona."
