"""What belongs to a label: the text beside it, below it or in its cell, to where its structure says that it ends."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailgate.domain.form.candidates import FormMarks
from mailgate.domain.form.date import read_date
from mailgate.domain.form.endings import ending, is_advertisement, is_page_number, is_sign_off, is_signature_mark
from mailgate.domain.form.flow import Item, Path
from mailgate.domain.form.labels import label_at_start
from mailgate.domain.form.marks import HEADER, Mark
from mailgate.domain.form.placeholders import (
    is_hint,
    is_hint_in_parentheses,
    is_leader_line,
    is_placeholder,
    is_ruler,
    without_leaders,
    without_long_leaders,
)
from mailgate.domain.form.titles import title_weight
from mailgate.domain.polish.words import folded_words

_FOREIGN_LABEL = re.compile(r"[\s\d.)*•–-]{0,6}[A-ZŻŹĆŁŚÓĄĘŃ][^\W\d_]{2,20}(?:[ /-][^\W\d_]{1,20}){0,4}\s?:(?:\s|$)")
_NUMBER_BEFORE_LABEL = re.compile(r"\s\(?(?:\d{1,2}|[a-zA-Z])[.)]\s*$")
_SIGN_BEFORE_LABEL = re.compile(r"(?:\s[/\\|•–-]|[,;|])\s*$")
_NUMBER_ALONE = re.compile(r"\(?(?:\d{1,2}|[a-z]|[IVX]{1,4})[.)]{0,2}")
_BULLET_AFTER_COLON = re.compile(r"[:\]>}]\s+([*–—·])\s+$")
_IN_FURTHER_ROWS = ("office", "contact")
_LINES_OF = {"date": 2, "reference": 2, "user_name": 3, "office": 5, "contact": 8}
_CLOSING_LINES = 6
_WORDS_OF_A_REFERENCE = 4
_WORDS_OF_A_SENTENCE = 4
BELOW_THE_TABLE = "below the table of the label"
BELOW_A_RULER = "below a ruler"


@dataclass(frozen=True, slots=True)
class Region:
    """A label's text line by line, and in which place it was found (English).

    ``last`` is the index of the last item that belongs to it; without text that of the label.
    """

    mark: Mark
    lines: tuple[str, ...]
    place: str
    last: int


def short_region(items: Sequence[Item], mark: Mark, limit: tuple[int, int]) -> Region:
    """The text of a short field (name, office, contact, date, reference) up to the next label at ``limit``."""
    lines: list[str] = []
    place = "nothing stands beside or below the label"
    first: _Numbered | None = None
    last = mark.index
    for item, text in _texts(items, mark, limit):
        if item.index > mark.index:
            if not _goes_on(item, text, mark, first, lines):
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
            place = _place(mark, item)
        lines.append(text)
        last = item.index
        if len(lines) >= _LINES_OF.get(mark.field, 1):
            break
    return Region(mark, tuple(lines), place, last)


@dataclass(frozen=True, slots=True)
class _Numbered:
    """An item with its index."""

    index: int
    path: Path
    cue: str


def _texts(items: Sequence[Item], mark: Mark, limit: tuple[int, int]) -> Iterator[tuple[_Numbered, str]]:
    """The lines from a label's value to the limit, the first and the last cut where label and limit stand."""
    last, column = _before_numbering(items, mark, limit)
    for index in range(mark.index, min(last + 1, len(items))):
        item = items[index]
        start = _value_start(item.text, mark) if index == mark.index else 0
        end = column if index == last else len(item.text)
        text = item.text[start:end]
        if index == last:
            # ``2.`` before a label further on in the line is the label's number; a sign divides the two fields.
            text = _SIGN_BEFORE_LABEL.sub("", _NUMBER_BEFORE_LABEL.sub("", text))
            if not text.strip():
                return
        yield _Numbered(index, item.path, item.cue), text.strip()


