"""Our own letters as they look when somebody quotes them: by several traits, for clients trim, wrap and re-draw them."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from typing import Final

from mailgate.domain.quotation.marks import LAST_LINE, MARKER_LINE
from mailgate.domain.quotation.rows import Row, fold, next_filled

_MARKER: Final = re.compile(r"#{1,3} ?-{1,3} ?\S.{3,150}?\S? ?-{1,3} ?#{1,3}")
_NUMBER: Final = r"hot-?0?1/\d{4}/\d{3,}"
# What such a line speaks of in any language into which a client may have put it; without them it is somebody's own.
_OF_ANSWERING: Final = re.compile(
    r"odpowied|odpisz|pisz|powyzej|nad t|lini|wiersz|reply|respon|answer|write|above|line|antwort|oberhalb|zeile|schreib"
)
_HEADINGS: Final = re.compile(
    rf"(?:nowe pytanie|dopisek do pytania|pytanie|uzupelnienie pytania)\W{{0,3}}{_NUMBER}\b.*"
)
_HEADING_ALONE: Final = re.compile(rf"(?:nowe pytanie|dopisek do pytania)\W{{0,3}}{_NUMBER}")
_LABELS: Final = re.compile(
    r"(numer|uzytkownik|urzad|telefon, e-mail|znak pisma|imie i nazwisko uzytkownika|nazwa urzedu|kontakt"
    r"|zwrotny nr telefonu, e-mail|termin potwierdzenia|potwierdzic do|kod wiadomosci|data dokumentu"
    r"|otrzymano|wplynelo|liczy sie od|polecenia \(pierwsza linia odpowiedzi\)) ?(?::|\|).*"
)
_QUESTION: Final = re.compile(r"(?:tresc pytania|tresc wiadomosci|pytanie):?")
_DEADLINE: Final = re.compile(r"(?:termin potwierdzenia|potwierdzic do) ?[:|].*")
_COMMANDS: Final = re.compile(r"polecenia \(pierwsza linia odpowiedzi\):?")
_COMMAND_LINE: Final = re.compile(r"#[^\W\d]\w*(?: .*)?")
_LAST: Final = re.compile(r"wystarczy odpowiedziec na te wiadomosc\b.*")
_LAST_WORDS: Final = frozenset(re.findall(r"[#\w]+", fold(LAST_LINE) + " opis polecen: #pomoc"))

_MARKER_BEGINS: Final = re.compile(r"#{2,3} ?-{1,3} ?\w")
_MARKER_WORDS: Final = frozenset(re.findall(r"\w+", fold(MARKER_LINE)))
_FAR: Final = 14
_TRAITS_ENOUGH: Final = 3


def is_marker(row: Row) -> bool:
    """True for the line above which people are asked to write, in whatever language: ``##- ... -##``."""
    return _MARKER.fullmatch(row.key) is not None and _OF_ANSWERING.search(row.key) is not None


def trait_of(row: Row) -> str | None:
    """The name of the trait of our letters that a row shows, or None."""
    key = row.key
    if is_marker(row):
        return "marker"
    if _HEADINGS.fullmatch(key):
        return "heading"
    if label := _LABELS.fullmatch(key):
        return label[1] if label[1] != "numer" or re.search(_NUMBER, key) else None
    if _QUESTION.fullmatch(key):
        return "question"
    return "last line" if _LAST.fullmatch(key) else None


def begins_at(rows: Sequence[Row], index: int, stops: Container[int] = ()) -> bool:
    """True where a letter of ours begins: its marker, or a row with a trait and two further traits close below.

    Traits count together only up to the next row in ``stops``, marker or heading, and at one depth of quotation.
    """
    first = trait_of(rows[index])
    if first is None or first in {"marker", "last line"}:
        return first == "marker"
    traits = {first}
    seen = 1
    for below in range(index + 1, min(index + 3 * _FAR, len(rows))):
        row = rows[below]
        if row.blank:
            continue
        trait = trait_of(row)
        seen += 1
        if seen > _FAR or below in stops or trait in {"marker", "heading"} or row.depth != rows[index].depth:
            return False
        if trait is not None:
            traits.add(trait)
        if len(traits) >= _TRAITS_ENOUGH:
            return True
    return False


def over_heading(rows: Sequence[Row], start: int) -> int:
    """The index of the heading right above a letter's first known row, or of a broken marker there, or that row's own."""
    above = _filled_above(rows, start)
    if above >= 0 and _HEADING_ALONE.fullmatch(rows[above].key):
        start = above
    return _over_broken_marker(rows, start)


def _over_broken_marker(rows: Sequence[Row], start: int) -> int:
    """The index of a marker line that was wrapped or cut short, right above ``start``; else ``start`` itself."""
    above = _filled_above(rows, start)
    for index in range(above, max(-1, above - 3), -1):
        if not _MARKER_WORDS.issuperset(re.findall(r"\w+", rows[index].key)):
            break
        if _MARKER_BEGINS.match(rows[index].key):
            return index
    return start


def _filled_above(rows: Sequence[Row], start: int) -> int:
    """The index of the nearest row above that is not blank, at most four up; it may be negative."""
    above = start - 1
    while above >= max(0, start - 4) and rows[above].blank:
        above -= 1
    return above


def end_of_letter(rows: Sequence[Row], start: int) -> int | None:
    """The index after the letter's fixed end (its last line, or its list of commands), or None where that was cut off."""
    end = None
    for index in range(start, len(rows)):
        key = rows[index].key
        if _LAST.fullmatch(key):
            end = _end_of_last_line(rows, index)
        elif _COMMANDS.fullmatch(key):
            end = max(end or 0, _end_of_commands(rows, index))
    return end


def _end_of_last_line(rows: Sequence[Row], index: int) -> int:
    """After the last line with the rows onto which a client wrapped it."""
    for following in range(index + 1, min(index + 5, len(rows))):
        words = re.findall(r"[#\w]+", rows[following].key)
        if not words or not _LAST_WORDS.issuperset(words):
            return following
    return min(index + 5, len(rows))


def _end_of_commands(rows: Sequence[Row], index: int) -> int:
    end = index + 1
    at = next_filled(rows, end)
    while at < len(rows) and _COMMAND_LINE.fullmatch(rows[at].key):
        end = at + 1
        at = next_filled(rows, end)
    return end


def strangers(rows: Sequence[Row], start: int, end: int) -> tuple[int, ...]:
    """Rows of one quoted letter that no letter of ours holds: text between the labels, or behind the deadline.

    The question itself is free text, so what was written into it cannot be told apart here.
    """
    found: list[int] = []
    place, labels = "head", 0
    for index in range(start, end):
        key = rows[index].key
        if rows[index].blank:
            continue
        if place == "head" and _QUESTION.fullmatch(key):
            # Where fewer than two labels were known this is a letter of another kind, of which nothing is known.
            place = "question" if labels >= 2 else "unknown"
        elif place == "question" and _DEADLINE.fullmatch(key):
            place = "tail"
        elif place in {"head", "tail"}:
            labels += trait_of(rows[index]) is not None
            if _is_strange(rows, index, start):
                found.append(index)
    return tuple(found) if place == "tail" else ()


def _is_strange(rows: Sequence[Row], index: int, start: int) -> bool:
    row = rows[index]
    if trait_of(row) or re.search(r"[:|]", row.key[:60]) or _COMMAND_LINE.fullmatch(row.key):
        return False
    # A long row above may be wrapped: then this is the rest of it.
    above = rows[index - 1] if index > start else None
    return above is None or len(above.text) < 50
