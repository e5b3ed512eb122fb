"""What belongs to the label of a short field: the text beside it, below it or in its cell, to where that surely ends."""

from __future__ import annotations

import re
from collections.abc import Sequence

from mailgate.domain.form.cells import is_row_below, same_place, same_table, shares_row
from mailgate.domain.form.contact import read_contact
from mailgate.domain.form.date import date_and_rest, is_date_alone, read_date
from mailgate.domain.form.endings import is_advertisement, is_sign_off, is_signature_mark
from mailgate.domain.form.flow import Item
from mailgate.domain.form.labels import HEADER, label_at_start, number_of
from mailgate.domain.form.marks import Mark
from mailgate.domain.form.placeholders import is_hint_in_parentheses, is_ruler, without_leaders
from mailgate.domain.form.spans import NOTHING_THERE, Numbered, Region, foreign_label, place_of, texts_of
from mailgate.domain.form.titles import title_weight

_BEGINNING_OF_REFERENCE = re.compile(r"[A-ZĄĆĘŁŃÓŚŹŻ]{1,6}|[Ll]\.?\s?dz\.")
_IN_FURTHER_ROWS = ("office", "contact")
_LINES_OF = {"date": 2, "reference": 2, "user_name": 3, "office": 5, "contact": 8}
_WORDS_OF_A_REFERENCE = 4
_WORDS_OF_A_CONTACT = 6
_WORDS_OF_A_HEADER_LINE = 10


def short_region(items: Sequence[Item], mark: Mark, limit: tuple[int, int]) -> Region:
    """The text of a short field (name, office, contact, date, reference) up to the next label at ``limit``."""
    lines: list[str] = []
    place = NOTHING_THERE
    first: Numbered | None = None
    last = mark.index
    number = number_of(items[mark.index].text)
    for item, text in texts_of(items, mark, limit):
        if item.index > mark.index:
            goes_on = _goes_on(item, text, mark, first, lines) or (
                item.index == last + 1 and _is_rest_of_contact(mark, item, text, lines)
            )
            if not goes_on or (number and number_of(text) == number + 1):
                break
            if text and items[mark.index].cue == "page" and item.cue != "page":
                break
            if not text or (item.cue == "page" and items[mark.index].cue != "page"):
                continue
        if not without_leaders(text) or (not lines and (is_hint_in_parentheses(text) or is_ruler(text))):
            # ``(kto zgłasza)`` is printed between the label and the value, and a label may be underlined.
            continue
        if not lines:
            first = item
            place = place_of(mark, item)
        lines.append(text)
        last = item.index
        if len(lines) >= _LINES_OF.get(mark.field, 1):
            break
    return Region(mark, tuple(lines), place, last)


def _goes_on(item: Numbered, text: str, mark: Mark, first: Numbered | None, lines: list[str]) -> bool:
    """True where a line further down may still belong to a short field."""
    inside = item.path[: len(mark.path)] == mark.path
    if first is None:
        beside = mark.path not in ((), item.path) and shares_row(mark.path, item.path)
        below = mark.field in HEADER and not beside
        if below and not _fits_header(mark, text):
            return False
        return (inside or same_table(mark.path, item.path)) and not _ends_short(text)
    if not text and item.path not in ((), first.path):
        # What stands in the next cells decides.
        return True
    still_there = item.path == first.path or same_place(mark.path, first.path, item.path)
    if not still_there and not (mark.field in _IN_FURTHER_ROWS and is_row_below(mark.path, first.path, item.path)):
        return False
    if not text:
        return bool(item.path) or (mark.field == "contact" and _is_open_contact(lines))
    if _ends_short(text) or is_ruler(text):
        return False
    return _may_continue(mark, text, lines)


def _fits_header(mark: Mark, text: str) -> bool:
    """True for what may be a date or a reference below its label: few words with a digit, or a line to write on."""
    words = without_leaders(text).split()
    if not words or (mark.field == "date" and read_date(text) is not None):
        return True
    if mark.field == "date" and len(words) == 1 and words[0].isalpha() and words[0].islower():
        # ``wczoraj``
        return True
    if mark.field == "reference" and is_date_alone(text):
        # Below ``data:    znak:`` the date alone was written.
        return False
    # Below ``data: znak:`` both may stand in one line.
    rest = date_and_rest(text)[1].split() if len(words) <= _WORDS_OF_A_HEADER_LINE else words
    return len(rest) <= _WORDS_OF_A_REFERENCE and any(map(str.isdigit, text))


def _is_open_contact(lines: list[str]) -> bool:
    """True while a contact has a telephone and no address, or the reverse: the other may follow an empty line."""
    text = " ".join(lines)
    return ("@" in text) != (sum(char.isdigit() for char in text) >= 9)


def _is_rest_of_contact(mark: Mark, item: Numbered, text: str, lines: list[str]) -> bool:
    """True for a telephone alone right below the table in whose last row the address stands, or the reverse.

    A line that was too long for the page goes on at its left edge.
    """
    if mark.field != "contact" or item.path or not lines or not _is_open_contact(lines):
        return False
    rest = read_contact(text)
    return bool(rest.phone or rest.email) and len(text.split()) <= _WORDS_OF_A_CONTACT


def _may_continue(mark: Mark, text: str, lines: list[str]) -> bool:
    """True where a further line fits the field: dates and references break only where they are visibly not complete."""
    if mark.field == "reference":
        broken = lines[-1].endswith((".", "/", "-")) or (is_beginning_of_reference(lines[-1]) and text[:1].isdigit())
        return broken and len(text.split()) == 1
    if mark.field == "date":
        if mark.part == "and reference":
            return len(lines) == 1 and len(text.split()) <= _WORDS_OF_A_REFERENCE
        return not any(char.isdigit() for char in lines[-1][-5:]) or len(text) <= 8
    if mark.field == "contact" and not mark.path:
        broken = lines[-1].endswith((".", "-", "_", "@", ",", ";", "/")) or text.startswith(("@", "."))
        return broken or any(char.isdigit() or char == "@" for char in text) or len(lines) == 1
    return mark.field == "contact" or not (not mark.path and text.endswith("?"))


def is_beginning_of_reference(text: str) -> bool:
    """True for ``FN`` and ``L.dz.``, which a space parts from the number: a line may have been broken there."""
    return _BEGINNING_OF_REFERENCE.fullmatch(text) is not None


def _ends_short(text: str) -> bool:
    """True for a line that begins something else: a sign-off, another label, a title."""
    if not text:
        return False
    if is_sign_off(text) or is_signature_mark(text) or is_advertisement(text) or title_weight(text) >= 4:
        return True
    return foreign_label(text) is not None and _is_no_contact_label(text)


def _is_no_contact_label(text: str) -> bool:
    label = label_at_start(text)
    return label is None or label.field != "contact"