def _value_start(text: str, mark: Mark) -> int:
    """Where the text on a label's line begins: a list that begins there keeps its first mark (``Treść pytania: * ...``)."""
    bullet = _BULLET_AFTER_COLON.search(text[: mark.value_start]) if mark.field == "question" else None
    return bullet.start(1) if bullet is not None else mark.value_start


def _before_numbering(items: Sequence[Item], mark: Mark, limit: tuple[int, int]) -> tuple[int, int]:
    """The limit, or where its row begins: the number of the next field may stand in a cell of its own."""
    last, column = limit
    if column or last >= len(items) or not items[last].path:
        return limit
    first = last
    while first - 1 > mark.index and items[first - 1].path and _shares_row(items[first - 1].path, items[last].path):
        text = items[first - 1].text
        # The name of the system stands in the first cell of the next form's header.
        if text and not _NUMBER_ALONE.fullmatch(text) and text != "CSIZS":
            return limit
        first -= 1
    return first, 0


def _goes_on(item: _Numbered, text: str, mark: Mark, first: _Numbered | None, lines: list[str]) -> bool:
    """True where a line further down may still belong to a short field."""
    inside = item.path[: len(mark.path)] == mark.path
    if first is None:
        beside = mark.path not in ((), item.path) and _shares_row(mark.path, item.path)
        below = mark.field in HEADER and not beside
        if below and not _fits_header(mark, text):
            return False
        return (inside or _same_table(mark.path, item.path)) and not _ends_short(text)
    if not text and item.path not in ((), first.path):
        # What stands in the next cells decides.
        return True
    same_place = item.path == first.path or _same_place(mark.path, first.path, item.path)
    if not same_place and not (mark.field in _IN_FURTHER_ROWS and _is_row_below(mark.path, first.path, item.path)):
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
    return len(words) <= _WORDS_OF_A_REFERENCE and any(map(str.isdigit, text))


def _is_open_contact(lines: list[str]) -> bool:
    """True while a contact has a telephone and no address, or the reverse: the other may follow an empty line."""
    text = " ".join(lines)
    return ("@" in text) != (sum(char.isdigit() for char in text) >= 9)


def _may_continue(mark: Mark, text: str, lines: list[str]) -> bool:
    """True where a further line fits the field: dates and references break only where they are visibly not complete."""
    if mark.field == "reference":
        return lines[-1].endswith((".", "/", "-")) and len(text.split()) == 1
    if mark.field == "date":
        if mark.part == "and reference":
            return len(lines) == 1 and len(text.split()) <= _WORDS_OF_A_REFERENCE
        return not any(char.isdigit() for char in lines[-1][-5:]) or len(text) <= 8
    if mark.field == "contact" and not mark.path:
        broken = lines[-1].endswith((".", "-", "_", "@", ",", ";", "/")) or text.startswith(("@", "."))
        return broken or any(char.isdigit() or char == "@" for char in text) or len(lines) == 1
    return mark.field == "contact" or not (not mark.path and text.endswith("?"))


def _ends_short(text: str) -> bool:
    """True for a line that begins something else: a sign-off, another label, a title."""
    if not text:
        return False
    if is_sign_off(text) or is_signature_mark(text) or is_advertisement(text) or title_weight(text) >= 4:
        return True
    return bool(_FOREIGN_LABEL.match(text[:120])) and _is_no_contact_label(text)


def _is_no_contact_label(text: str) -> bool:
    label = label_at_start(text)
    return label is None or label.field != "contact"


def _same_table(one: Path, other: Path) -> bool:
    level = len(one)
    return level > 0 and len(other) >= level and one[-1][0] == other[level - 1][0]


def _same_place(label: Path, first: Path, other: Path) -> bool:
    """True where a cell is still the value's: in the label's own cell, or in the row or box where it began."""
    if not label:
        return False
    if first[: len(label)] == label:
        return other[: len(label)] == label
    return _shares_row(first, other)


