"""People who are away, and people who only speak of it: no note leaves as an answer, and nobody's question is lost."""

from __future__ import annotations

from email.message import EmailMessage

import pytest
from servers.deployment import ANNA, Deployment, form_text, mail, reply_to, text_of

pytestmark = pytest.mark.only_on("sqlite", "who wrote a mail has nothing to do with the database")

NOTES = (
    "Dzień dobry,\nw dniach 20.11-4.12.2026 korzystam z urlopu wypoczynkowego. Pilne sprawy: p. Zając.\nAnna Nowak",
    "Uprzejmie informuję, że nie jestem już pracownikiem firmy Wsparcie. Proszę pisać na biuro@wsparcie.example.",
    "Dziękujemy za e-mail. Skontaktujemy się z Państwem w ciągu 24 h.",
    "Wiadomość trafiła do filtra antyspamowego. Aby ją dostarczyć, kliknij: https://x.example/ok",
    "Ich habe Urlaub bis zum 5. Dezember.",
)
ANSWER = "Proszę otworzyć sprawozdanie i wybrać „Wycofaj”. Jestem na urlopie od jutra, zastępuje mnie p. Zając."
PEOPLE = (
    ("Brak potwierdzenia", "Nie otrzymałam potwierdzenia. Będę na urlopie, proszę kontaktować się z p. Nowak.", None),
    ("Poza biurem", "Nie mam dostępu do systemu poza biurem (praca zdalna). Komunikat: brak uprawnień.", None),
    ("Zwrot wiadomości z ePUAP", "Zwrot wystąpił 3 razy, błąd 550. Nie udało się dostarczyć UPO.", ""),
    (
        "Zapytanie",
        "System pokazuje błąd przy zapisie.\n--\nWiadomość wygenerowana automatycznie, nie odpowiadać.",
        None,
    ),
)


def question_for_anna(gate: Deployment) -> EmailMessage:
    """The letter by which Anna is asked."""
    gate.send(mail(form_text()))
    (letter,) = (letter for letter in gate.letters(3) if "anna.nowak" in str(letter["To"]))
    gate.settled()
    return letter


@pytest.mark.parametrize("sender", [None, ""], ids=["with an envelope sender", "from nobody"])
def test_no_note_of_a_consultants_program_reaches_the_clerk(gate: Deployment, sender: str | None) -> None:
    letter = question_for_anna(gate)
    for note in NOTES:
        gate.send(reply_to(letter, note, ANNA), sender=sender)
        gate.settled()

    (question,) = gate.register()
    assert question["answered_at"] is None
    assert all("j.bak" not in str(told["To"]) for told in gate.fresh_letters())
    assert gate.quarantined() == []


def test_an_answer_from_nobody_is_held_and_goes_out_when_it_is_sent_again(gate: Deployment) -> None:
    letter = question_for_anna(gate)
    gate.send(reply_to(letter, ANSWER, ANNA), sender="")
    (told,) = gate.letters(1)
    gate.settled()
    assert "anna.nowak" in str(told["To"])
    assert "bez nadawcy koperty" in text_of(told)
    assert len(gate.held()) == 1

    gate.send(reply_to(told, ANSWER, ANNA))
    (answer,) = gate.letters(1)
    assert "j.bak" in str(answer["To"])
    assert "Jestem na urlopie od jutra" in text_of(answer)


def test_whoever_speaks_of_leave_receipts_and_returned_mail_gets_an_entry(gate: Deployment) -> None:
    for subject, text, sender in PEOPLE:
        gate.send(mail(text, Subject=subject), sender=sender)
        gate.settled()

    assert [entry["question"] for entry in gate.register()] == [text for _, text, _ in PEOPLE]
    assert gate.quarantined() == []
