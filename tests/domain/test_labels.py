"""Labels by their meaning."""

from __future__ import annotations

import pytest

from mailgate.domain.form.fieldnames import label_of_name
from mailgate.domain.form.headerlabels import header_labels
from mailgate.domain.form.labels import is_label_alone, label_at_start
from mailgate.domain.form.titles import title_weight

SPELLINGS = {
    "user_name": (
        "Imię i nazwisko Użytkownika:|Jan",
        "imie i nazwisko uzytkownika: |Jan",
        "IMIĘ I NAZWISKO UŻYTKOWNIKA:|JAN",
        "1. Imię i nazwisko Użytkownika: |Jan",
        "1) Imię i nazwisko: |Jan",
        "a) Imię i nazwisko: |Jan",
        "I. Imię i nazwisko: |Jan",
        "- Imię, nazwisko: |Jan",
        "• Nazwisko i imię: |Jan",
        "*Imię i nazwisko:* |Jan",
        "Imię i nazwisko (drukowanymi literami): |Jan",
        "Imię i nazwisko Użytkownika\t|Jan",
        "Imię i nazwisko Użytkownika   |Jan",
        "Imię i nazwisko Użytkownika ............|Jan",
        "Imię i nazwisko Użytkownika _____|Jan",
        "Imię i nazwisko Użytkownika - |Jan",
        "Imię i nazwisko Użytkownika | |Jan",
        "Imię i nazwisko Użytkownika |Jan",
        "Imię  i nazwisko  Użytkownika: |Jan",
        "Imie i nazwizko Uzytkownka: |Jan",
        "ImięinazwiskoUżytkownika:|Jan",
        "Użytkownik: |Jan",
        "Zgłaszający: |Jan",
        "Osoba zgłaszająca: |Jan",
        "Imię i nazwisko Użytk.: |Jan",
        "Imię i nazw. użytkownika: |Jan",
        "5/ Imię i nazwisko: |Jan",
        "o   Imię i nazwisko: |Jan",
        "[Imię i nazwisko Użytkownika] |Jan",
        "<Imię i nazwisko:> |Jan",
    ),
    "office": (
        "Nazwa Urzędu: |UG",
        "2. NAZWA URZEDU:|UG",
        "Nazwa Urzędn: |UG",
        "Urząd: |UG",
        "Nazwa jednostki organizacyjnej: |UG",
        "Urząd/Instytucja: |UG",
        "Jednostka: |UG",
        "Instytucja: |UG",
        "Nazwa Urzędu |Urząd Gminy",
        "Naz. Urzędu: |UG",
        "Nazwa urz.: |UG",
        "Nazw. jedn. org.: |UG",
    ),
    "contact": (
        "Zwrotny nr telefonu, e-mail: |24",
        "Zwrotny numer telefonu i/lub e-mail: |24",
        "3) ZWROTNY NUMER TEL. I/LUB EMAIL: |24",
        "Tel./e-mail: |24",
        "Telefon kontaktowy: |24",
        "Adres e-mail: |a@b.example",
        "Kontakt: |24",
        "Dane kontaktowe: |24",
        "Nr tel.: |24",
        "E-mail |a@b.example",
        "tel. |24 261",
        "Zwrotny nr telefonn, e-mail: |24",
        "zwr. nr telefonu, e-mail: |24",
        "Zwrot. nr tel., adr. e-mail: |24",
    ),
    "question": (
        "Treść pytania: |Jak?",
        "4. TRESC PYTANIA:|Jak?",
        "Pytanie: |Jak?",
        "Treść zapytania: |Jak?",
        "Treść pytania (szczegółowy opis): |Jak?",
        "T r e ś ć  p y t a n i a: |Jak?",
        "Treść pytania - |Jak?",
        "Treść pytania |Jak?",
    ),
    "date": ("data: |20.11.2026", "DATA: |wczoraj", "Data dokumentu: |20.11.2026", "data |20.11.2026"),
    "reference": ("znak: |A.1", "Znak sprawy: |A.1", "ZNAK PISMA: |A.1", "Nr sprawy: |A.1", "znak |A.1.2026"),
}


@pytest.mark.parametrize(("field", "spelling"), [(field, text) for field, texts in SPELLINGS.items() for text in texts])
def test_is_a_label_of_its_field_and_its_value_follows(field: str, spelling: str) -> None:
    name, _, value = spelling.rpartition("|")
    label = label_at_start(name + value)
    assert label is not None
    assert label.field == field
    assert (name + value)[label.value_start :] == value


@pytest.mark.parametrize(
    "text",
    [
        "Nazwa Urzędu jest pusta",
        "Treść pytania na wydruku jest ucięta.",
        "Imię i nazwisko nie zapisuje się w systemie: dlaczego?",
        "Data wpływu: 20.11.2026",
        "Urząd Gminy: nie działa",
        "Prosimy o telefon.",
        "Komunikat: brak danych",
        "Stanowisko: inspektor",
        "",
        "::::",
        "12. ",
    ],
)
def test_is_no_label(text: str) -> None:
    assert label_at_start(text) is None


def test_a_label_alone_has_nothing_but_leaders_after_it() -> None:
    assert is_label_alone("Nazwa Urzędu:")
    assert is_label_alone("Nazwa Urzędu: ..........")
    assert not is_label_alone("Nazwa Urzędu: UG Łąck")


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("CSIZS    Zgłoszenie pytania HOT-1    data: 20.11.2026  znak: DK.1", 4),
        ("CSIZS Zgłoszenie pytania HOT-1 Łąck, dnia 20.11.2026", 0),
        ("CSIZS  Zgłoszenie pytania HOT-1   Łąck, dnia 20.11.2026", 4),
        ("Formularz HOT-01 - Zgloszenie pytania", 4),
        ("HOT 01", 4),
        ("hot01", 4),
        ("HOT-O1", 4),
        ("Zgłoszenie pytania", 2),
        ("CSIZS  data:  znak:", 2),
        ("CSIZS", 0),
        ("proszę o wzór formularza HOT-01", 0),
        ("HOT-01 nie da się pobrać", 0),
        ("HOTEL 01", 0),
    ],
)
def test_the_title_is_known_by_its_code_and_words(text: str, weight: int) -> None:
    assert title_weight(text) == weight


@pytest.mark.parametrize(
    "text",
    [
        "data: 1.2.2026 znak: A.1",
        "data 1.2.2026 znak A.1",
        "CSIZS HOT-1\tZNAK PISMA: A.1\tDATA DOKUMENTU: 1.2.2026",
        "data: znak:",
    ],
)
def test_a_header_line_holds_date_and_reference(text: str) -> None:
    assert {label.field for label in header_labels(text, 0)} == {"date", "reference"}


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Imię i nazwisko Użytkownika", "user_name"),
        ("imie_nazwisko", "user_name"),
        ("nazwisko", "user_name"),
        ("urzad", "office"),
        ("NazwaUrzedu", "office"),
        ("telefon", "contact"),
        ("email", "contact"),
        ("tresc_pytania", "question"),
        ("pytanie1", "question"),
        ("data", "date"),
        ("znak", "reference"),
        ("Tekst1", None),
        ("podpis", None),
    ],
)
def test_the_name_of_a_fillable_field_tells_its_meaning(name: str, field: str | None) -> None:
    assert label_of_name(name) == field


def test_capitalised_words_near_to_a_labels_are_the_name_of_somebody() -> None:
    for name in ("Alast Alast", "Dana Names"):
        label = label_at_start(f"Imię i nazwisko Użytkownika {name}")
        assert label is not None
        assert label.value_start == len("Imię i nazwisko Użytkownika ")
