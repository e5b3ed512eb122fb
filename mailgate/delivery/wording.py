"""Small pieces of Polish that templates put together: moments, field labels, problems, differences, sizes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import phonenumbers

from mailgate.delivery.clean import one_line, shortened
from mailgate.domain.form.beside import beyond_blank_form
from mailgate.domain.hot01 import Difference, Hot01, Problem
from mailgate.domain.letters import QuestionSummary
from mailgate.domain.mail import Address
from mailgate.domain.polish.dates import day_in_words, hour_in_words, on_day, sentence, weekday_name
from mailgate.domain.remembered import remembered

LABELS = {
    "date": "Data dokumentu",
    "reference": "Znak",
    "user_name": "Imię i nazwisko Użytkownika",
    "office": "Nazwa Urzędu",
    "phone": "Zwrotny numer telefonu",
    "email": "Zwrotny adres e-mail",
    "contact": "Zwrotny numer telefonu, e-mail",
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
_AS_WRITTEN = {"date": "niepoprawna data", "contact": "niepełny kontakt"}
_COUNTING_RULE = "1.5.1"
_LONGEST_WRITTEN = 120
_POLAND = 48
_E164 = re.compile(r"(\+\d{6,15})(?:;ext=(\d{1,9}))?")
_HELD_TOGETHER = re.compile(
    r"(?<=\d) (?=r\.|wew\.|\d\d)|(?:(?<=godz\.)|(?<=wew\.)|(?<=pkt)) (?=\d)|(?<=\d) (?=[^\W\d_]{4,} \d{4}\b)"
)


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


def minute_in(timezone: str) -> Callable[[datetime], str]:
    """A filter: an aware instant as ``2026-11-23 16:00 +0100`` in that zone, for letters in English."""
    zone = ZoneInfo(timezone)
    return lambda instant: instant.astimezone(zone).strftime("%Y-%m-%d %H:%M %z")


def until_in(timezone: str) -> Callable[[datetime], str]:
    """A filter: an aware instant as ``we wtorek, 24 listopada 2026 r., do godz. 16:00`` in that zone."""
    zone = ZoneInfo(timezone)

    def until(instant: datetime) -> str:
        local = instant.astimezone(zone)
        return f"{on_day(local.date())}, do godz. {hour_in_words(local.time())}"

    return until


def rows(question: QuestionSummary) -> tuple[Row, ...]:
    """The short fields of the form as we read them, in the order of the form; none where there is no form.

    What is written there but is no date or contact is shown as it was typed, with a remark in brackets.
    """
    form = question.form
    if form is None:
        return ()
    return (
        Row(LABELS["date"], day_in_words(form.date) if form.date else _as_written(question, "date")),
        Row(LABELS["reference"], form.reference),
        Row(LABELS["user_name"], form.user_name),
        Row(LABELS["office"], form.office),
        Row(LABELS["contact"], _contact(form) or _as_written(question, "contact")),
    )


def supplied(question: QuestionSummary, fields: Sequence[str]) -> tuple[Row, ...]:
    """Of these rows those of the given fields, by their names in ``Hot01``: what a clerk has sent later."""
    labels = {LABELS["contact" if field in ("phone", "email") else field] for field in fields}
    return tuple(row for row in rows(question) if row.label in labels and row.value)


def _contact(form: Hot01) -> str | None:
    """Both parts on one line, as the form has them: our own reader then finds both again where they are quoted."""
    parts = [telephone(form.phone)] if form.phone else []
    return ", ".join([*parts, form.email] if form.email else parts) or None


def _as_written(question: QuestionSummary, field: str) -> str | None:
    """``32.13.2026 (niepoprawna data)``, or None where the form holds nothing there that was found wrong."""
    if question.form is None or not any((one.field, one.code) == (field, "invalid") for one in question.problems):
        return None
    value = next((one.value for one in question.form.findings if one.field == field), "")
    written = shortened(value, _LONGEST_WRITTEN)
    return f"{written} ({_AS_WRITTEN[field]})" if written else None


@remembered(most=1024)
def telephone(number: str) -> str:
    """An E.164 number with an extension as people read it: ``81 531 53 80 wew. 12``; anything else as it is."""
    found = _E164.fullmatch(number)
    if found is None:
        return one_line(number)
    try:
        parsed = phonenumbers.parse(found[1])
    except phonenumbers.NumberParseException:
        return number
    at_home = parsed.country_code == _POLAND
    kind = phonenumbers.PhoneNumberFormat.NATIONAL if at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    shown = phonenumbers.format_number(parsed, kind)
    return f"{shown} wew. {found[2]}" if found[2] else shown


def beyond_form(question: QuestionSummary) -> str:
    """What the mail's text says more than its blank form; "" for nothing worth reading."""
    return beyond_blank_form(question.text, question.form)


def unbroken(words: str) -> str:
    """Our own words with spaces at which no line may end: ``2026 r.``, ``godz. 16:00``, a telephone number.

    For HTML only: in plain text people copy and search, and there such characters surprise.
    """
    return _HELD_TOGETHER.sub("\N{NO-BREAK SPACE}", words)


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
    if field == "date":
        return f"„{_day(value)}”"
    return f"„{telephone(value) if field == 'phone' else one_line(value)}”"


def _day(value: str) -> str:
    try:
        return day_in_words(date.fromisoformat(value))
    except ValueError:
        return one_line(value)


def _place(source: str) -> str:
    if source == "body":
        return "w treści wiadomości"
    return f"w załączniku {one_line(source.removeprefix('attachment:'))}"
