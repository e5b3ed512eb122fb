"""Whose words the lines of a mail are: the writer's own, a forwarded message's, or quoted history.

A form in quoted history is an old one; a form in a forwarded message counts (hot01/CONTRACT.md, point 2).  Where a
mail does not tell which of the two it is, its passage is ``doubtful`` and counts only if nothing surer does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from mailgate.domain.form.flow import Item
from mailgate.domain.form.labels import label_at_start
from mailgate.domain.form.titles import title_weight
from mailgate.domain.polish.words import fold, folded_words

Whose = Literal["own", "forwarded", "doubtful"]


@dataclass(frozen=True, slots=True)
class Passage:
    """Lines that were written in one go.  History is not given at all."""

    whose: Whose
    items: tuple[Item, ...]


_FORWARDED = (
    "wiadomosc przekazana", "przekazana wiadomosc", "tresc przekazanej wiadomosci", "poczatek przekazywanej wiadomosci",
    "poczatek przekazanej wiadomosci", "wiadomosc przeslana dalej", "przeslana wiadomosc", "wiadomosc przeslana",
    "forwarded message", "begin forwarded message", "forwarded by", "przekazane przez", "przekazywana wiadomosc",
    "start of forwarded message", "wiadomosc przekazana dalej", "koniec przekazywanej",
)  # fmt: skip
_ORIGINAL = ("wiadomosc oryginalna", "oryginalna wiadomosc", "original message", "wiadomosc pierwotna", "reply message",
             "pierwotna wiadomosc", "oryginalny e mail")  # fmt: skip
# The names of mail header lines, as clients write them above what they quote, by what they tell.
_HEADERS = {
    tuple(name.split()): kind
    for kind, names in {
        "sender": ("od", "from", "nadawca"),
        "date": ("wyslano", "wyslane", "sent", "data", "date", "data wyslania"),
        "recipient": ("do", "to", "adresat", "adresaci", "odbiorca"),
        "copy": ("dw", "cc", "kopia"),
        "blind copy": ("udw", "bcc"),
        "subject": ("temat", "subject"),
        "reply to": ("odpowiedz do", "reply to"),
        "importance": ("waznosc", "importance", "priorytet", "wazne"),
        "files": ("zalaczniki", "attachments"),
        "organisation": ("organizacja", "organization"),
    }.items()
    for name in names
}
_HEADER = re.compile(r"[\s*>]{0,6}([^\W\d_]{2,12}(?:[ -][^\W\d_]{2,10})?)\s?\*{0,2}\s?:\*{0,2}(?:\s|$)")
_WROTE = re.compile(
    r"(?:pisze|napisal|napisala|napisal\(a\)|napisal/a|napisal\(-a\)|napisali|wrote|schrieb|pisza)\s{0,2}:?\s{0,2}$"
)
_DIGIT_OR_AT = re.compile(r"\d|@")
_DAY = re.compile(r"(?:pon|pn|wt|sr|czw|cz|pt|pia|sob|sb|niedz|nd|nie)\.?,? \d|\d{1,4}[.\-/ ]")
# What gateways and filters put before a subject: ``[EXT]``, ``***SPAM***``, ``(zewnętrzny)``.
_TAGS = r"\s*(?:\[[^\[\]]{1,30}\]\s*|\*{1,5}[^*]{1,30}\*{1,5}\s*|\([^()]{1,30}\)\s*|(?:ext|external|spam)\s*:\s*)*"
_COUNTED = r"\.?\s*(?:\[\d+\]|\(\d+\)|\^\d+)?\s*[:\uff1a]"
_REPLY_PREFIX = re.compile(
    rf"{_TAGS}(?:re|odp|odpowiedz|aw|ad|sv|vs|antw|ynt|rif|autoodpowiedz|auto|odpowiedz automatyczna"
    rf"|automatyczna odpowiedz|automatic reply|auto[ -]?reply|out of office|poza biurem){_COUNTED}"
)
_FORWARD_PREFIX = re.compile(rf"{_TAGS}(?:fwd|fw|pd|przekazanie|przekazano|wg|tr|przeslij dalej){_COUNTED}")
_LONGEST_PREFIX = 120
_WINDOW = 3
_DEEPEST_FORWARD = 12
_HEADER_LINES = 24
_LINES_OF_A_HEADER = 2
_HEADERS_OF_A_BLOCK = 3

Kind = Literal["reply", "forward", "unknown"]


def passages(items: Sequence[Item], subject: str = "", answers: bool = False) -> tuple[Passage, ...]:
    """What counts of a mail's lines, in order; ``subject`` tells a reply (``Odp:``) from a forward (``PD:``).

    Where it tells neither, ``answers`` is true for a mail whose headers name another that it answers.
    """
    found: list[Passage] = []
    lines = list(items)
    kind = _kind(subject)
    if kind == "unknown" and answers and _opens_with_own_words(lines):
        kind = "reply"
    _collect(lines, kind, "own", found, 0)
    return tuple(found)


def _opens_with_own_words(items: list[Item]) -> bool:
    """True where a mail says something before what it quotes: one that only hands on a message may name it as well."""
    first = next((index for index, item in enumerate(items) if not item.blank), None)
    return first is not None and _border(items, first, 0) is None


def _kind(subject: str) -> Kind:
    folded = fold(subject[:_LONGEST_PREFIX])
    if _REPLY_PREFIX.match(folded):
        return "reply"
    return "forward" if _FORWARD_PREFIX.match(folded) else "unknown"


def _collect(items: list[Item], kind: Kind, whose: Whose, found: list[Passage], level: int) -> None:
    """Adds the passages of one message: its own lines, and what it forwards, taken apart in turn."""
    base = 0 if kind == "reply" and level == 0 else min((item.depth for item in items if not item.blank), default=0)
    own: list[Item] = []
    index = 0
    while index < len(items):
        border = _border(items, index, base)
        if border is not None and kind == "unknown" and _is_pasted(items, border, base, own):
            own.extend(items[border.start : _header_block_end(items, border.start)])
            index = _header_block_end(items, border.start)
            continue
        if border is None:
            own.append(items[index])
            index += 1
            continue
        inner = _inside(items, border, base)
        verdict = _verdict(border, kind)
        if verdict == "doubtful" and border.by == "depth" and _is_cited(inner, items):
            own.extend(replace(item, text=f"> {item.text}", depth=base) for item in items[border.start : inner.end])
            index = inner.end
            continue
        _flush(own, whose, found)
        if verdict is not None and level < _DEEPEST_FORWARD:
            _collect(inner.items, inner.kind, verdict if whose != "doubtful" else "doubtful", found, level + 1)
        index = inner.end
    _flush(own, whose, found)


def _flush(own: list[Item], whose: Whose, found: list[Passage]) -> None:
    if any(not item.blank for item in own):
        found.append(Passage(whose, tuple(own)))
    own.clear()


@dataclass(frozen=True, slots=True)
class _Border:
    """Where another message begins: by what, and the first index after what announces it."""

    by: Literal["forward", "original", "headers", "attribution", "depth"]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Inside:
    """The lines of the other message without its header lines, and the index after it."""

    items: list[Item]
    kind: Kind
    end: int


def _verdict(border: _Border, kind: Kind) -> Whose | None:
    """What the other message is: forwarded, doubtful, or None for history."""
    if border.by == "forward" or kind == "forward":
        return "forwarded"
    if border.by == "attribution" or kind == "reply":
        return None
    return "doubtful"


def _is_pasted(items: list[Item], border: _Border, base: int, own: list[Item]) -> bool:
    """True for a mail's header lines with which a question begins: nothing stands between them and its label.

    A form below them is a message that someone hands on.
    """
    if border.by != "headers" or items[border.start].depth != base:
        return False
    before = next((item for item in reversed(own) if not item.blank), None)
    label = label_at_start(before.text) if before is not None else None
    if before is None or label is None or label.field != "question" or before.text[label.value_start :].strip():
        return False
    after = items[_header_block_end(items, border.start) :]
    return any(not item.blank for item in after) and not any(_is_of_a_form(item.text) for item in after)


def _is_of_a_form(text: str) -> bool:
    """True for a title or the label of a question; a telephone may stand in a signature."""
    label = label_at_start(text)
    return title_weight(text) > 0 or (label is not None and label.field == "question")


def _is_cited(inner: _Inside, items: list[Item]) -> bool:
    """True for quoted lines that somebody cites in the middle of a text, such as an error message: no labels."""
    followed = any(not item.blank for item in items[inner.end : inner.end + 3])
    return followed and not any(label_at_start(item.text) or title_weight(item.text) for item in inner.items)


def _border(items: list[Item], index: int, base: int) -> _Border | None:
    """The border that begins at ``index``, if one does."""
    item = items[index]
    if item.blank:
        return None
    separator = _separator(item.text)
    if separator is not None:
        return _Border(separator, index, index + 1)
    if _header_block_end(items, index):
        return _Border("headers", index, index)
    end = _attribution_end(items, index)
    if end:
        return _Border("attribution", index, end)
    return _Border("depth", index, index) if item.depth > base else None


def _separator(text: str) -> Literal["forward", "original"] | None:
    """What a line such as ``---------- Forwarded message ---------`` announces."""
    if len(text) > 120:
        return None
    drawn = text.startswith(("--", "__", "==", "**")) or text.endswith((":", "--"))
    if not drawn:
        return None
    words = " ".join(folded_words(text))
    if words.startswith(_FORWARDED):
        return "forward"
    return "original" if words.startswith(_ORIGINAL) else None


def _header_name(text: str) -> str | None:
    """What a line such as ``Temat: ...`` tells, or None where it is no mail header."""
    return _kept_header_name(text[:40]) if ":" in text[:40] else None


@lru_cache(maxsize=4096)
def _kept_header_name(text: str) -> str | None:
    match = _HEADER.match(text)
    return None if match is None else _HEADERS.get(folded_words(match[1]))


def _header_block_end(items: list[Item], index: int) -> int:
    """The index after a block of mail header lines (``Od: ... Wysłano: ... Temat: ...``) at ``index``, or 0.

    A line that tells again what one before it told belongs to the message: the form's ``data:``, for one.
    """
    first = _header_name(items[index].text)
    if first is None:
        return 0
    told = {first}
    end = index + 1
    unknown = 0
    for place in range(index + 1, min(len(items), index + _HEADER_LINES)):
        item = items[place]
        name = _header_name(item.text)
        if name in told or _table_of(item) != _table_of(items[index]):
            break
        if name is not None:
            told.add(name)
            end, unknown = place + 1, 0
        elif item.blank and not item.path and place == end and not _header_follows(items, place):
            break
        elif not item.blank:
            unknown += 1
            if unknown > _LINES_OF_A_HEADER:
                break
    complete = "sender" in told and len(told) >= _HEADERS_OF_A_BLOCK
    return _with_last_value(items, end) if complete else 0


def _table_of(item: Item) -> tuple[int, ...]:
    return tuple(table for table, _, _ in item.path)


def _header_follows(items: list[Item], place: int) -> bool:
    following = next((item for item in items[place : place + 2] if not item.blank), None)
    return following is not None and _header_name(following.text) is not None


def _with_last_value(items: list[Item], end: int) -> int:
    """Past the value of the last header where it stands in the next cell of its row."""
    last = items[end - 1]
    while end < len(items) and items[end].path and last.path and _is_next_cell(last, items[end]):
        end += 1
    return end


def _is_next_cell(one: Item, other: Item) -> bool:
    return other.path != one.path and other.path[-1][:2] == one.path[-1][:2]


def _attribution_end(items: list[Item], index: int) -> int:
    """The index after ``W dniu 20.11.2026 o 09:12, N. N. pisze:`` at ``index``, also wrapped over lines, or 0."""
    if items[index].cue == "attribution" and _separator(items[index].text) is None and not items[index].path:
        end = index
        while end < len(items) and items[end].cue == "attribution":
            end += 1
        return end
    opening = fold(items[index].text[:60])
    if not (
        opening.startswith(("w dniu", "dnia", "dn.", "on ", "uzytkownik", "wiadomosc napisana")) or _names_day(opening)
    ):
        return 0
    joined = ""
    for place in range(index, min(len(items), index + _WINDOW)):
        item = items[place]
        if item.blank or len(item.text) > 300:
            return 0
        joined += " " + fold(item.text)
        if _WROTE.search(joined[-40:]):
            return place + 1 if _DIGIT_OR_AT.search(joined) else 0
    return 0


def _names_day(opening: str) -> bool:
    """True for ``pt., 20 lis 2026 o 09:12`` as Gmail writes it, and for ``20.11.2026 09:12``."""
    return _DAY.match(opening) is not None


def _inside(items: list[Item], border: _Border, base: int) -> _Inside:
    """The message behind a border: to where the quotation ends, or to the end of the mail where nothing marks it."""
    start = border.end
    while start < len(items) and items[start].blank:
        start += 1
    end = len(items)
    if start < len(items) and items[start].depth > base:
        end = next((k for k in range(start, len(items)) if not items[k].blank and items[k].depth <= base), len(items))
    subject = ""
    body = start
    after_headers = _header_block_end(items, start) if start < len(items) else 0
    if after_headers:
        subject = _subject_in(items[start:after_headers])
        body = after_headers
    return _Inside(
        items[body:end],
        _kind(subject) if border.by != "depth" or after_headers else "unknown",
        max(end, border.start + 1),
    )


def _subject_in(headers: Sequence[Item]) -> str:
    for place, item in enumerate(headers):
        if _header_name(item.text) == "subject":
            value = item.text.partition(":")[2].strip(" *")
            return value or next((later.text for later in headers[place + 1 : place + 2]), "")
    return ""
