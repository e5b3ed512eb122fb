"""What a mail says beside its form: shown to consultants, without what says nothing."""

from __future__ import annotations

import pytest

from mailgate.domain.document import Cell, Document, Line, Table
from mailgate.domain.form.beside import MOST_CHARACTERS, beyond_blank_form, text_beside
from mailgate.domain.hot01 import Hot01, find_forms
from mailgate.domain.mail import Address

SENDER = Address("Jan Bąk", "j.bak@ug.debowa.example")
FORM = """CSIZS    Zgłoszenie pytania HOT-1    data: 20.11.2026   znak: OR.0140.5.2026

Imię i nazwisko Użytkownika: Jan Bąk
Nazwa Urzędu: Urząd Gminy Dębowa
Zwrotny nr telefonu, e-mail: 24 261 40 21, j.bak@ug.debowa.example
Treść pytania:
Jak wycofać zatwierdzone sprawozdanie?
Przycisk jest nieaktywny."""
ATTACHED = "attachment:HOT-01.docx"
URGENT = "Sprawa pilna: stoi wypłata zasiłków. Proszę dzwonić na 600 700 800, bo w formularzu jest stary numer"
SIGNATURE = """Z poważaniem
Jan Bąk
Podinspektor ds. funduszu alimentacyjnego
Urząd Gminy Dębowa
ul. Szkolna 1, 09-400 Dębowa
tel. 24 261 40 21 wew. 7"""

NOTICE = (
    "Treść tej wiadomości jest poufna i przeznaczona wyłącznie dla adresata. Jeżeli nie jesteś adresatem, prosimy o "
    "usunięcie wiadomości i powiadomienie nadawcy."
)


def document(text: str, source: str = "body", subject: str = "") -> Document:
    return Document(source, tuple(Line(line) for line in text.splitlines()), subject=subject)


def beside(*documents: Document, subject: str = "Zgłoszenie pytania", answers: bool = False) -> str:
    forms = find_forms(documents, subject, answers).forms
    assert any(form.question for form in forms)
    return text_beside(documents, forms, SENDER, subject, answers=answers)


def test_the_words_of_a_mail_with_an_attached_form_are_given() -> None:
    text = f"Dzień dobry,\n\n{URGENT}\n\n{SIGNATURE}"
    assert beside(document(text), document(FORM, ATTACHED)) == f"Dzień dobry,\n\n{URGENT}"


@pytest.mark.parametrize(
    "text",
    [
        "Dzień dobry, w załączeniu przesyłam formularz. Pozdrawiam",
        "Dzień dobry,\n\nw załączniku przesyłam wypełniony\nformularz HOT-01.\n\nProszę o odpowiedź.\n\nJan Bąk",
        f"Witam,\nprzesyłam zgłoszenie pytania HOT-01.\n\n{SIGNATURE}",
        "W załączeniu formularz.\n\n-- \nJan Bąk\nwarsztaty i szkolenia\ntel. 600 700 800",
        "Formularz w załączeniu.\n\nJan Bąk\nUrząd Gminy Dębowa\ntel. 242614021",
        "W załączeniu.\n\nWysłane z iPhone'a",
        f"W załączeniu.\n\n{NOTICE}",
        "",
    ],
)
def test_greetings_signatures_and_notices_alone_are_nothing(text: str) -> None:
    assert beside(document(text), document(FORM, ATTACHED)) == ""


def test_a_form_in_the_body_leaves_what_stands_above_and_below_it() -> None:
    text = f"Proszę o telefon do godz. 12.\n\n{FORM}\n\n-----------\nW piątek nie ma mnie w pracy.\n"
    assert beside(document(text)) == "Proszę o telefon do godz. 12.\n\nW piątek nie ma mnie w pracy."


@pytest.mark.parametrize("ending", ["", f"\n\n{SIGNATURE}", "\n\nPozdrawiam\nJan Bąk"])
def test_a_form_in_the_body_by_itself_leaves_nothing(ending: str) -> None:
    assert beside(document(f"Dzień dobry\n\n{FORM}{ending}")) == ""


def test_a_postscript_below_the_signature_is_given() -> None:
    found = beside(
        document(f"W załączeniu.\n\n{SIGNATURE}\n\nPS Numer w formularzu jest stary"), document(FORM, ATTACHED)
    )
    assert found.endswith("PS Numer w formularzu jest stary")


