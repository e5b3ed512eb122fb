"""What a clerk sends later fills what the form lacked, and only that."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from domain.factories import CLERK, PIOTR, form, reading, standing

from mailgate.domain.completion import fields_added
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
