"""Small pieces of letters: telephone numbers, deadlines, and what a form holds that is no value."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mailgate.delivery.specimen import BLANK, QUESTION, SOUND, WRONG
from mailgate.delivery.wording import Row, beyond_form, rows, telephone, unbroken, until_in


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+48815315380;ext=12", "81 531 53 80 wew. 12"),
        ("+48601234567", "601 234 567"),
        ("+48800100100", "800 100 100"),
        ("+4930123456;ext=7", "+49 30 123456 wew. 7"),
        ("+999123456", "+999123456"),
        ("wew. 45", "wew. 45"),
    ],
)
def test_a_telephone_number_is_shown_as_people_read_it(number: str, shown: str) -> None:
    assert telephone(number) == shown


def test_a_deadline_is_declined_and_told_in_office_time() -> None:
    until = until_in("Europe/Warsaw")
    assert until(datetime(2026, 11, 24, 15, 0, tzinfo=UTC)) == "we wtorek, 24 listopada 2026 r., do godz. 16:00"


def test_both_parts_of_a_contact_stand_in_one_row_as_the_form_has_them() -> None:
    contact = Row("Zwrotny numer telefonu, e-mail", "42 123 45 67 wew. 12, anna.kowalska@inny.example")
    assert rows(SOUND)[-1] == contact
    assert SOUND.form is not None
    only = replace(SOUND, form=replace(SOUND.form, phone=None))
    assert rows(only)[-1].value == "anna.kowalska@inny.example"


def test_what_was_typed_wrong_is_shown_with_a_remark_only_where_it_was_found_wrong() -> None:
    assert rows(WRONG)[0].value == "32.13.2026 (niepoprawna data)"
    assert rows(replace(WRONG, problems=()))[0].value is None
    assert WRONG.form is not None
    assert rows(replace(WRONG, form=replace(WRONG.form, findings=())))[0].value is None


def test_an_entry_without_a_form_has_no_rows() -> None:
    assert rows(replace(QUESTION, form=None)) == ()


def test_of_a_mail_with_a_blank_form_only_what_the_form_does_not_say_is_left() -> None:
    assert beyond_form(BLANK) == "Proszę o pilną odpowiedź."
    assert beyond_form(replace(BLANK, text="data:\n\nTreść pytania:\n")) == ""


def test_a_text_that_is_kept_on_one_line_reads_the_same() -> None:
    words = "20 listopada 2026 r., godz. 16:00 (pkt 1.5.1), tel. 81 531 53 80 wew. 12"
    assert unbroken(words) != words
    assert unbroken(words).replace("\N{NO-BREAK SPACE}", " ") == words
