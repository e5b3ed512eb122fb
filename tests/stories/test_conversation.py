"""What clerks and consultants write beside question and answer: codes, corrections, calls, consent, mail of their own."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from servers.deployment import ANNA, HOTLINE, Deployment, form_text, mail, reply_to, text_of
from servers.notices import delivery_notice
from sqlmodel import Session

from mailgate.register.database import reading
from mailgate.register.needs import in_register

CLERK = "j.bak@ug.debowa.example"
JAN = f"Jan Bąk <{CLERK}>"
TYPED = "sekretariat@debowa.example"
SERVER = "mx.csizs.example"
NO_ADDRESS = "24 261 40 21"


def asked(gate: Deployment, sender: str = JAN, **form: str) -> dict[str, EmailMessage]:
    """A question on its way: the letters by the first part of their recipient's address."""
    gate.send(mail(form_text(**form), sender))
    return by_recipient(gate.letters(3))


def by_recipient(letters: list[EmailMessage]) -> dict[str, EmailMessage]:
    return {str(letter["To"]).rpartition("<")[2].split("@")[0]: letter for letter in letters}


def code_in(letter: EmailMessage) -> str:
    found = re.search(r"Kod wiadomości: (\w{24})", text_of(letter))
    assert found is not None
    return found[1]


def piles(gate: Deployment, later: timedelta = timedelta(days=7)) -> tuple[int, int]:
    """How many questions an administrator would be told of as unacknowledged, and how many letters as returned."""
    session: Session
    with reading(gate.engine) as session:
        found = in_register(session, datetime.now(UTC) + later)
    return found.unacknowledged.count, found.returned.count


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Potwierdzenie", "{}"),
        ("Potwierdzenie", "Potwierdzam. Kod {}"),
        ("Potwierdzenie", "Dzień dobry,\n\nKod wiadomości to {}.\n\nZ poważaniem\nJan Bąk"),
        ("Kod {}", "Potwierdzam adres."),
    ],
)
def test_a_typed_address_is_confirmed_by_the_bare_code_and_everybody_is_told(
    gate: Deployment, subject: str, text: str
) -> None:
    code = code_in(asked(gate, contact=TYPED)["j.bak"])
    gate.send(mail(text.format(code), f"Sekretariat <{TYPED}>", Subject=subject.format(code)))
    letters = by_recipient(gate.letters(3))
    gate.settled()
    assert len(gate.events("address_confirmed")) == 1
    assert len(gate.register()) == 1
    receipt = text_of(letters["sekretariat"])
    assert TYPED in receipt and gate.register()[0]["number"] in receipt
    told = text_of(letters["anna.nowak"])
    assert f"wyślemy na adres {TYPED}" in told and CLERK not in told
    gate.send(reply_to(letters["anna.nowak"], "Proszę użyć przycisku Wycofaj.", ANNA))
    (answer,) = gate.letters(1)
    assert TYPED in str(answer["To"])


def test_a_stranger_with_the_code_of_somebody_elses_letter_confirms_nothing(gate: Deployment) -> None:
    code = code_in(asked(gate, contact=TYPED)["j.bak"])
    gate.send(mail(code, "obcy@inny.example"))
    gate.letters(2)
    gate.settled()
    assert gate.events("address_confirmed") == []


def test_a_typed_address_is_not_confirmed_in_a_name_that_the_receiving_server_refutes(tmp_path: Path) -> None:
    """Whoever named a victim's address in the form has the token, and writes as the victim."""
    with Deployment(tmp_path, TRUSTED_AUTHSERV_ID=SERVER).running() as gate:
        letters = asked(gate, contact=TYPED)
        for word, confirmed in (("fail", 0), ("pass", 1)):
            seen = f"{SERVER}; dmarc={word} header.from={TYPED.partition('@')[2]}"
            gate.send(
                reply_to(letters["j.bak"], "Potwierdzam adres.", TYPED, Authentication_Results=seen), sender=CLERK
            )
            gate.settled()
            assert len(gate.events("address_confirmed")) == confirmed
            to_victim = [one for one in gate.fresh_letters() if TYPED in str(one["To"])]
            assert len(to_victim) == confirmed