def _is_row_below(label: Path, first: Path, other: Path) -> bool:
    """True below a value that stands beside its label: nobody has written anything in the label's column there.

    A label within the value (``tel. 24 261 40 21``) has the column of the field's own label at its left.
    """
    if not len(label) == len(first) == len(other) or label[:-1] != first[:-1] or label[:-1] != other[:-1]:
        return False
    (table, row, column), (_, _, value_column) = label[-1], first[-1]
    beside = value_column > column or (first == label and column > 0)
    return beside and other[-1][0] == table and other[-1][1] > row and other[-1][2] == value_column


def _shares_row(one: Path, other: Path) -> bool:
    """True where the innermost table that both stand in has them in one row."""
    for a, b in zip(one, other, strict=False):
        if a != b:
            return a[:2] == b[:2]
    return True


def _place(mark: Mark, item: _Numbered) -> str:
    if item.index == mark.index:
        return "on the label's line"
    if item.path == mark.path:
        return "below the label in its cell" if mark.path else "below the label"
    if not mark.path:
        return "in the table below the label"
    if not _same_table(mark.path, item.path):
        return BELOW_THE_TABLE
    return "in the cell beside the label" if _shares_row(mark.path, item.path) else "in the cell below the label"


# --- the question


def question_region(
    items: Sequence[Item], form: FormMarks, mark: Mark, limit: tuple[int, int], user_name: str | None
) -> Region:
    """The question's lines, its breaks kept, to the first sign that the text of the form is over."""
    numbered = list(_question_texts(items, form, mark, limit))
    texts = [text for _, text in numbered]
    titles = {items[m.index].text for m in form.marks if m.field == "title"}
    lines: list[str] = []
    place = ""
    why = "to the end"
    first: _Numbered | None = None
    last: _Numbered | None = None
    # Only the last field of a form may go on where its table ends, unless that is a box drawn around the whole form.
    boxed = mark.path != () and any(other.path == mark.path for other in form.marks if other is not mark)
    goes_on = False
    for position, (item, text) in enumerate(numbered):
        started = last is not None
        leaves = not goes_on and _leaves_cell(mark, item, text, first, last, _follows(numbered, position))
        if leaves and limit[0] >= form.end and not boxed and _is_below(mark, item):
            goes_on = _is_asked_on(numbered, position, lines, user_name)
        if leaves and not goes_on:
            why = "to the end of its cell"
            break
        if item.cue in ("signature", "attribution"):
            why = f"to the {item.cue}"
            break
        if item.cue == "page" or is_page_number(text) or (text in titles and started):
            continue
        reason = ending(texts, position)
        if reason == "a ruler" and not started:
            place = BELOW_A_RULER
            continue
        if reason == "a signature" and not started and _is_sentence_below(texts, position):
            continue
        if reason is None and started and item.cue == "rule":
            reason = "a drawn ruler"
        if reason is None and started and _is_own_name(texts, position, user_name):
            reason = "the writer's name"
        if reason is not None:
            why = f"to {reason}"
            break
        line = "" if is_leader_line(text) or (not started and is_hint(text)) else without_long_leaders(text)
        if not started:
            # The label stands on a line of its own, and its colon before the text.
            line = line.lstrip(":").lstrip()
        if line:
            place = place or _place(mark, item)
            first, last = first or item, item
        lines.append(line)
    place = f"{place}, {why}" if first else "nothing stands beside or below the label"
    return Region(mark, _trimmed(lines), place, last.index if last else mark.index)


def _question_texts(
    items: Sequence[Item], form: FormMarks, mark: Mark, limit: tuple[int, int]
) -> Iterator[tuple[_Numbered, str]]:
    """The lines that may belong to the question; a deeper or shallower quotation is somebody else's text."""
    depth = items[mark.index].depth
    for item, text in _texts(items, mark, limit):
        if item.index >= form.end and limit[0] >= form.end:
            return
        if text and items[item.index].depth != depth:
            return
        yield item, text