def test_what_is_printed_around_a_form_is_its_own() -> None:
    cells = [
        ("CSIZS", "Zgłoszenie pytania HOT-1", "data: 20.11.2026 znak: OR.1"),
        ("Imię i nazwisko Użytkownika:", "Jan Bąk"),
        ("Nazwa Urzędu:", "Urząd Gminy Dębowa"),
        ("Zwrotny nr telefonu, e-mail:", "24 261 40 21"),
        ("Treść pytania", "Jak wycofać sprawozdanie?"),
    ]
    table = Table(tuple(tuple(Cell((Line(text),)) for text in row) for row in cells))
    described = [Line("Opis formularza"), Line("Nazwa pola"), Line("Opis"), Line("Data"), Line("Data dokumentu.")]
    assert beside(Document("body", (Line("Pilne!"), table, *described))) == "Pilne!"


def test_the_words_above_a_forwarded_form_are_given_and_those_beside_it() -> None:
    text = (
        "Przekazuję pytanie koleżanki, odpowiedź proszę wysłać także do sekretariatu.\n\n"
        "---------- Przekazana wiadomość ---------\nOd: Ewa Lis <e.lis@ug.debowa.example>\n"
        "Data: pt., 20 lis 2026\nTemat: formularz\nDo: Jan Bąk <j.bak@ug.debowa.example>\n\n"
        f"Cześć, wyślij to proszę jeszcze dziś.\n\n{FORM}\n"
    )
    found = beside(document(text), subject="PD: formularz")
    assert found.startswith("Przekazuję pytanie koleżanki")
    assert found.endswith("Cześć, wyślij to proszę jeszcze dziś.")
    assert "Ewa Lis" not in found


def test_quoted_history_is_left_out() -> None:
    text = (
        f"{URGENT}\n\nW dniu 20.11.2026 o 09:12, Hot-line CSIZS pisze:\n> Prosimy wypełnić formularz.\n> Pozdrawiamy\n"
    )
    assert beside(document(text), document(FORM, ATTACHED), subject="Re: formularz", answers=True) == URGENT


def test_the_words_of_an_attached_message_are_given_once() -> None:
    letter = document(f"Proszę o pilny telefon.\n\n{FORM}", "attachment:pytanie.eml", "formularz")
    found = beside(document("W załączeniu."), letter, letter)
    assert found == "Proszę o pilny telefon."


def test_of_two_alternatives_one_is_given_with_what_the_other_says_alone() -> None:
    plain, html = document(f"{URGENT}\n"), document(URGENT)
    assert beside(plain, html, document(FORM, ATTACHED)) == URGENT
    notice = document("Wiadomość sprawdzona przez bramę pocztową gminy.")
    both = beside(document(URGENT), notice, document(FORM, ATTACHED))
    assert URGENT in both


def test_a_very_long_text_ends_with_a_sign() -> None:
    long = "\n".join(f"wiersz {number} dziennika zdarzeń" for number in range(5_000))
    found = beside(document(long), document(FORM, ATTACHED))
    assert found.startswith("wiersz 0 ")
    assert found.endswith("[…]")
    assert len(found) <= MOST_CHARACTERS + 10


BLANK = f"""Dzień dobry,
proszę o pilny kontakt w sprawie raportu.

CSIZS    Zgłoszenie pytania HOT-1    data: 20.11.2026   znak: ...........

Imię i nazwisko Użytkownika: Jan Bąk
Nazwa Urzędu: ....................
Zwrotny nr telefonu, e-mail: 24 261 40 21
Treść pytania:
..........................................

--\x20
Jan Bąk
Urząd Gminy Dębowa

{NOTICE}
"""


def test_of_a_mail_with_a_blank_form_neither_form_nor_signature_nor_notice_is_left() -> None:
    (form,) = find_forms((document(BLANK),)).forms
    assert not form.question
    as_registered = Hot01(form.date, None, "Jan Bąk", None, "+48242614021", None, None, "body")
    for known in (form, as_registered):
        assert beyond_blank_form(BLANK, known) == "Dzień dobry,\nproszę o pilny kontakt w sprawie raportu."


def test_a_text_that_only_tells_to_look_at_the_html_says_nothing() -> None:
    stub = document("Twój program pocztowy nie obsługuje wiadomości w formacie HTML.")
    assert beside(stub, document(FORM)) == ""


def test_rows_of_a_table_stay_rows_and_a_cell_of_several_lines_stays_lines() -> None:
    rows = (("Wniosek", "Stan"), ("12/2026", "odrzucony"))
    table = Table(tuple(tuple(Cell((Line(text),)) for text in row) for row in rows))
    laid_out = Table(((Cell((Line(""),)), Cell((Line("Proszę"), Line("zadzwonić")))),))
    found = beside(Document("body", (table, laid_out)), document(FORM, ATTACHED))
    assert found == "Wniosek | Stan\n12/2026 | odrzucony\nProszę\nzadzwonić"