def test_a_supplement_that_we_asked_for_is_receipted_once_and_the_consultants_see_it(gate: Deployment) -> None:
    receipt = asked(gate, office="", contact=CLERK)["j.bak"]
    gate.send(reply_to(receipt, "Nazwa Urzędu: Urząd Gminy Dębowa", JAN))
    letters = by_recipient(gate.letters(3))
    assert "Urząd Gminy Dębowa" in text_of(letters["j.bak"])
    assert letters["j.bak"]["Auto-Submitted"] == "auto-replied"
    assert "Nazwa Urzędu: Urząd Gminy Dębowa" in text_of(letters["anna.nowak"]).replace("    ", "")
    assert "Nazwa Urzędu: nie podano" not in text_of(letters["anna.nowak"])
    gate.send(reply_to(letters["j.bak"], "Dziękuję.", JAN))
    gate.settled()
    assert gate.fresh_letters() == []
    gate.send(reply_to(receipt, "Proszę o szybką odpowiedź.", JAN, Message_ID="<3@ug.debowa.example>"))
    assert "j.bak" not in by_recipient(gate.letters(2))


def test_a_supplement_from_the_null_sender_gets_no_receipt(gate: Deployment) -> None:
    receipt = asked(gate, office="", contact=CLERK)["j.bak"]
    gate.send(reply_to(receipt, "Nazwa Urzędu: Urząd Gminy Dębowa", JAN), sender="")
    assert "j.bak" not in by_recipient(gate.letters(2))


@pytest.mark.parametrize("consent", ["Tak, proszę przekazać.", "Tak, proszę wysłać.\n\nPozdrawiam\nPiotr Zając", "OK"])
def test_consent_to_a_held_reply_never_reaches_the_clerk_as_an_answer(gate: Deployment, consent: str) -> None:
    letters = asked(gate)
    gate.send(reply_to(letters["anna.nowak"], "Proszę użyć przycisku Wycofaj.", ANNA))
    gate.letters(1)
    piotr = "Piotr Zając <piotr.zajac@wsparcie.example>"
    gate.send(reply_to(letters["piotr.zajac"], "Albo przycisku Cofnij.", piotr))
    (held,) = gate.letters(1)
    assert "w całości" in text_of(held)
    gate.send(reply_to(held, consent, piotr))
    (again,) = gate.letters(1)
    assert "piotr.zajac" in str(again["To"]) and "w całości" in text_of(again)
    gate.send(reply_to(again, "Można też użyć przycisku Cofnij.", piotr))
    (answer,) = gate.letters(1)
    assert CLERK in str(answer["To"]) and "Cofnij" in text_of(answer)


def test_a_call_that_a_consultant_reports_is_the_acknowledgement(gate: Deployment) -> None:
    anna = asked(gate, contact=NO_ADDRESS)["anna.nowak"]
    assert "#telefon" in text_of(anna) and NO_ADDRESS in text_of(anna)
    gate.settled()
    assert piles(gate) == (1, 0)
    gate.send(reply_to(anna, "#telefon\n\nRozmawiałam z panem Bąkiem.", ANNA))
    gate.settled()
    (entry,) = gate.register()
    assert entry["acknowledged_at"] is not None
    assert (entry["status"], entry["answer"]) == ("pending", None)
    (event,) = gate.events("acknowledged")
    assert event.actor == "consultant anna.nowak@wsparcie.example"
    assert "Rozmawiałam z panem Bąkiem." in event.detail["text"]
    assert gate.fresh_letters() == [] and gate.held() == [] and piles(gate) == (0, 0)


def test_a_call_in_place_of_a_receipt_that_came_back_quiets_the_alarm(gate: Deployment) -> None:
    receipt = asked(gate)["j.bak"]
    gate.settled()
    row = next(one for one in gate.rows_of_letters() if one.message_id == receipt["Message-ID"])
    gate.send(delivery_notice(receipt, CLERK), sender="", recipient=row.envelope_sender)
    told = by_recipient(gate.letters(2))["anna.nowak"]
    assert "#telefon" in text_of(told)
    gate.settled()
    assert piles(gate) == (1, 1)
    gate.send(reply_to(told, "#telefon", ANNA))
    gate.settled()
    assert piles(gate) == (0, 0)


def test_a_signature_written_out_leaves_without_the_consultants_address(gate: Deployment) -> None:
    anna = asked(gate)["anna.nowak"]
    text = (
        "Dzień dobry,\n\nproszę zadzwonić do ministerstwa: 22 111 22 33, pomoc@ministerstwo.example.\n\n"
        "Z poważaniem\nAnna Nowak\nWsparcie Sp. z o.o.\ntel. 22 555 66 77\ne-mail: Anna.Nowak@wsparcie.example"
    )
    gate.send(reply_to(anna, text, ANNA))
    (answer,) = gate.letters(1)
    whole = answer.as_string() + text_of(answer)
    assert "Anna Nowak" in text_of(answer)
    assert "pomoc@ministerstwo.example" in text_of(answer) and "22 111 22 33" in text_of(answer)
    assert "wsparcie.example" not in whole.lower() and "555 66 77" not in whole
    gate.settled()
    assert "wsparcie.example" not in gate.register()[0]["answer"].lower()


