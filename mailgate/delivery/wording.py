"""Small pieces of Polish that templates put together: moments, field labels, problems, differences, sizes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from mailgate.delivery.clean import one_line
from mailgate.domain.hot01 import Difference, Problem
from mailgate.domain.letters import QuestionSummary
from mailgate.domain.mail import Address
from mailgate.domain.polishdates import day_in_words, hour_in_words, sentence, weekday_name

LABELS = {
    "date": "Data dokumentu",
    "reference": "Znak",
    "user_name": "Imię i nazwisko Użytkownika",
    "office": "Nazwa Urzędu",
    "phone": "Zwrotny numer telefonu",
    "email": "Zwrotny adres e-mail",
    "contact": "Zwrotny numer telefonu lub adres e-mail",
    "question": "Treść pytania",
}
"""The fields of HOT-01 as procedure 3.1.2 names them."""

_PROBLEMS = {
    ("date", "missing"): "Nie podano daty dokumentu.",
    ("date", "invalid"): "Wpisana data dokumentu nie jest poprawną datą.",
    ("reference", "missing"): "Nie podano znaku pisma.",
    ("reference", "invalid"): "Nie udało się odczytać znaku pisma.",
    ("user_name", "missing"): "Nie podano imienia i nazwiska Użytkownika.",
    ("user_name", "invalid"): "Nie udało się odczytać imienia i nazwiska Użytkownika.",
    ("office", "missing"): "Nie podano nazwy Urzędu.",
    ("office", "invalid"): "Nie udało się odczytać nazwy Urzędu.",
    ("contact", "missing"): "Nie podano zwrotnego numeru telefonu ani adresu e-mail.",
    ("contact", "invalid"): "Wpisany zwrotny numer telefonu lub adres e-mail jest niepoprawny.",
    ("question", "missing"): "Nie wpisano treści pytania.",
    ("question", "invalid"): "Nie udało się odczytać treści pytania.",
}
_COUNTING_RULE = "1.5.1"


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled value of the form; ``value`` is None where the form gives none."""

    label: str
    value: str | None


def moment_in(timezone: str) -> Callable[[datetime], str]:
    """A filter: an aware instant as ``poniedziałek, 23 listopada 2026 r., godz. 16:00`` in that zone.

    Seconds are shown where there are some, for one second past the closing hour decides about the day.
    """
    zone = ZoneInfo(timezone)

    def moment(instant: datetime) -> str:
        local = instant.astimezone(zone)
        return f"{weekday_name(local.date())}, {day_in_words(local.date())}, godz. {hour_in_words(local.time())}"

    return moment


def rows(question: QuestionSummary) -> tuple[Row, ...]:
    """The short fields of the form as we read them, in the order of the form; none where there is no form."""
    form = question.form
    if form is None:
        return ()
    return (
        Row(LABELS["date"], day_in_words(form.date) if form.date else None),
        Row(LABELS["reference"], form.reference),
        Row(LABELS["user_name"], form.user_name),
        Row(LABELS["office"], form.office),
        Row(LABELS["phone"], form.phone),
        Row(LABELS["email"], form.email),
    )


def problem(found: Problem) -> str:
    """What is wrong with a field, as a sentence."""
    return _PROBLEMS[(found.field, found.code)]


def difference(found: Difference) -> str:
    """Which of two values was taken, and where the other one stands, as a sentence."""
    label = LABELS.get(found.field, found.field)
    taken = f"przyjęliśmy {_quoted(found.field, found.taken)}" if found.taken else "w przyjętym formularzu nie podano"
    other = f"podano {_quoted(found.field, found.other)}" if found.other else "nie podano"
    return f"{label}: {taken}, a {_place(found.other_source)} {other}."


def counting(because: Sequence[str]) -> str:
    """From the calendar's reasons those that tell from when a question counts; a clerk needs no more of them."""
    chosen = [reason for reason in because if _COUNTING_RULE in reason] or list(because)
    day_off = [reason for reason in because[:2] if "wolnym od pracy" in reason and reason not in chosen]
    return " ".join(sentence(one_line(reason)) for reason in day_off + chosen)


def mailbox(address: Address) -> str:
    """``Name <address>``, or the address alone."""
    return f"{one_line(address.name)} <{address.address}>" if one_line(address.name) else address.address


def size(octets: int) -> str:
    """A file's size as people say it: ``12 kB``, ``1,4 MB``."""
    if octets < 1_000_000:
        return f"{max(1, round(octets / 1000))} kB"
    return f"{octets / 1_000_000:.1f} MB".replace(".", ",")


def _quoted(field: str, value: str) -> str:
    return f"„{_day(value) if field == 'date' else one_line(value)}”"


def _day(value: str) -> str:
    try:
        return day_in_words(date.fromisoformat(value))
    except ValueError:
        return one_line(value)


def _place(source: str) -> str:
    if source == "body":
        return "w treści wiadomości"
    return f"w załączniku {one_line(source.removeprefix('attachment:'))}"
