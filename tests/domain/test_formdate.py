"""Dates as clerks write them."""

from __future__ import annotations

from datetime import date

import pytest

from mailgate.domain.form.date import is_date_alone, read_date

TWENTIETH = date(2026, 11, 20)


@pytest.mark.parametrize(
    "text",
    [
        "20.11.2026",
        "20.11.2026 r.",
        "20.11.2026r.",
        "20-11-2026",
        "20/11/2026",
        "20. 11. 2026",
        "20 . 11 . 2026",
        "20.11.26",
        "20.11.'26",
        "2026-11-20",
        "2026.11.20",
        "2026-11-20 00:00:00",
        "2026-11-20T08:15:00",
        "20261120",
        "20 listopada 2026 r.",
        "20 listopada 2026 roku",
        "20 LISTOPADA 2026",
        "20 listopad 2026",
        "20 lis 2026",
        "20 lis. 2026",
        "20listopada2026",
        "20 XI 2026",
        "20.XI.2026 r.",
        "20-xi-2026",
        "20 November 2026",
        "November 20, 2026",
        "Łąck, dnia 20.11.2026 r.",
        "Warszawa, 20 listopada 2026 r.",
        "dn. 20.11.2026",
        "piątek, 20.11.2026",
        "pt. 20 listopada 2026",
    ],
)
def test_is_read_as_the_twentieth_of_november(text: str) -> None:
    assert read_date(text) == TWENTIETH


@pytest.mark.parametrize(
    "text",
    [
        "31.02.2026",
        "32.01.2026",
        "1.13.2026",
        "00.11.2026",
        "wczoraj",
        "20.11",
        "20 listopada",
        "2026",
        "",
        "nr 12/2026",
        "20.11.0026",
    ],
)
def test_does_not_exist_or_is_none(text: str) -> None:
    assert read_date(text) is None


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_is_known_by_its_genitive_its_short_and_its_roman_name(month: int) -> None:
    genitive = (
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia".split()
    )
    short = "sty lut mar kwi maj cze lip sie wrz paź lis gru".split()
    roman = "I II III IV V VI VII VIII IX X XI XII".split()
    for names in (genitive, short, roman):
        assert read_date(f"3 {names[month - 1]} 2026") == date(2026, month, 3)


def test_a_date_alone_has_nothing_beside_it_but_the_words_that_go_with_one() -> None:
    assert is_date_alone("dnia 20 listopada 2026 roku")
    assert not is_date_alone("20.11.2026 nie działa filtr")
    assert not is_date_alone("1 12/2026 500,00")


def test_a_reference_is_no_date() -> None:
    assert read_date("DSP.0123.4.2026") is None
