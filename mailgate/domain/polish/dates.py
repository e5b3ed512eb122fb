"""Days and times in Polish words, declined as sentences need them."""

from __future__ import annotations

from datetime import date, datetime, time

_MONTHS_GENITIVE = (
    "stycznia",
    "lutego",
    "marca",
    "kwietnia",
    "maja",
    "czerwca",
    "lipca",
    "sierpnia",
    "września",
    "października",
    "listopada",
    "grudnia",
)
_WEEKDAYS = ("poniedziałek", "wtorek", "środa", "czwartek", "piątek", "sobota", "niedziela")
_ON_WEEKDAYS = ("w poniedziałek", "we wtorek", "w środę", "w czwartek", "w piątek", "w sobotę", "w niedzielę")
_FROM_WEEKDAYS = ("poniedziałku", "wtorku", "środy", "czwartku", "piątku", "soboty", "niedzieli")


def day_in_words(day: date) -> str:
    """``20 listopada 2026 r.``, as it stands after a weekday or a preposition."""
    return f"{day.day} {_MONTHS_GENITIVE[day.month - 1]} {day.year} r."


def weekday_name(day: date) -> str:
    """``piątek``: the nominative, in lower case."""
    return _WEEKDAYS[day.weekday()]


def on_day(day: date) -> str:
    """``w piątek, 20 listopada 2026 r.``: when something happens."""
    return f"{_ON_WEEKDAYS[day.weekday()]}, {day_in_words(day)}"


def from_day(day: date) -> str:
    """``piątku, 20 listopada 2026 r.``: the genitive, after ``od`` or ``do``."""
    return f"{_FROM_WEEKDAYS[day.weekday()]}, {day_in_words(day)}"


def hour_in_words(moment: time) -> str:
    """``8:00``: office hours as people write them; seconds are given only where there are some."""
    seconds = f":{moment:%S}" if moment.second else ""
    return f"{moment.hour}:{moment:%M}{seconds}"


def instant_in_words(local: datetime) -> str:
    """``w piątek, 20 listopada 2026 r., o godz. 16:00:01`` for an aware instant, in its own time zone.

    A fraction of a second is shown where there is one, for it can decide about the day.  In the hour that the clocks
    repeat in autumn, the words tell which of the two it is.
    """
    fraction = f",{local:%f}" if local.microsecond else ""
    return f"{on_day(local.date())}, o godz. {local.hour}:{local:%M:%S}{fraction}{_season_where_hour_repeats(local)}"


def sentence(words: str) -> str:
    """The words with one full stop at their end: an abbreviation that ends a sentence keeps its own."""
    return words if words.endswith((".", "!", "?", "…")) else f"{words}."


def _season_where_hour_repeats(local: datetime) -> str:
    if local.replace(fold=0).utcoffset() == local.replace(fold=1).utcoffset():
        return ""
    return " czasu letniego" if local.dst() else " czasu zimowego"
