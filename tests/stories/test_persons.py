"""People whose mail bears what machines' mail bears: each is asked for nothing and gets a number and an acknowledgement."""

from __future__ import annotations

import pytest
from servers.deployment import HOTLINE, Deployment, form_text, mail

CLERK = "j.bak@ug.debowa.example"
QUESTION = "Jak wycofać zatwierdzone sprawozdanie?"
GROUP = {"List-Id": "<biuro.ug.debowa.example>", "List-Post": "<mailto:biuro@ug.debowa.example>"}

pytestmark = pytest.mark.only_on("sqlite", "who wrote a mail has nothing to do with the database")


def acknowledged(gate: Deployment) -> None:
    """One question stands in the register, as a person's, and the clerk was told its number."""
    letters = gate.letters(3)
    gate.settled()
    (entry,) = gate.register()
    assert entry["question"] == QUESTION
    assert entry["acknowledged_at"] is not None
    (letter,) = [letter for letter in letters if CLERK in letter["To"]]
    assert entry["number"] in letter["Subject"]
    assert not gate.held()


def test_e70_a_person_whose_exchange_suppresses_automatic_answers_gets_an_acknowledgement(gate: Deployment) -> None:
    gate.send(mail(form_text(), X_Auto_Response_Suppress="All"))
    acknowledged(gate)


def test_e71_a_form_from_an_offices_group_address_is_acknowledged_to_the_address_in_the_form(gate: Deployment) -> None:
    message = mail(form_text(), "Urząd Gminy <biuro@ug.debowa.example>", Precedence="list")
    for name, value in GROUP.items():
        message[name] = value
    gate.send(message, sender="biuro-bounces@ug.debowa.example")
    acknowledged(gate)


def test_e72_a_form_that_was_redirected_with_an_empty_return_path_is_a_question(gate: Deployment) -> None:
    gate.send(mail(form_text(), Return_Path="<>", Resent_From="biuro@ug.debowa.example", Resent_To=HOTLINE), sender="")
    acknowledged(gate)


def test_e73_a_person_whose_program_says_that_it_is_no_machine_is_none(gate: Deployment) -> None:
    gate.send(mail(form_text(), Auto_Submitted="no"))
    acknowledged(gate)
