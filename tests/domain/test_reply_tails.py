"""What stands at the end of an answer and looks like a signature, an advertisement or a clause, told from what is one."""

from __future__ import annotations

import pytest
from replyshapes import CLIENTS, LETTERS, Bodies, mail_of

from mailgate.domain.reply import ReplyText, read_reply

ANSWER = ["Dzień dobry,", "", "proszę odświeżyć kartę decyzji.", "", "Pozdrawiam", "Anna Nowak"]
LETTER = LETTERS["own"]
QUOTE = (CLIENTS["thunderbird pl"]([], LETTER).plain or "").strip().splitlines()


def _read(lines: list[str]) -> ReplyText:
    return read_reply(mail_of(Bodies("\n".join(lines))), None, None)


@pytest.mark.parametrize("tail", [
    "Gesendet von Outlook für iOS", "Gesendet mit der GMX Mail App", "Gesendet aus der Telekom Mail App", "Holen Sie sich Outlook für iOS",
    "Sent from my mobile", "Sent from my Android device with K-9 Mail. Please excuse my brevity.", "Von meinem Handy gesendet",
    "Napisane na telefonie – proszę wybaczyć skróty", "Ten e-mail został wysłany z urządzenia mobilnego.", "Wysłane z telefonu służbowego",
    "Virenfrei. www.avast.com", "Diese E-Mail ist frei von Viren.", "Przeskanowano programem Kaspersky. Nie wykryto zagrożeń.",
    "Diese E-Mail wurde von Avast-Antivirussoftware auf Viren geprüft.",
    "Version: 2016.0.7 / Virus Database: 4604/12 - Release Date: 11/19/26",
    "Ta wiadomość jest wolna od wirusów, ponieważ ochrona avast! Antivirus jest aktywna.",
    "Skan antywirusowy: ESET Mail Security - brak zagrożeń", "Oszczędzaj papier – nie drukuj tego maila, jeśli nie musisz.",
    "Save trees. Print only when necessary.", "Zanim wydrukujesz, pomyśl o lasach.",
    "Diese E-Mail ist vertraulich und nur für den Adressaten bestimmt. Sollten Sie nicht der Empfänger sein, bitten wir um Löschung.",
    "Datenschutzhinweise finden Sie unter https://wsparcie.example/datenschutz. Verantwortlicher im Sinne der DSGVO ist Wsparcie.",
    "Informujemy, iż administratorem danych osobowych jest Wsparcie CSIZS. Więcej: https://wsparcie.example/polityka",
    "Obowiązek informacyjny wynikający z art. 13 RODO: administratorem danych jest Wsparcie CSIZS sp. z o.o.",
    "Informacje o przetwarzaniu danych osobowych (RODO) znajdują się na stronie www.wsparcie.example/rodo",
])  # fmt: skip
def test_adverts_and_clauses_are_not_new_above_the_quote_nor_below_it(tail: str) -> None:
    expected = ReplyText("\n".join(ANSWER), in_doubt=False)
    assert _read([*ANSWER, "", tail, "", *QUOTE]) == expected
    assert _read([*ANSWER, "", *QUOTE, "", tail]) == expected


def test_a_clause_that_a_client_wrapped_is_one_clause() -> None:
    clause = [
        "Administratorem Państwa danych osobowych jest Wsparcie CSIZS. Pełna klauzula",
        "informacyjna: https://wsparcie.example/rodo",
    ]
    assert _read([*ANSWER, "", *clause, "", *QUOTE]) == ReplyText("\n".join(ANSWER), in_doubt=False)


def test_a_clause_alone_below_the_quote_stays_where_nothing_was_answered_above_it() -> None:
    clause = "Administratorem Państwa danych osobowych jest Urząd Gminy. Dane przetwarzane są na podstawie art. 6 RODO."
    reply = _read(["Dzień dobry,", "", *QUOTE, "", clause])
    assert clause in (reply.new_text or "")
    assert reply.in_doubt


@pytest.mark.parametrize("answer", [
    ["Antywirus blokuje moduł.", "Wersja: 12.1, baza wirusów z 19.11.2026."],
    ["Skrzynka jest pełna.", "Poczta została sprawdzona i działa poprawnie."],
    ["Wiadomość została sprawdzona przez administratora, załącznik jest czysty."],
    ["Administratorem danych w module jest wójt.", "Inspektor ochrony danych podpisuje rejestr.", "Klauzula informacyjna nie jest potrzebna."],
    ["Odpowiadamy:", "Administratorem danych osobowych jest wójt, burmistrz albo prezydent (art. 4 pkt 7 RODO)."],
    ["Na formularzu brak klauzuli:", "„Administratorem Pani danych osobowych jest Urząd Gminy; podstawa: art. 6 RODO.”", "Proszę ją wkleić."],
    ["Informacja o przetwarzaniu danych osobowych jest na stronie 3 formularza.", "Podpis jest obowiązkowy."],
    ["Proszę wydrukować oświadczenie dwustronnie; oszczędza to papier, lecz pieczęć musi być na pierwszej stronie."],
    ["Kod przychodzi SMS-em.", "Jest wysłany z telefonu stacjonarnego urzędu."],
])  # fmt: skip
@pytest.mark.parametrize("below", [[], ["", "Pozdrawiam", "Anna Nowak"]], ids=["bare", "signed"])
def test_sentences_on_scanners_privacy_and_telephones_are_the_authors(answer: list[str], below: list[str]) -> None:
    assert _read([*answer, *below, "", *QUOTE]) == ReplyText("\n".join([*answer, *below]), in_doubt=False)


def test_a_false_heading_in_an_answer_is_not_taken_along_with_the_clause_below_it() -> None:
    answer = ["Klauzula informacyjna nie jest potrzebna.", "", "Pozdrawiam", "Anna Nowak"]
    clause = [
        "Klauzula informacyjna dotycząca przetwarzania danych osobowych",
        "1) Administratorem danych osobowych jest Wsparcie CSIZS",
        "2) Kontakt z inspektorem ochrony danych: iod@wsparcie.example",
        "3) Dane są przetwarzane na podstawie art. 6 RODO",
        "4) Odbiorcami danych są dostawcy usług",
        "5) Przysługuje prawo do sprostowania danych",
    ]
    assert _read([*answer, "", *clause, "", *QUOTE]) == ReplyText("\n".join(answer), in_doubt=False)


@pytest.mark.parametrize("answer", [
    ["Poprawka do bazy:", "UPDATE slownik SET kwota = 800;", "--", "Po niej proszę zrobić kopię.", "", "Pozdrawiam", "Anna Nowak"],
    ["Saldo:", "--", "17,50", "--", "Razem: 17,50"],
])  # fmt: skip
def test_bare_dashes_above_a_sentence_or_a_sum_lead_in_no_signature(answer: list[str]) -> None:
    assert _read([*answer, "", *QUOTE]) == ReplyText("\n".join(answer), in_doubt=False)


@pytest.mark.parametrize("signature", [
    ["Anna Nowak", "konsultantka"], ["Wsparcie CSIZS sp. z o.o.", "tel. 22 555 01 02"], ["Pozdrawiam", "Anna"], ["pomoc@wsparcie.example"],
])  # fmt: skip
def test_bare_dashes_above_a_name_or_contact_data_do(signature: list[str]) -> None:
    assert _read(["Tak.", "", "--", *signature, "", *QUOTE]) == ReplyText("Tak.", in_doubt=False)
