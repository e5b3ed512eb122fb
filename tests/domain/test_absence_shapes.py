"""The last day of an absence in the shapes of vacation notes, Polish, English and German."""

from __future__ import annotations

from datetime import date

import pytest
from domain.factories import mail

from mailgate.domain.machines.absence import absence_of, is_automatic_subject

TODAY = date(2026, 11, 24)


def until(text: str) -> date | None:
    """The last day of absence that a note with this text tells."""
    absence = absence_of(mail(plain=(text,), subject="Odpowiedź automatyczna: HOT-01"), TODAY)
    assert absence is not None
    return absence.until


@pytest.mark.parametrize(
    "text",
    [
        "Jestem na urlopie do 4.12.2026 r.", "Urlop do 4 grudnia br.", "Nie ma mnie od 23.11 do 04.12.2026 włącznie.",
        "Urlop 23.11 – 4.12.2026", "W dniach 1-4.12.2026 mnie nie ma.", "Urlop do piątku 4 grudnia.", "Do 2026-12-04.",
        "Wracam 5 grudnia 2026.", "Powrót: 5.12.", "Od 5 grudnia będę ponownie dostępna.", "Wracam po 4 grudnia.",
        "I am away until Friday, December 4th, 2026.", "I will be back on 5 December.", "Back on Monday 5th December",
        "Ich bin bis einschließlich 4. Dezember 2026 im Urlaub.", "Ich bin ab dem 5.12.2026 wieder da.",
        "Jestem nieobecny do 4.12.2026, potem do 31.12.2026 pracuję zdalnie.", "W dniu 4.12.2026 urząd jest nieczynny.",
    ],
)  # fmt: skip
def test_the_last_day_is_read_in_the_shapes_that_people_write(text: str) -> None:
    assert until(text) == date(2026, 12, 4)


@pytest.mark.parametrize(
    "text",
    [
        "Wrócę niedługo.",
        "Urlop do odwołania.",
        "Urlop do 31.02.2027.",
        "Urlop do 1.06.2019.",
        "Do 99.99.",
        "Jestem na urlopie, tel. 33 614-12-05.",
        "Jestem na urlopie, czynne do godziny 12.10.",
    ],
)
def test_no_day_is_invented(text: str) -> None:
    assert until(text) is None


def test_where_either_number_may_be_the_month_no_day_is_told() -> None:
    assert until("I am out of the office until 12/07/2026.") is None
    assert until("I am out of the office until 12/24/2026.") == date(2026, 12, 24)
    assert until("I am out of the office until 24/12/2026.") == date(2026, 12, 24)


@pytest.mark.parametrize(
    ("subject", "automatic"),
    [
        ("Odpowiedź automatyczna: x", True),
        ("[Automatyczna odpowiedź] x", True),
        ("[EXTERNAL] Automatic reply: x", True),
        ("Auto: x", True),
        ("RE: Odpowiedź automatyczna: x", False),
        ("Odpowiedź na pismo", False),
    ],
)
def test_only_a_programs_prefix_makes_a_subject_automatic(subject: str, automatic: bool) -> None:
    assert is_automatic_subject(mail(plain=("x",), subject=subject)) is automatic
