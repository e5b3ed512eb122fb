"""Where a text ends, and where it only looks so."""

from __future__ import annotations

import pytest

from mailgate.domain.form.endings import ending, is_advertisement, is_page_number, is_sign_off

ENDS = [
    "Pozdrawiam",
    "pozdrawiam serdecznie",
    "Pozdrawiam, Jan Kowalski",
    "Z poważaniem,",
    "Z POWAŻANIEM",
    "Z wyrazami szacunku",
    "Łączę wyrazy szacunku",
    "Z góry dziękuję i pozdrawiam",
    "Pozdr. JK",
    "Best regards",
    "Wysłane z iPhone'a",
    "Wysłano z iPhone’a",
    "Wysłane z telefonu Samsung",
    "Wysłane z aplikacji mobilnej Poczta",
    "Wysłane z programu Poczta dla Windows",
    "Pobierz aplikację Outlook dla systemu iOS",
    "Wysłano z bezpiecznej poczty e-mail Proton Mail.",
    "Pobierz aplikację Onet Poczta na Android",
    "Wiadomość wysłana z telefonu. Przepraszam za literówki.",
    "Bez wirusów. www.avg.com",
    "Sent from my Galaxy",
    "-- ",
    "---",
    "________________",
    "=====",
    "* * * * *",
    "Wolne od wirusów. www.avast.com",
    "Ta wiadomość została sprawdzona na obecność wirusów przez Avast.",
    "__________ Informacja programu ESET NOD32 Antivirus __________",
    "Klauzula informacyjna",
    "UWAGA: Ta wiadomość i załączniki są poufne i przeznaczone wyłącznie dla adresata.",
    "Administratorem Pani/Pana danych osobowych jest Wójt. Dane są przetwarzane zgodnie z RODO.",
    "Treść tej wiadomości jest przeznaczona tylko dla adresata. Jeżeli nim nie jesteś, usuń ją.",
    "Zanim wydrukujesz ten e-mail, pomyśl o środowisku.",
    "This e-mail is confidential and intended only for the recipient.",
    "Podpis Użytkownika: ..........",
    "3.1.2 Opis formularza",
]
GOES_ON = [
    "Z poważaniem jest drukowane na końcu pisma, jak to zmienić?",
    "z poważaniem bez nazwiska",
    "Pozdrawiam wszystkich, którzy nie mają tego problemu, a my go mamy.",
    "Ta wiadomość pojawia się po zalogowaniu.",
    "Niniejsza funkcja nie działa.",
    "Administrator danych nie widzi przycisku Zatwierdź.",
    "Wysłane z systemu pismo ma zły adres.",
    "RODO wymaga zgody, gdzie ją zapisać?",
    "-- tak wygląda ekran",
    "- czy można cofnąć?",
    "..........",
    "",
    "Informacje zawarte w raporcie są błędne.",
]


@pytest.mark.parametrize("line", ENDS)
def test_the_text_ends_here(line: str) -> None:
    assert ending([line], 0)


@pytest.mark.parametrize("line", GOES_ON)
def test_the_text_goes_on(line: str) -> None:
    assert ending([line], 0) is None


def test_a_disclaimer_is_known_by_its_whole_paragraph() -> None:
    lines = ["Niniejsza wiadomość", "jest poufna. Jeżeli nie są Państwo", "jej adresatem, prosimy o usunięcie."]
    assert ending(lines, 0) == "a disclaimer"


@pytest.mark.parametrize(
    ("line", "is_one"), [("Strona 1 z 2", True), ("- 2 -", True), ("1/3", True), ("Strona główna", False)]
)
def test_page_numbers_are_known(line: str, is_one: bool) -> None:
    assert is_page_number(line) is is_one


@pytest.mark.parametrize(
    "line",
    [
        "Wysłano z bezpiecznej poczty e-mail Proton Mail.",
        "Bez wirusów. www.avg.com",
        "Wiadomość wysłana z telefonu. Przepraszam za literówki.",
        "Pobierz aplikację Onet Poczta na Android",
    ],
)
def test_what_providers_and_telephones_add_is_an_advertisement(line: str) -> None:
    assert is_advertisement(line)


@pytest.mark.parametrize(
    "line",
    [
        "Bez wirusów nie da się tego wyjaśnić.",
        "Wiadomość wysłana z telefonu nie dochodzi do systemu.",
        "Wiadomość wysłana z poczty służbowej urzędu wróciła do nadawcy.",
        "Pobierz aplikację z nowego adresu, mówi komunikat.",
    ],
)
def test_a_sentence_about_mail_is_no_advertisement(line: str) -> None:
    assert not is_advertisement(line)


def test_warm_regards_are_a_sign_off() -> None:
    assert is_sign_off("Serdeczności")
    assert not is_sign_off("Serdeczności wymaga od nas ustawa")
