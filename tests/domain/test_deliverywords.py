"""What the words of a notice say of a letter: a failure is only what is told as one."""

from __future__ import annotations

import time

import pytest

from mailgate.domain.machines.deliverywords import told_in_words
from mailgate.domain.polish.words import fold

CLERK = "j.bak@ug.example"


def told(subject: str, text: str, *, by_server: bool = True) -> str:
    return told_in_words(fold(subject), fold(text), by_server=by_server)


@pytest.mark.parametrize("by_server", [True, False])
@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Potwierdzenie dostarczenia", f"Wiadomość do {CLERK} została dostarczona do skrzynki odbiorcy."),
        ("Powiadomienie o doręczeniu", f"Adresat: {CLERK}"),
        ("Delivery Status Notification (Success)", f"Your message was successfully delivered to {CLERK}."),
        ("Relayed: Potwierdzenie", f"Delivery to these recipients or groups is complete: {CLERK}"),
        ("Dostarczono: Potwierdzenie", f"Twoja wiadomość została dostarczona do następujących adresatów: {CLERK}"),
        ("Mail", "Your message has been relayed to a server that gives no notices."),
        ("Raport o dostarczeniu", f"{CLERK}: 2.1.5 OK"),
        ("Zmiana adresu", f"Zamiast {CLERK} proszę używać nowego adresu. Wiadomość została przekazana."),
        ("Limit", f"Skrzynka {CLERK} jest zapełniona w 95%. Wiadomość została dostarczona."),
        ("Zustellbestätigung", f"Ihre Nachricht an {CLERK} wurde erfolgreich zugestellt."),
    ],
)
def test_what_was_delivered_or_passed_on_did_not_fail(subject: str, text: str, by_server: bool) -> None:
    assert told(subject, text, by_server=by_server) == "delivered"


@pytest.mark.parametrize("by_server", [True, False])
@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Wiadomość w kwarantannie", f"Wiadomość do {CLERK} czeka na sprawdzenie i zostanie dostarczona."),
        ("Message quarantined", f"Your message to {CLERK} is held for review."),
        ("Antyspam", "Wiadomość została przekazana do filtra antyspamowego."),
        ("Potwierdź nadawcę", f"Aby wiadomość do {CLERK} została dostarczona, kliknij w link."),
        ("Please confirm", "Click the link below to have your message delivered."),
        ("Ostrzeżenie o limicie", f"Skrzynka {CLERK} jest zapełniona w 95%."),
        ("Quota warning", "The mailbox is almost full."),
        ("[#450 1] Potwierdzenie", f"Sprawa przyjęta. Wysłano kopię do {CLERK}, tel. 601 450 550 - dyżur."),
        ("Delivery report", f"Report on {CLERK}."),
        ("Info", "Poczta wraca."),
    ],
)
def test_what_tells_neither_is_for_a_person(subject: str, text: str, by_server: bool) -> None:
    assert told(subject, text, by_server=by_server) == "unknown"


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("?", f"Wiadomość do {CLERK} nie została dostarczona."),
        ("?", f"Wiadomość do {CLERK} nie została jeszcze dostarczona i nie będzie. 5.4.7"),
        ("?", "Your message could not be delivered to one of two recipients; the other copy was delivered."),
        ("?", f"Wiadomość została dostarczona do 2 osób, a do {CLERK} nie: 5.1.1"),
        ("Undelivered Mail Returned to Sender", CLERK),
        ("?", f"Konto {CLERK} zlikwidowano."),
        ("?", "Skrzynka odbiorcy jest pełna."),
        ("Delivery report", "User unknown"),
    ],
)
def test_only_words_or_digits_that_tell_a_failure_are_one(subject: str, text: str) -> None:
    assert told(subject, text, by_server=False) == ("delayed" if "jeszcze" in text else "failed")


@pytest.mark.parametrize(
    "text", ["550 zla wiadomosc", "Powód: polityka zabezpieczeń, \u201eblocked\u201d.", "451 proszę czekać"]
)
def test_a_code_or_talk_of_a_refusal_tells_it_where_a_server_speaks(text: str) -> None:
    assert (told("?", text), told("?", text, by_server=False)) == ("failed", "unknown")


def test_a_letter_on_its_way_is_delayed_whatever_else_is_told() -> None:
    assert told("Opóźnienie doręczenia", "Nie udało się dostarczyć; serwer będzie ponawiał próby.") == "delayed"


@pytest.mark.parametrize("unit", ["a ", "zostala ", "click ", "aby ", "delivery to this ", "5", "\n", "quota "])
def test_a_long_text_costs_little(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    started = time.process_time()
    told_in_words(text[:1_000], text, by_server=True)
    assert time.process_time() - started < 2