def _leaves_cell(
    mark: Mark, item: _Numbered, text: str, first: _Numbered | None, last: _Numbered | None, follows: bool
) -> bool:
    """True where a question in a table is over because its place is; ``first`` and ``last`` are its lines so far.

    Without text so far it may stand in any cell further on, and below the table.  With text it goes on in the cells of
    its row, and in further rows unless a label of no form of ours begins them (``Wypełnia Wykonawca:``): one with a
    cell beside it, or with nothing behind it and below.  ``follows`` is true where more text does.
    """
    if first is None or last is None:
        return False
    if not mark.path:
        return bool(first.path) and not _same_table(first.path[:1], item.path)
    if item.path[: len(mark.path)] == mark.path:
        return False
    if not _same_table(mark.path, item.path):
        return _same_table(mark.path, last.path) or item.path != last.path
    foreign = _FOREIGN_LABEL.match(text[:120])
    if _shares_row(last.path, item.path) or foreign is None:
        return False
    written = bool(without_leaders(text[foreign.end() :]))
    return not (written or follows) or item.path[-1][2] != last.path[-1][2]


def _follows(numbered: Sequence[tuple[_Numbered, str]], position: int) -> bool:
    """True where a row has no second cell, and another row with text below it."""
    item, _ = numbered[position]
    after = [other for other, text in numbered[position + 1 :][:_CLOSING_LINES] if text]
    return bool(after) and not any(other.path != item.path and _shares_row(item.path, other.path) for other in after)


def _is_below(mark: Mark, item: _Numbered) -> bool:
    """True outside of the label's table, in whatever that table stands in."""
    around = mark.path[:-1]
    return not _same_table(mark.path, item.path) and item.path[: len(around)] == around


def _is_asked_on(
    numbered: Sequence[tuple[_Numbered, str]], position: int, lines: Sequence[str], user_name: str | None
) -> bool:
    """True where somebody goes on writing below a table: a sentence stands there, or what a colon has announced.

    A signature below the form is no sentence, and what stands behind an ending is not looked at.
    """
    texts = [text for _, text in numbered]
    announced = next((line for line in reversed(lines) if line), "").endswith(":")
    for place in range(position, len(numbered)):
        item, text = numbered[place]
        if item.cue in ("signature", "attribution", "rule") or ending(texts, place) is not None:
            return False
        if _is_own_name(texts, place, user_name):
            return False
        if text and item.cue != "page" and not is_page_number(text) and (announced or _is_sentence(text)):
            return True
    return False


def _is_sentence(text: str) -> bool:
    if text.endswith("?"):
        return True
    return text.endswith((".", "!", ":", ";")) and len(text.split()) >= _WORDS_OF_A_SENTENCE


def _is_sentence_below(texts: Sequence[str], position: int) -> bool:
    """True where the line under a mark is a sentence: a signature begins with a name."""
    below = texts[position + 1] if position + 1 < len(texts) else ""
    return _is_sentence(below) and ending(texts, position + 1) is None


def _is_own_name(texts: Sequence[str], position: int, user_name: str | None) -> bool:
    """True where the writer signs with nothing but the name that the form gives, in the last lines of the text."""
    if not user_name or len(texts[position]) > 80 or position == 0:
        return False
    words, name = folded_words(texts[position]), folded_words(user_name)
    if not name or sorted(words) != sorted(name):
        return False
    following = [text for text in texts[position + 1 :][: _CLOSING_LINES * 4] if text]
    return len(following) <= _CLOSING_LINES and all(len(text) <= 100 for text in following)


def _trimmed(lines: list[str]) -> tuple[str, ...]:
    """The lines without empty ones at both ends and with one empty line at most between paragraphs."""
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    while kept and not kept[-1]:
        kept.pop()
    return () if is_placeholder("\n".join(kept)) else tuple(kept)
