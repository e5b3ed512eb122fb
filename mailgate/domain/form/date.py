"""The date of a document, in all the ways in which clerks write one."""

from __future__ import annotations

import re
from datetime import date as Date  # noqa: N812 - a field is called date

from mailgate.domain.polish.words import fold
from mailgate.domain.remembered import remembered

_MONTHS = (
    ("styczen", "stycznia", "sty", "january", "jan", "i"),
    ("luty", "lutego", "lut", "february", "feb", "ii"),
    ("marzec", "marca", "mar", "march", "iii"),
    ("kwiecien", "kwietnia", "kwi", "april", "apr", "iv"),
    ("maj", "maja", "may", "v"),
    ("czerwiec", "czerwca", "cze", "june", "jun", "vi"),
    ("lipiec", "lipca", "lip", "july", "jul", "vii"),
    ("sierpien", "sierpnia", "sie", "august", "aug", "viii"),
    ("wrzesien", "wrzesnia", "wrz", "september", "sep", "sept", "ix"),
    ("pazdziernik", "pazdziernika", "paz", "pazdz", "october", "oct", "x"),
    ("listopad", "listopada", "lis", "list", "november", "nov", "xi"),
    ("grudzien", "grudnia", "gru", "grud", "december", "dec", "xii"),
)
_MONTH_NUMBER = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names}
_GAP = r"[\s.,/\-–—]{0,4}"
_NUMBER_GAP = r"\s{0,2}[./\-–—\s]\s{0,2}"
_YEAR_FIRST = re.compile(
    rf"(?<!\d)(?P<year>\d{{4}}){_NUMBER_GAP}(?P<month>\d{{1,2}}){_NUMBER_GAP}(?P<day>\d{{1,2}})(?!\d)"
)
_DAY_FIRST = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}}){_NUMBER_GAP}(?P<month>\d{{1,2}}){_NUMBER_GAP}'?(?P<year>\d{{4}}|\d{{2}})(?!\d)"
)
_NAMED_MONTH = re.compile(
    rf"(?<!\d)(?P<day>\d{{1,2}})(?:-?e?go\b)?{_GAP}(?P<month>[a-z]{{1,12}}){_GAP}'?(?P<year>\d{{4}}|\d{{2}})(?!\d)"
)
_MONTH_FIRST = re.compile(r"(?P<month>[a-z]{3,12})\.?\s{1,2}(?P<day>\d{1,2}),?\s{1,2}(?P<year>\d{4})(?!\d)")
_COMPACT = re.compile(r"(?<!\d)(?P<year>20\d{2})(?P<month>\d{2})(?P<day>\d{2})(?!\d)")
_SHAPES = (_YEAR_FIRST, _DAY_FIRST, _NAMED_MONTH, _MONTH_FIRST, _COMPACT)
_PLACE = re.compile(r"^\s*[A-ZŁŚŻŹĆ][^\W\d_]+(?:[ -][A-ZŁŚŻŹĆ][^\W\d_]+){0,3}\s?,\s")
_LETTERS = re.compile(r"[a-z]+")
_AMOUNT = re.compile(r"\d,\d{2}(?!\d)")
"""``1 12/2026 500,00`` is a row of a list of payments."""
_NUMBER_LIKE_NO_HOUR = re.compile(r"\d{3}|\d[/-]\d")
_SHAPE_ALONE = re.compile(r"(?:dnia|dn\.)?\s?\d{1,4}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{2,4}\s?(?:r\.?|roku)?")
_DAYS = ("poniedzialek", "wtorek", "sroda", "czwartek", "piatek", "sobota", "niedziela")
_WORDS_BESIDE = frozenset({"r", "roku", "dnia", "dn", "z", "go", "ego", "godz", "godzina", "g", *_DAYS})
_LONGEST = 200
_BETWEEN = " ,;/|-–"
_YEARS = range(1990, 2100)


@remembered(most=1024, longest=_LONGEST)
def read_date(text: str) -> Date | None:
    """The first date in a text (``Łąck, dnia 20 listopada 2026 r.``), or None where there is none or it does not exist.

    Day before month, as in Poland; a year of two digits is of this century.
    """
    first = _first_shape(fold(text[:_LONGEST]))
    if first is None:
        return None
    year = int(first["year"])
    return _existing(year if len(first["year"]) == 4 else 2000 + year, _month(first["month"]), int(first["day"]))


def _first_shape(folded: str) -> re.Match[str] | None:
    found = (match for shape in _SHAPES for match in shape.finditer(folded) if _month(match["month"]))
    return min(found, key=lambda match: (match.start(), _SHAPES.index(match.re)), default=None)


def is_date_alone(text: str) -> bool:
    """True where a text is a date and nothing but what goes with one: a place before it, the hour after it."""
    if read_date(text) is None:
        return False
    if _AMOUNT.search(text) or _holds_another_number(fold(text)):
        return False
    rest = [word for word in _LETTERS.findall(fold(_PLACE.sub("", text))) if word not in _MONTH_NUMBER]
    return all(word in _WORDS_BESIDE for word in rest)


def _holds_another_number(folded: str) -> bool:
    """True for ``20.11.2026 1234.2026``, a date and a reference; an hour goes with a date."""
    date = _first_shape(folded)
    return date is not None and bool(_NUMBER_LIKE_NO_HOUR.search(f"{folded[: date.start()]} {folded[date.end() :]}"))


def is_shaped_like_date(text: str) -> bool:
    """True for what is written as a date and nothing else, whether there is such a day or not (``31.02.2026``)."""
    return _SHAPE_ALONE.fullmatch(text.strip()) is not None


def date_and_rest(text: str) -> tuple[str, str]:
    """The date at the beginning or at the end of a text and what else stands there; no date gives ``("", text)``."""
    words = text[:_LONGEST].split()
    for count in range(len(words), 0, -1):
        for run, rest in ((words[:count], words[count:]), (words[-count:], words[:-count])):
            if is_date_alone(" ".join(run)):
                return " ".join(run).strip(_BETWEEN), " ".join(rest).strip(_BETWEEN)
    return "", text


def _month(text: str) -> int:
    """The month's number, or 0: a number that is none too, so that ``31.13.2026`` is seen and refused."""
    return int(text) if text.isdigit() else _MONTH_NUMBER.get(text, 0)


def _existing(year: int, month: int, day: int) -> Date | None:
    try:
        return Date(year, month, day) if year in _YEARS else None
    except ValueError:
        return None
