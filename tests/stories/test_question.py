"""A clerk asks, is acknowledged, a consultant answers: told through real SMTP and real letters."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from servers.deployment import ANNA, PIOTR, Deployment, form_text, mail, reply_to, text_of

from mailgate.clock import utc_now

CLERK = "j.bak@ug.debowa.example"


def asked(gate: Deployment, *forms: EmailMessage) -> tuple[EmailMessage, EmailMessage, EmailMessage]:
    """A question on its way: the letters to Anna, to Piotr and to the clerk."""
    gate.send(mail(form_text()))
    anna, piotr, clerk = sorted(gate.letters(3), key=lambda one: ("wsparcie" not in one["To"], str(one["To"])))
    return anna, piotr, clerk


def test_a_mailed_form_is_registered_acknowledged_and_put_to_every_consultant(gate: Deployment) -> None:
    anna, piotr, acknowledgement = asked(gate)
    gate.settled()
    (entry,) = gate.register()
    assert entry["number"] == "HOT-01/2026/000001" or entry["number"].endswith("/000001")
    assert (entry["user_name"], entry["office"], entry["status"]) == ("Jan Bąk", "Urząd Gminy Dębowa", "pending")
    assert entry["acknowledged_at"] is not None
    assert entry["answered_at"] is None
    assert entry["number"] in acknowledgement["Subject"]
    assert acknowledgement["In-Reply-To"] == mail(form_text())["Message-ID"]
    assert acknowledgement["Auto-Submitted"] == "auto-replied"
    assert "Jak wycofać zatwierdzone sprawozdanie?" in text_of(anna)
    assert anna["Message-ID"] != piotr["Message-ID"]


def test_the_consultants_reply_reaches_the_clerk_with_nothing_internal(gate: Deployment) -> None:
    anna, _, acknowledgement = asked(gate)
    gate.send(reply_to(anna, "Dzień dobry,\n\nproszę użyć przycisku Wycofaj.\n\nAnna Nowak", ANNA))
    (answer,) = gate.letters(1)
    gate.settled()
    assert answer["To"].endswith(f"<{CLERK}>")
    assert answer["In-Reply-To"] == acknowledgement["In-Reply-To"]
    assert answer["Auto-Submitted"] is None
    assert "proszę użyć przycisku Wycofaj." in text_of(answer)
    whole = answer.as_string()
    for internal in (
        "wsparcie.example",
        "Proszę pisać odpowiedź powyżej",
        str(anna["Message-ID"])[1:-1],
        "Kod wiadomości",
    ):
        assert internal not in whole
    (entry,) = gate.register()
    assert entry["answer"] == "Dzień dobry,\n\nproszę użyć przycisku Wycofaj.\n\nAnna Nowak"
    assert entry["answered_at"] is not None
    assert (entry["status"], entry["consultant"]) == ("finished", "anna.nowak@wsparcie.example")


def test_the_documentation_is_recorded_and_told(gate: Deployment) -> None:
    anna, _, _ = asked(gate)
    gate.send(reply_to(anna, "#dokumentacja Podręcznik, rozdz. 2\n\nOpisano w podręczniku.", ANNA))
    (answer,) = gate.letters(1)
    assert "Podręcznik, rozdz. 2" in text_of(answer)
    assert "#dokumentacja" not in text_of(answer)
    gate.settled()
    assert gate.register()[0]["documentation"] == "Podręcznik, rozdz. 2"


def test_the_consultants_files_go_along(gate: Deployment) -> None:
    anna, _, _ = asked(gate)
    reply = reply_to(anna, "W załączeniu instrukcja.", ANNA)
    reply.add_attachment(
        b"%PDF-1.4 instrukcja", maintype="application", subtype="pdf", filename="Instrukcja obsługi.pdf"
    )
    gate.send(reply)
    (answer,) = gate.letters(1)
    (file,) = answer.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("Instrukcja obsługi.pdf", b"%PDF-1.4 instrukcja")


def test_the_clerks_word_joins_the_question_and_opens_it_again(gate: Deployment) -> None:
    anna, _, _ = asked(gate)
    gate.send(reply_to(anna, "Proszę użyć przycisku Wycofaj.", ANNA))
    (answer,) = gate.letters(1)
    gate.settled()
    answered_at = gate.register()[0]["answered_at"]
    gate.send(reply_to(answer, "Dziękuję, ale przycisk jest nieaktywny.", "Jan Bąk <j.bak@ug.debowa.example>"))
    first, _ = gate.letters(2)
    assert "przycisk jest nieaktywny" in text_of(first)
    gate.settled()
    (entry,) = gate.register()
    assert (entry["status"], entry["answered_at"]) == ("pending", answered_at)
    gate.send(reply_to(first, "Przycisk włącza administrator lokalny.", ANNA))
    gate.letters(1)
    gate.settled()
    (entry,) = gate.register()
    assert (entry["status"], entry["answered_at"]) == ("finished", answered_at)
    assert "Przycisk włącza administrator lokalny." in entry["answer"]


def test_a_reply_is_known_by_its_code_where_a_gateway_rewrote_every_header(gate: Deployment) -> None:
    anna, _, _ = asked(gate)
    reply = reply_to(anna, "Proszę użyć przycisku Wycofaj.", ANNA)
    for name in ("In-Reply-To", "References", "To"):
        del reply[name]
    reply["To"] = "hotline@csizs.example"
    gate.send(reply)
    (answer,) = gate.letters(1)
    assert CLERK in answer["To"]


@pytest.mark.parametrize("sender", [PIOTR, "Anna Nowak <anna.nowak@obcy.example>", "Jan Bąk <j.bak@ug.debowa.example>"])
def test_nobody_answers_in_a_consultants_place(gate: Deployment, sender: str) -> None:
    anna, _, _ = asked(gate)
    gate.send(reply_to(anna, "Proszę przesłać hasło.", sender))
    told = gate.letters(2)
    gate.settled()
    assert all("wsparcie.example" in letter["To"] for letter in told)
    assert len(gate.held()) == 1
    assert gate.register()[0]["answer"] is None


def test_a_consultants_vacation_notice_goes_nowhere(gate: Deployment) -> None:
    anna, _, _ = asked(gate)
    gate.send(reply_to(anna, "Jestem na urlopie do 30 listopada.", ANNA, Auto_Submitted="auto-replied"), sender="")
    gate.settled()
    assert gate.register()[0]["answer"] is None
    assert len(gate.rows_of_letters()) == 3


def test_the_same_mail_again_changes_nothing(gate: Deployment) -> None:
    asked(gate)
    gate.send(mail(form_text()))
    gate.send(b"Received: from another.example\r\n" + mail(form_text()).as_bytes())
    gate.settled()
    assert len(gate.register()) == 1
    assert len(gate.rows_of_letters()) == 3


def test_two_forms_in_one_mail_are_two_questions_and_one_acknowledgement(gate: Deployment) -> None:
    message = mail("W załączeniu dwa pytania.")
    for number in (1, 2):
        text = form_text(question=f"Pytanie numer {number}, proszę o odpowiedź.", reference=f"OR.{number}.2026")
        message.add_attachment(text.encode(), maintype="text", subtype="plain", filename=f"hot01-{number}.txt")
    gate.send(message)
    letters = gate.letters(5)
    (acknowledgement,) = [letter for letter in letters if CLERK in letter["To"]]
    numbers = [entry["number"] for entry in gate.register()]
    assert len(numbers) == 2
    assert all(number in text_of(acknowledgement) for number in numbers)


def test_an_incomplete_form_counts_and_the_clerk_is_told_what_is_missing(gate: Deployment) -> None:
    gate.send(mail(form_text(office="", contact="wew. 45")))
    (acknowledgement,) = [letter for letter in gate.letters(3) if CLERK in letter["To"]]
    assert "Nazwa Urzędu" in text_of(acknowledgement)
    gate.settled()
    (entry,) = gate.register()
    assert entry["office"] is None
    assert entry["acknowledged_at"] is not None


def test_free_text_is_registered_and_gets_the_blank_form(gate: Deployment) -> None:
    gate.send(mail("Dzień dobry, czy jutro będzie przerwa techniczna?"))
    (receipt,) = [letter for letter in gate.letters(3) if CLERK in letter["To"]]
    assert [part.get_filename() for part in receipt.iter_attachments()] == ["HOT-01.docx", "HOT-01.pdf"]
    assert len(gate.register()) == 1


def test_a_form_in_reply_to_our_request_finishes_the_entry_without_a_form(gate: Deployment) -> None:
    gate.send(mail("Dzień dobry, czy jutro będzie przerwa techniczna?"))
    (receipt,) = [letter for letter in gate.letters(3) if CLERK in letter["To"]]
    gate.send(reply_to(receipt, form_text(), "Jan Bąk <j.bak@ug.debowa.example>"))
    gate.letters(3)
    gate.settled()
    first, second = gate.register()
    assert (first["status"], first["answered_at"]) == ("finished", None)
    assert (second["status"], second["question"]) == ("pending", "Jak wycofać zatwierdzone sprawozdanie?")


def test_a_form_with_a_telephone_only_waits_for_the_call(gate: Deployment) -> None:
    gate.send(mail(form_text(contact="24 261 40 21")))
    (acknowledgement,) = [letter for letter in gate.letters(3) if CLERK in letter["To"]]
    assert "telefonicznie" in text_of(acknowledgement)
    gate.settled()
    assert gate.register()[0]["acknowledged_at"] is None


@pytest.mark.parametrize(
    ("headers", "sender"),
    [
        (
            {"List_Unsubscribe": "<mailto:x@y.example>", "Precedence": "bulk", "List_Id": "<news.y.example>"},
            "news@y.example",
        ),
        ({"Auto_Submitted": "auto-replied", "Subject": "Odpowiedź automatyczna: urlop"}, ""),
    ],
)
def test_machines_are_set_aside_with_a_reason_and_answered_by_nobody(
    gate: Deployment, headers: dict[str, str], sender: str
) -> None:
    gate.send(mail("Nowości w naszej ofercie.", **headers), sender=sender)
    gate.settled()
    (mail_row,) = gate.quarantined()
    assert mail_row.reason
    assert gate.register() == []
    assert gate.rows_of_letters() == []


def test_our_own_letter_that_comes_back_is_no_question(gate: Deployment) -> None:
    _, _, acknowledgement = asked(gate)
    gate.send(acknowledgement)
    gate.settled()
    assert len(gate.register()) == 1
    assert len(gate.rows_of_letters()) == 3


def test_a_mail_that_bears_our_address_and_is_not_ours_is_set_aside(gate: Deployment) -> None:
    gate.send(mail(form_text(), "Hot-line CSIZS <hotline@csizs.example>"))
    gate.settled()
    assert "own address" in gate.quarantined()[0].reason
    assert gate.register() == []


def test_what_a_scanner_sends_in_the_same_words_a_month_later_is_another_question(tmp_path: Path) -> None:
    """It writes neither a Message-ID nor a date; the day after, it is the same mail once more."""
    scanned = mail(form_text())
    del scanned["Message-ID"], scanned["Date"]
    gate = Deployment(tmp_path, CONSULTANTS="")
    ahead = timedelta(0)
    gate.clock = lambda: utc_now() + ahead
    entries = []
    with gate.running():
        for days in (0, 1, 40):
            ahead = timedelta(days=days)
            gate.send(scanned)
            gate.settled()
            entries.append(len(gate.register()))
    assert entries == [1, 1, 2]
