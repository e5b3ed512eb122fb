"""Machines that answer us get no endless conversation, whether they say that they are machines or not."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest
from servers.deployment import HOTLINE, Deployment, form_text, mail, text_of

from mailgate.register.tables import LetterRow

ROUNDS = 6
OTHER = "hotline@inny.example"


def answers(gate: Deployment, first: EmailMessage, respond) -> int:  # type: ignore[no-untyped-def]
    """Mail us, and answer each letter to that address by ``respond``; returns how many letters it got."""
    gate.send(first)
    got = 0
    for _ in range(ROUNDS):
        gate.settled()
        new = [letter for letter in gate.fresh_letters() if "wsparcie.example" not in letter["To"]]
        got += len(new)
        for letter in new:
            gate.send(*respond(letter))
    return got


def vacation(letter: EmailMessage) -> tuple[EmailMessage, str]:
    """An out-of-office note that quotes the whole letter, and has lost every trace of the thread."""
    return mail(f"Jestem na urlopie.\n\n{text_of(letter)}", Subject="Nieobecność", Auto_Submitted="auto-replied"), ""


def ticket(letter: EmailMessage) -> tuple[EmailMessage, str]:
    """Another help desk without a sign of it: each receipt is a new mail in its own words."""
    number = abs(hash(str(letter["Message-ID"])))
    return mail(f"Sprawa nr {number} czeka na rozpatrzenie.", Subject=f"Sprawa {number}"), "j.bak@ug.debowa.example"


@pytest.mark.parametrize("respond", [vacation, ticket])
def test_a_responder_gets_few_letters_and_the_register_stays_clean(gate: Deployment, respond) -> None:  # type: ignore[no-untyped-def]
    got = answers(gate, mail(form_text()), respond)
    assert got <= 1 + 3
    assert sum(entry["question"] == "Jak wycofać zatwierdzone sprawozdanie?" for entry in gate.register()) == 1


def test_e76_p7_two_help_desks_stop_after_three_mails_and_a_person_is_told_once(gate: Deployment) -> None:
    got = answers(gate, ticket(mail(form_text()))[0], ticket)
    assert got == 3
    assert len(gate.register()) > 3, "registering goes on"
    (told,) = gate.held()
    assert told.reason.startswith("letters to j.bak@ug.debowa.example are stopped")


@pytest.mark.parametrize(
    ("address", "whom", "most"),
    [("pomoc+id{}@it.example", "pomoc@it.example", 3), ("sprawa-{}@it.example", "@it.example", 5)],
)
def test_e76_a_help_desk_that_writes_from_an_address_of_its_own_each_time_is_stopped_as_well(
    gate: Deployment, address: str, whom: str, most: int
) -> None:
    def rotating(number: int) -> EmailMessage:
        text = f"Szanowni Państwo, przyjęliśmy wiadomość i nadaliśmy jej numer {number}."
        return mail(text, f"Pomoc <{address.format(number)}>", Subject=f"[IT-{number}]")

    gate.send(rotating(0))
    got = 0
    for _ in range(most + 2):
        gate.settled()
        for letter in gate.fresh_letters():
            if "it.example" in letter["To"]:
                got += 1
                gate.send(rotating(got))
    assert got == most
    (told,) = gate.held()
    assert told.reason.startswith(f"letters to {whom} are stopped")


def desk(letter: EmailMessage) -> tuple[EmailMessage, str]:
    """Another help desk that says so, and answers with a number of its own."""
    text = f"Zgłoszenie {abs(hash(str(letter['Message-ID'])))} zostało zarejestrowane.\n\n> {letter['Subject']}"
    return mail(text, Subject="[Ticket#2026] Potwierdzenie", Auto_Submitted="auto-replied", X_OTRS_Loop="yes"), ""


def test_e76_a_help_desk_gets_one_mail_about_a_question(gate: Deployment) -> None:
    assert answers(gate, mail(form_text()), desk) == 1
    assert len(gate.register()) == 1


def test_two_hot_lines_do_not_talk_to_each_other(tmp_path: Path, gate: Deployment) -> None:
    other_folder = tmp_path / "other"
    other_folder.mkdir()
    with Deployment(other_folder, HOTLINE=f"Inna linia <{OTHER}>", CONSULTANTS="x@inny.example").running() as other:
        gate.send(mail(form_text(contact="24 261 40 21"), sender=f"Inna linia <{OTHER}>"))
        for _ in range(4):
            gate.settled()
            for letter in gate.fresh_letters():
                if OTHER in letter["To"]:
                    other.send(letter, sender=HOTLINE, recipient=OTHER)
            other.settled()
            for letter in other.fresh_letters():
                if HOTLINE in letter["To"]:
                    gate.send(letter, sender=OTHER)
        assert len(gate.register()) == 1
        assert len(other.register()) <= 1
        assert len([row for row in gate.rows(LetterRow) if row.recipient == OTHER]) == 1