def test_the_consultants_own_address_in_running_text_is_held_with_the_reason(gate: Deployment) -> None:
    anna = asked(gate)["anna.nowak"]
    text = "Proszę przesłać zrzut ekranu na mój adres anna.nowak@wsparcie.example, sprawdzę go jeszcze dzisiaj."
    gate.send(reply_to(anna, text, ANNA))
    (told,) = gate.letters(1)
    assert "anna.nowak" in str(told["To"]) and "adres" in text_of(told)
    assert len(gate.held()) == 1


def test_a_receipt_that_cannot_reach_a_mistyped_address_goes_once_to_the_sender(gate: Deployment) -> None:
    typo = "j.bka@ug.debowa.example"
    receipt = asked(gate, contact=typo)["j.bka"]
    gate.settled()
    comes_back(gate, receipt, typo)
    letters = by_recipient(gate.letters(3))
    again = text_of(letters["j.bak"])
    assert typo in again and "potwierdzamy przyjęcie pytania" in again
    told = text_of(letters["anna.nowak"])
    assert CLERK in told and "Nie znamy numeru telefonu" not in told
    gate.settled()
    (entry,) = gate.register()
    assert entry["acknowledged_at"] is not None and not gate.quarantined() and piles(gate) == (0, 0)
    gate.send(reply_to(letters["anna.nowak"], "Proszę użyć przycisku Wycofaj.", ANNA))
    (answer,) = gate.letters(1)
    assert CLERK in str(answer["To"])


def test_a_receipt_that_comes_back_from_the_sender_as_well_is_a_persons_matter(gate: Deployment) -> None:
    typo = "j.bka@ug.debowa.example"
    receipt = asked(gate, contact=typo)["j.bka"]
    gate.settled()
    comes_back(gate, receipt, typo)
    again = by_recipient(gate.letters(3))["j.bak"]
    gate.settled()
    comes_back(gate, again, CLERK)
    assert "j.bak" not in by_recipient(gate.letters(2))
    gate.settled()
    assert len(gate.quarantined()) == 1 and gate.register()[0]["acknowledged_at"] is None


def comes_back(gate: Deployment, letter: EmailMessage, recipient: str) -> None:
    row = next(one for one in gate.rows_of_letters() if one.message_id == letter["Message-ID"])
    gate.send(delivery_notice(letter, recipient), sender="", recipient=row.envelope_sender)


@pytest.mark.parametrize("named", [True, False])
def test_a_consultants_mail_that_answers_no_letter_is_explained_to_him_alone(gate: Deployment, named: bool) -> None:
    asked(gate)
    gate.settled()
    number = gate.register()[0]["number"]
    subject = f"[{number}] Nowe pytanie" if named else "Mam pytanie"
    gate.send(mail("Proszę użyć przycisku Wycofaj.", ANNA, Subject=subject))
    (told,) = gate.letters(1)
    assert "anna.nowak" in str(told["To"])
    assert "nie jest odpowiedzią na" in text_of(told) and "Odpowiedz" in text_of(told)
    assert (number in text_of(told).replace(subject, "")) is named
    assert "Proszę użyć przycisku Wycofaj." in text_of(told)
    gate.settled()
    assert len(gate.register()) == 1 and gate.register()[0]["answer"] is None
    assert len(gate.held()) == 1 and HOTLINE not in str(told["To"])


def test_a_help_desk_that_answers_in_the_thread_gets_few_receipts_and_a_person_is_told(gate: Deployment) -> None:
    letter = asked(gate, office="", contact=CLERK)["j.bak"]
    receipts = 0
    for turn in range(6):
        gate.send(reply_to(letter, f"Sprawa nr {turn} czeka na rozpatrzenie.", JAN))
        gate.settled()
        new = [one for one in gate.fresh_letters() if CLERK in str(one["To"])]
        receipts += len(new)
        letter = new[-1] if new else letter
    assert receipts == 3
    (told,) = gate.held()
    assert "letters to j.bak@ug.debowa.example are stopped" in told.reason
