"""What a clerk sends later fills what the form lacked, and only that."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from domain.factories import CLERK, PIOTR, form, reading, standing

from mailgate.domain.completion import completed, fields_added, supplies
from mailgate.domain.hot01 import Problem
from mailgate.domain.mail import Address
from mailgate.domain.reply import ReplyText
from mailgate.domain.threads import StandingQuestion

LINES = "Nazwa Urzędu: Urząd Gminy Dębowa\nTelefon: 24 261 40 21"


def lacking(**fields: Any) -> StandingQuestion:
    """A question whose form lacks office and telephone, unless told otherwise."""
    question = standing()
    given = form(**({"office": None, "phone": None} | fields))
    return replace(question, summary=replace(question.summary, form=given))


def added(text: str, question: StandingQuestion, sender: Address = CLERK, **reply: Any) -> dict[str, str]:
    written = ReplyText(text, **({"in_doubt": False} | reply))
    return dict(fields_added(reading(sender, reply=written), question))


def test_labelled_lines_fill_what_is_missing() -> None:
    assert added(LINES, lacking()) == {"office": "Urząd Gminy Dębowa", "phone": "+48242614021"}


def test_a_given_value_is_never_changed() -> None:
    assert added(LINES, lacking(office="OPS")) == {"phone": "+48242614021"}


def test_a_form_fills_with_all_its_fields_and_its_date_is_iso() -> None:
    sent = reading(CLERK, form(question=None, date=date(2026, 11, 19)))
    assert dict(fields_added(sent, lacking(date=None))) == {
        "date": "2026-11-19",
        "office": "Urząd Gminy Dębowa",
        "phone": "+48242614021",
    }


def test_nobody_else_completes_a_form() -> None:
    assert added(LINES, lacking(), PIOTR) == {}


def test_what_is_doubtful_fills_nothing() -> None:
    assert added(LINES, lacking(), in_doubt=True) == {}
    assert added(f"{LINES}\n{'x' * 2_000}", lacking()) == {}
    assert added(f"{LINES}\nTreść pytania: A co z limitem?", lacking()) == {}
    assert added("Nasz urząd to gmina, telefon podam później.", lacking()) == {}
    assert fields_added(reading(CLERK, form(), form(office="OPS")), lacking()) == ()


def test_a_mail_without_a_form_has_nothing_to_complete() -> None:
    question = standing()
    assert added(LINES, replace(question, summary=replace(question.summary, form=None))) == {}


def test_an_answer_to_a_letter_that_asked_for_data_is_known_as_one() -> None:
    asked = lacking()
    asked = replace(asked, summary=replace(asked.summary, problems=(Problem(0, "office", "missing"),)))
    assert supplies(reading(CLERK, reply=ReplyText("Podam jutro.", False)), asked)
    corrected = reading(CLERK, reply=ReplyText("Telefon: 24 261 40 22", False))
    assert supplies(corrected, standing())
    assert not supplies(reading(CLERK, reply=ReplyText("Proszę o szybką odpowiedź.", False)), standing())
    assert not supplies(reading(PIOTR, reply=ReplyText("Nazwa Urzędu: OPS", False)), asked)


def test_a_completed_question_shows_its_new_fields_and_no_settled_problem() -> None:
    asked = lacking(email=None, date=None)
    problems = (Problem(0, "contact", "missing"), Problem(0, "office", "missing"))
    asked = replace(asked, summary=replace(asked.summary, problems=problems))
    now = completed(asked, (("phone", "+48242614021"), ("date", "2026-11-19"))).summary
    assert now.form is not None
    assert (now.form.phone, now.form.date, now.form.office) == ("+48242614021", date(2026, 11, 19), None)
    assert [one.field for one in now.problems] == ["office"]


@pytest.mark.parametrize(
    "text",
    [
        "24 261 40 21",
        "Mój telefon to 24 261 40 21.",
        "Dzień dobry, mój numer telefonu 24 261 40 21, proszę dzwonić do 15.\n\nPozdrawiam\nJan Bąk\ntel. 24 261 40 21",
    ],
)
def test_the_one_telephone_told_in_ones_own_words_fills_a_form_without_any_contact(text: str) -> None:
    assert added(text, lacking(email=None)) == {"phone": "+48242614021"}
    assert added(text, lacking(email=None, phone="+48242614099")) == {}
    assert "phone" not in added(text, lacking(email=None), in_doubt=True)


@pytest.mark.parametrize(
    "text",
    [
        "Sprawa 242614021 czeka.",
        "Mój telefon to 24 261 40 21.\nA mój telefon domowy to 24 261 40 22.",
        "Mój telefon podam.\n\nKwota: 242614021",
    ],
)
def test_a_number_that_may_be_something_else_or_one_of_several_fills_nothing(text: str) -> None:
    assert added(text, lacking(email=None, office="OPS")) == {}
