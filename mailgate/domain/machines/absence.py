"""Until when the author of a vacation note is away, as far as the note says it in Polish, English or German."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from mailgate.domain.machines import phrases
from mailgate.domain.machines.ownwords import own_words
from mailgate.domain.machines.subjects import first_tag, opening_of, subject_of
from mailgate.domain.mail import InboundMail

_LONGEST_ABSENCE = timedelta(days=400)
_LONGEST_WITHOUT_YEAR = timedelta(days=270)
_MOST_LOOKED_AT = 1_500

_MONTHS = {
    month: number
    for number, names in enumerate(
        (
            "stycznia january januar", "lutego february februar", "marca march marz maerz", "kwietnia april",
            "maja may mai", "czerwca june juni", "lipca july juli", "sierpnia august", "wrzesnia september",
            "pazdziernika october oktober", "listopada november", "grudnia december dezember",
        ),
        start=1,
    )
    for month in names.split()
}  # fmt: skip
_NAMED = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY = rf"""(?:
    (?P<iso>\d{{4}}-\d{{2}}-\d{{2}})
  | (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\.?\s?(?:of\s)?(?P<named>{_NAMED})\b(?:,?\s?(?P<year>\d{{4}}))?
  | (?P<number>\d{{1,2}})(?P<mark>[./-])\s?(?P<month>\d{{1,2}})(?!\d)(?:(?P=mark)\s?(?P<full>\d{{4}}))?
  | (?P<first>{_NAMED})\s(?P<behind>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s(?P<later>\d{{4}}))?
)"""
_WEEKDAY = (
    r"(?:(?:poniedzial|wtor|srod|czwart|piat|sobot|niedziel|mon|tues|wednes|thurs|fri|satur|sun|dienst|mittw|donnerst"
    r"|freit|samst|sonnt)[a-z]{0,8},?\s)?"
)
_BACK = r"wracam|wroce|powrot|powroce|ponownie\sdostepn[ya]|back|return(?:ing)?|wieder"
_LAST_DAY = re.compile(
    rf"(?:\b(?:do|until|till|through|to|bis)\b|(?<=\d)\.?\s?[-–—])\s?"
    rf"(?:dnia\s|zum\s|the\s|and\sincluding\s|(?:zum\s)?einschlie(?:ß|ss)lich\s)?{_WEEKDAY}{_DAY}",
    re.VERBOSE,
)
_FIRST_DAY_BACK = re.compile(
    rf"\b(?:{_BACK}|bede\s(?:ponownie\s|znow\s)?(?:dostepn[ya]|w\s(?:pracy|biurze|urzedzie)))\b[^.\n\d]{{0,40}}?"
    rf"(?P<after>\bpo\s|\bafter\s|\bnach\s)?(?:od\s|dnia\s|on\s|from\s|am\s|ab\s)?{_WEEKDAY}{_DAY}",
    re.VERBOSE,
)
_BACK_FROM = re.compile(
    rf"\b(?:ab|od|from)\s(?:dem\s|dnia\s|the\s)?{_WEEKDAY}{_DAY}[^.\n]{{0,30}}\b(?:{_BACK}|bede)\b", re.VERBOSE
)
_ONE_DAY = re.compile(rf"\b(?:w\sdniu|dnia)\s{_DAY}", re.VERBOSE)
_AWAY = re.compile(
    r"\b(?:urlop|nieobecn|zwolnieni|delegacj|wakacj|poza biurem|nieczynn|vacation|holiday|out of (?:the )?office|on leave"
    r"|(?:out|away) (?:until|till)|abwesen|urlaub)"
)


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody is away; ``until`` is the last day of it, or None where the note does not tell."""

    until: date | None


def absence_of(mail: InboundMail, today: date) -> Absence | None:
    """The absence of which an automatic mail speaks, or None where it speaks of none.

    ``today`` is the day of receipt in Warsaw: a date without a year is the next such day.  The mail must be known as
    automatic: people write of their holidays, too.
    """
    words = own_words(mail)[:_MOST_LOOKED_AT]
    subject = opening_of(subject_of(mail))
    by_subject = phrases.SOMEBODY_IS_OUT_SUBJECT.match(subject) or phrases.ABSENCE_SUBJECT.match(subject)
    by_text = phrases.ABSENT_TEXT.search(words) or _AWAY.search(words)
    if not (by_subject or by_text or is_automatic_subject(mail)):
        return None
    return Absence(next(_last_days(f"{words}\n{subject}", today), None))


def is_automatic_subject(mail: InboundMail) -> bool:
    """``Odpowiedź automatyczna: ...`` before everything else: people who answer one have ``Re:`` there."""
    subject = subject_of(mail)
    opening = opening_of(subject)
    prefixed = phrases.REPLY_SUBJECT.match(opening) or phrases.PERHAPS_REPLY_SUBJECT.match(opening)
    return prefixed is not None or phrases.REPLY_TAG.fullmatch(first_tag(subject)) is not None


def _last_days(text: str, today: date) -> Iterator[date]:
    """The last days of absence that a text tells, a day on which the author is back counted as the day after it."""
    for shape, earlier in ((_LAST_DAY, 0), (_FIRST_DAY_BACK, 1), (_BACK_FROM, 1), (_ONE_DAY, 0)):
        for found in shape.finditer(text):
            day = _day(found, today)
            if day is not None and today <= day <= today + _LONGEST_ABSENCE:
                # "After the 15th" one is away on the 15th, too.
                still_away = found.groupdict().get("after") is not None
                yield day - timedelta(days=0 if still_away else earlier)


def _next(today: date, month: int, day: int) -> date | None:
    """The next such day; one too far away for a date without a year was probably none at all ("do 12.10")."""
    this_year = date(today.year, month, day)
    following = this_year if this_year >= today else date(today.year + 1, month, day)
    return following if following <= today + _LONGEST_WITHOUT_YEAR else None


def _day(found: re.Match[str], today: date) -> date | None:
    """The day of a match, None where there is no such day."""
    try:
        if found["iso"]:
            return date.fromisoformat(found["iso"])
        named = found["named"] or found["first"]
        month = _MONTHS[named] if named else int(found["month"])
        day = int(found["day"] or found["number"] or found["behind"])
        year = found["year"] or found["full"] or found["later"]
        if found["mark"] == "/" and not named and day != month:
            # 12/07 is the 12th of July in Europe and the 7th of December in America: only a number over 12 tells.
            if max(day, month) <= 12:
                return None
            day, month = max(day, month), min(day, month)
        if year:
            return date(int(year), month, day)
        # Telephone numbers have hyphens, too.
        return None if found["mark"] == "-" else _next(today, month, day)
    except ValueError:
        return None
