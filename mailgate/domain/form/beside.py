"""What a mail says beside its form: a telephone that the form has wrong, a plea to hurry, a colleague's remark.

Shown to consultants only, so in doubt a line stays.  Left out is what says nothing: the form's own lines, a greeting, the
sentence that a form is attached, signatures, notices, quoted history.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from mailgate.domain.addresses.address import Address
from mailgate.domain.document import Document, lines_of
from mailgate.domain.form.courtesy import is_contact_line, is_sentence, says_nothing
from mailgate.domain.form.endings import is_disclaimer, is_page_number, is_sign_off
from mailgate.domain.form.flow import Item
from mailgate.domain.form.labels import label_at_start
from mailgate.domain.form.placeholders import is_hint, is_placeholder, without_leaders
from mailgate.domain.form.reading import lines_beside_forms
from mailgate.domain.hot01 import Hot01
from mailgate.domain.polish.words import folded_words
from mailgate.domain.quotation.rows import Row, fold, is_rule, rows_of_text
from mailgate.domain.quotation.signatures import without_signature
from mailgate.domain.reply import STUB

MOST_CHARACTERS: Final = 20_000
MOST_LINES: Final = 1_000
_CUT: Final = "[…]"
_FORM_WORDS: Final = frozenset(
    folded_words(
        "CSIZS Zgłoszenie pytania HOT-1 HOT-01 HOT 01 data znak nr e-mail formularz opis formularza nazwa pola"
        " Imię i nazwisko Użytkownika Nazwa Urzędu Zwrotny nr numer telefonu i/lub e-mail Treść pytania"
    )
)
_WORD: Final = re.compile(r"\w{2,}")
_MOSTLY: Final = 0.6
_DIGITS_OF_TELEPHONE: Final = 7


def text_beside(
    documents: Sequence[Document], forms: Sequence[Hot01], sender: Address | None, subject: str, *, answers: bool
) -> str:
    """What the text of a mail, and of messages attached to it, says beside its forms; "" for nothing worth reading.

    ``documents`` are those in which ``forms`` were found; ``subject`` and ``answers`` as for ``find_forms``.  Files are
    left out: they go along to the consultants.
    """
    letters = [one for one in documents if one.source == "body" or one.subject]
    known = _Known(forms, sender)
    said: list[str] = []
    for source, alternatives in groupby(letters, key=lambda one: one.source):
        text = _of_alternatives(tuple(alternatives), known, subject if source == "body" else None, answers)
        said += [text] if text else []
    return _shortened("\n\n".join(dict.fromkeys(said)))


def beyond_blank_form(text: str, form: Hot01 | None) -> str:
    """What the text of a mail with a blank form says more than that form; "" for nothing worth reading."""
    return _shortened(_worth_reading(rows_of_text(text), _Known((form,) if form else (), None)))


class _Known:
    """The words and telephone digits that forms hold in their short fields: lines of these alone tell nothing new."""

    def __init__(self, forms: Iterable[Hot01], sender: Address | None) -> None:
        texts = [sender.name, sender.address] if sender else []
        phones = []
        for form in forms:
            texts += [value for value in (form.user_name, form.office, form.reference, form.email) if value]
            texts += [form.date.strftime("%d %m %Y"), form.date.isoformat()] if form.date else []
            found = [(one.label or "", one.value) for one in form.findings if one.field != "question"]
            texts += [text for pair in found for text in pair]
            phones += [form.phone or "", *(value for _, value in found)]
        self.words = _FORM_WORDS.union(*map(folded_words, texts))
        self._digits = "/".join("".join(re.findall(r"\d", phone)) for phone in phones)

    def holds(self, text: str) -> bool:
        """True where a text repeats only what is known."""
        left = set(folded_words(text)) - self.words
        if not left:
            return True
        digits = "".join(re.findall(r"\d", text))
        telephone = len(digits) >= _DIGITS_OF_TELEPHONE and digits in self._digits
        return telephone and all(word.isdigit() for word in left)


def _of_alternatives(documents: Sequence[Document], known: _Known, subject: str | None, answers: bool) -> str:
    """The text of the body that shows the form best (of equals the last, the richest), and what another holds alone."""
    read = [_beside(one, known, subject, answers) for one in documents]
    best = max(range(len(read)), key=lambda place: (read[place][0], bool(read[place][1]), place))
    words = _words(line.text for line in lines_of(documents[best].blocks))
    others = [line for place in range(len(read)) if place != best for line in read[place][1].splitlines()]
    return "\n".join([read[best][1], *(line for line in others if _is_missing(line, words))]).strip()


def _beside(document: Document, known: _Known, subject: str | None, answers: bool) -> tuple[int, str]:
    """How many filled forms one text holds, and what it says beside them."""
    given = document.subject if subject is None else subject
    filled, passages = lines_beside_forms(document, given, answers and subject is not None)
    texts = [_worth_reading(tuple(_rows(passage)), known) for passage in passages]
    return filled, "\n\n".join(text for text in texts if text)


def _is_missing(line: str, known: frozenset[str]) -> bool:
    words = _words([line])
    says_nothing = "://" in line or STUB.search(fold(line)) is not None
    return len(words) >= 2 and len(words - known) >= _MOSTLY * len(words) and not says_nothing


def _words(lines: Iterable[str]) -> frozenset[str]:
    return frozenset(word for line in lines for word in _WORD.findall(line.casefold()))


def _rows(items: Iterable[Item]) -> Iterator[Row]:
    """Items as rows: the cells of one row of a table as one, unless a cell of several lines lays out the page."""
    for _, group in groupby(enumerate(items), key=lambda one: one[1].path[-1][:2] if one[1].path else one[0]):
        cells = [item for _, item in group if item.text or not item.path]
        if len({item.path for item in cells}) == len(cells) > 1:
            cells = [replace(cells[0], text=" | ".join(item.text for item in cells))]
        for cell in cells:
            yield from (replace(row, cue=cell.cue) for row in rows_of_text(cell.text))


def _worth_reading(rows: Sequence[Row], known: _Known) -> str:
    """The first rows as text without all that says nothing; "" where nothing else is left."""
    rows = rows if len(rows) <= MOST_LINES else (*rows[:MOST_LINES], Row(_CUT))
    kept = [row for row in _without_closing(_without_disclaimers(without_signature(rows))) if not _is_forms(row, known)]
    text = "\n".join(_single_spaced(kept))
    return "" if says_nothing(text, known.words) else text


def _is_forms(row: Row, known: _Known) -> bool:
    """True for a line that the form prints, or that repeats what it holds."""
    text = row.text
    if not text:
        return False
    if is_rule(row) or not without_leaders(text) or is_hint(text) or is_page_number(text) or known.holds(text):
        return True
    label = label_at_start(text)
    value = text[label.value_start :] if label else ""
    return label is not None and (is_placeholder(value) or known.holds(value))


def _without_disclaimers(rows: Sequence[Row]) -> list[Row]:
    texts = [row.text for row in rows]
    kept: list[Row] = []
    inside = False
    for place, row in enumerate(rows):
        inside = bool(row.text) and (inside or is_disclaimer(texts, place))
        kept += [] if inside else [row]
    return kept


def _without_closing(rows: Sequence[Row]) -> list[Row]:
    """Without the farewell and the signature below it, unless something is said there as well (a postscript)."""
    first = next((place for place, row in enumerate(rows) if is_sign_off(row.text)), len(rows))
    says_more = any(is_sentence(row.text) for row in rows[first + 1 :])
    kept = list(rows if says_more else rows[:first])
    while kept and (kept[-1].blank or is_contact_line(kept[-1].text)):
        kept.pop()
    return kept


def _single_spaced(rows: Iterable[Row]) -> list[str]:
    """The rows as lines without blank ones at both ends, never two in a row."""
    lines: list[str] = []
    for row in rows:
        if row.text or (lines and lines[-1]):
            lines.append(row.text)
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _shortened(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS].rstrip()}\n{_CUT}"
