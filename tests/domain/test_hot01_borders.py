"""Where a question ends and what its place is: tables in it, text below its table, borders at its beginning."""

from __future__ import annotations

import pytest

from mailgate.domain.document import Document, Field
from mailgate.domain.hot01 import Hot01, find_forms
from mailgate.extract.html.reader import read_html
from mailgate.extract.text import read_text

HEAD = "<p>Zgłoszenie pytania HOT-01</p><p>Imię i nazwisko: Igor Li</p><p>Kontakt: 58 675 05 38</p>"
ROWS = "<tr><td>Imię i nazwisko</td><td>Igor Li</td></tr><tr><td>Kontakt</td><td>58 675 05 38</td></tr>"
LABEL = "<p>Treść pytania:</p>"
TABLE = "<table border=1><tr><td>a</td><td>b</td></tr></table>"
TEXT = "Zgłoszenie pytania HOT-01\nImię i nazwisko: Igor Li\nKontakt: 58 675 05 38\nTreść pytania:\n"


def asked(page: str) -> str:
    return form_in(read_html(page, "body")).question or ""


def form_in(document: Document) -> Hot01:
    (form,) = find_forms([document]).forms
    return form


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("page", "question"),
    [
        (f"{HEAD}{LABEL}<table border=1><tr><td>Czemu tak?</td></tr></table><p>I co dalej?</p>", "Czemu tak? I co dalej?"),
        (f"{HEAD}{LABEL}{TABLE}<p>Co wybrać?</p>", "a b Co wybrać?"),
        (f"{HEAD}{LABEL}{TABLE}<p>Kwota jest zła.</p><p>Pilne</p>", "a b"),
        (f"{HEAD}{LABEL}{TABLE}<p>Co wybrać?</p><p>Pilne</p>", "a b Co wybrać? Pilne"),
        (f"{HEAD}<table border=1><tr><td>Treść pytania:</td></tr></table><p>Mam:</p>{TABLE}<p>Co?</p>", "Mam: a b Co?"),
        (f"{HEAD}<table border=1><tr><td>Treść pytania:</td></tr></table><p>Mam:</p>{TABLE}", "Mam: a b"),
        (f"<table border=1>{ROWS}<tr><td>Treść pytania</td><td>Co to?</td></tr></table><p>Czy to błąd?</p>", "Co to? Czy to błąd?"),
        (f"<table border=1>{ROWS}<tr><td>Treść pytania</td><td></td></tr></table><p>Mam:</p>{TABLE}<p>Co?</p>", "Mam: a b Co?"),
        (f"<table border=1>{ROWS}<tr><td>Treść pytania</td><td>Mam:</td></tr></table>{TABLE}<p>Co?</p>", "Mam: a b Co?"),
    ],
)  # fmt: skip
def test_a_question_goes_on_behind_a_table_in_it(page: str, question: str) -> None:
    assert words(asked(page)) == question


@pytest.mark.parametrize(
    "below",
    [
        "<p>Igor Li</p><p>starszy inspektor</p>",
        "<p>Referat Świadczeń</p><p>tel. 58 675 05 00</p>",
        "<p>Z poważaniem</p><p>Igor Li</p>",
        "<p>Niniejsza wiadomość jest poufna i przeznaczona tylko dla adresata.</p>",
        "<p>Formularz należy przesłać na adres poczty elektronicznej Hot-line.</p>",
        "<hr><p>Czy mogę w czymś pomóc?</p>",
    ],
)
def test_what_only_closes_the_mail_below_the_table_is_no_question(below: str) -> None:
    table = f"<table border=1>{ROWS}<tr><td>Treść pytania</td><td>Co to?</td></tr></table>"
    assert asked(f"{table}{below}") == "Co to?"


@pytest.mark.parametrize(
    ("written", "question"),
    [
        ("Od: Jan\nDo: Anna\nTemat: x\nDlaczego?", "Od: Jan\nDo: Anna\nTemat: x\nDlaczego?"),
        ("--\nDlaczego to nie działa?", "Dlaczego to nie działa?"),
        ("== Opis ==\nNie działa.", "== Opis ==\nNie działa."),
        ("Nie działa.\nWersja formularza 1.2 | HOT-01 | Strona 1", "Nie działa."),
        ("Nie działa.\nWersja formularza 1.2", "Nie działa."),
        ("Nie działa.\nHOT-01 | Strona 1\nCo robić?", "Nie działa.\nCo robić?"),
        ("Raport | Strona 2 | kwota się różni", "Raport | Strona 2 | kwota się różni"),
    ],
)
def test_a_border_at_the_beginning_belongs_to_the_question_and_a_footer_does_not(written: str, question: str) -> None:
    assert form_in(read_text(TEXT + written, "body")).question == question


@pytest.mark.parametrize("signature", ["--\nIgor Li\nUG Hel", "-- \nReferat Świadczeń, tel. 58 675 05 00"])
def test_a_signature_below_an_empty_question_leaves_the_form_blank(signature: str) -> None:
    assert form_in(read_text(f"{TEXT}\n{signature}", "body")).question is None


def test_the_question_of_a_fillable_file_ends_before_the_sign_off() -> None:
    fields = (Field("imie_i_nazwisko", "Igor Li"), Field("tresc_pytania", "Jak to cofnąć?\nPozdrawiam\nIgor"))
    assert form_in(Document("attachment:a.pdf", (), fields)).question == "Jak to cofnąć?"


@pytest.mark.parametrize("office", ["UG Hel", "[Urząd Gminy Hel]"])
def test_a_hint_between_label_and_value_is_not_the_value(office: str) -> None:
    page = (
        "<table border=1><tr><td>Imię i nazwisko</td><td>(kto zgłasza)</td><td>Igor Li</td></tr>"
        f"<tr><td>Nazwa urzędu</td><td>(gdzie pracuje)</td><td>{office}</td></tr>"
        "<tr><td>Treść pytania</td><td>(opis)</td><td>Co to?</td></tr></table>"
    )
    form = form_in(read_html(page, "body"))
    assert (form.user_name, form.office, form.question) == ("Igor Li", office.strip("[]"), "Co to?")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("[Halina Wróbel]", "Halina Wróbel"),
        ("[imię i nazwisko]", None),
        ("[Imię Nazwisko]", None),
        ("[wpisać tutaj]", None),
        ("[tekst]", None),
        ("(kto zgłasza)", None),
    ],
)
def test_a_name_in_brackets_is_one_and_the_words_of_a_label_are_none(written: str, name: str | None) -> None:
    assert form_in(read_text(TEXT.replace("Igor Li", written) + "Co to?", "body")).user_name == name
