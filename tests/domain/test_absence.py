"""Until when the author of a vacation note is away, as people write it."""

from __future__ import annotations

from datetime import date

import pytest
from domain.factories import mail
from hypothesis import given
from hypothesis import strategies as st

from mailgate.domain.machines.absence import Absence, absence_of, is_automatic_subject

TODAY = date(2026, 11, 23)


def until(text: str, subject: str = "Odpowiedź automatyczna: pytanie") -> date | None:
    found = absence_of(mail(plain=(text,), subject=subject), TODAY)
    assert found is not None
    return found.until


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Przebywam na urlopie do 5 grudnia 2026 r. W sprawach pilnych proszę o kontakt.", date(2026, 12, 5)),
        ("Jestem nieobecny w dniach 23.11.2026 - 4.12.2026.", date(2026, 12, 4)),
        ("W dniach 24-28.11.2026 r. przebywam na urlopie", date(2026, 11, 28)),
        ("Jestem na urlopie od 1 do 12 grudnia.", date(2026, 12, 12)),
        ("Będę nieobecna do dnia 2026-12-01.", date(2026, 12, 1)),
        ("Jestem na urlopie do piątku 27.11. włącznie", date(2026, 11, 27)),
        ("Jestem na urlopie do 3 stycznia", date(2027, 1, 3)),
        ("Jestem na urlopie. Wracam 7 grudnia.", date(2026, 12, 6)),
        ("I am out of the office until December 5th, 2026.", date(2026, 12, 5)),
        ("I am on vacation and will be back on Monday 7 December.", date(2026, 12, 6)),
        ("Ich bin bis zum 4. Dezember 2026 nicht im Büro.", date(2026, 12, 4)),
        ("Jestem na urlopie. Pokój 12, tel. wewn. 5-7.", None),
        ("Jestem na urlopie do 31 lutego.", None),
        ("Jestem na urlopie do 5 grudnia 2019 r.", None),
        ("Jestem na urlopie do odwołania.", None),
    ],
)
def test_the_last_day_of_an_absence(text: str, day: date | None) -> None:
    assert until(text) == day


def test_the_subject_alone_may_tell() -> None:
    assert until("Pozdrawiam", "Nieobecność do 05.12") == date(2026, 12, 5)


def test_a_receipt_tells_of_no_absence() -> None:
    assert absence_of(mail(plain=("Zgłoszenie zostało zarejestrowane.",), subject="Potwierdzenie"), TODAY) is None


@pytest.mark.parametrize(
    ("subject", "automatic"),
    [
        ("Odpowiedź automatyczna: Nowe pytanie", True),
        ("Automatic reply: pytanie", True),
        ("Re: Odpowiedź automatyczna: Nowe pytanie", False),
        ("Nowe pytanie", False),
    ],
)
def test_only_a_program_puts_its_words_first(subject: str, automatic: bool) -> None:
    assert is_automatic_subject(mail(subject=subject)) is automatic


@given(st.text(max_size=200))
def test_no_text_makes_it_stumble(text: str) -> None:
    found = absence_of(mail(plain=(f"Jestem na urlopie do {text}",), subject=text), TODAY)
    assert found is None or isinstance(found, Absence)
