"""Polish words for days and times, declined."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from mailgate.domain.polish.dates import (
    day_in_words,
    from_day,
    hour_in_words,
    instant_in_words,
    on_day,
    sentence,
    weekday_name,
)

WARSAW = ZoneInfo("Europe/Warsaw")


@pytest.mark.parametrize(
    ("day", "name", "on", "since"),
    [
        (23, "poniedziałek", "w poniedziałek", "poniedziałku"),
        (24, "wtorek", "we wtorek", "wtorku"),
        (25, "środa", "w środę", "środy"),
        (26, "czwartek", "w czwartek", "czwartku"),
        (27, "piątek", "w piątek", "piątku"),
        (28, "sobota", "w sobotę", "soboty"),
        (29, "niedziela", "w niedzielę", "niedzieli"),
    ],
)
def test_each_weekday_is_declined(day: int, name: str, on: str, since: str) -> None:
    written = date(2026, 11, day)

    assert weekday_name(written) == name
    assert on_day(written) == f"{on}, {day} listopada 2026 r."
    assert from_day(written) == f"{since}, {day} listopada 2026 r."


def test_each_month_stands_in_the_genitive() -> None:
    months = [day_in_words(date(2026, month, 1)).split()[1] for month in range(1, 13)]

    assert months == [
        "stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września", "października",
        "listopada", "grudnia",
    ]  # fmt: skip


def test_hours_are_written_without_a_leading_zero_and_without_idle_seconds() -> None:
    assert hour_in_words(time(8, 0)) == "8:00"
    assert hour_in_words(time(16, 0, 1)) == "16:00:01"


def test_an_instant_shows_seconds_and_any_fraction() -> None:
    assert instant_in_words(datetime(2026, 11, 24, 8, 5, 9, tzinfo=WARSAW)) == (
        "we wtorek, 24 listopada 2026 r., o godz. 8:05:09"
    )
    assert instant_in_words(datetime(2026, 11, 24, 16, 0, 0, 1, tzinfo=WARSAW)).endswith("o godz. 16:00:00,000001")


def test_the_repeated_hour_says_which_of_the_two_it_is() -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=WARSAW)

    assert instant_in_words(first).endswith("2:30:00 czasu letniego")
    assert instant_in_words(first.replace(fold=1)).endswith("2:30:00 czasu zimowego")


def test_a_sentence_ends_in_one_full_stop() -> None:
    assert sentence("Wpłynęło") == "Wpłynęło."
    assert sentence("za 26 grudnia 2026 r.") == "za 26 grudnia 2026 r."
