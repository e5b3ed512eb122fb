"""Where the quote in a reply begins: at its first attribution that stands over a quote, or at a letter of ours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from mailgate.domain.mail import Address
from mailgate.domain.quotation.attributions import Attribution
from mailgate.domain.quotation.ourletter import begins_at, over_heading, trait_of
from mailgate.domain.quotation.rows import Row, fold, is_rule, next_filled

_TIME: Final = re.compile(r"(?<![\d.])\d{1,2}:\d\d\b")
_YEAR: Final = re.compile(r"\b20\d\d\b|\d[./-]\d\d\b")
_ADDRESS: Final = re.compile(r"[^\s<>@\"(:\[]{1,80}@[^\s<>@\"),;\]]{1,120}")
# "system napisał:" is prose; clients write a full name, or do not know who is a woman.
_OF_A_PERSON: Final = re.compile(
    r"(?:\((?:a|ła|la)\)|/-?a|wrote|schrieb) ?:|\b[A-ZĄĆĘŁŃÓŚŹŻ][\w'-]+ [A-ZĄĆĘŁŃÓŚŹŻ][\w'-]+,? (?:na)?pis[^\W\d]{1,5} ?:"
)
_MAX_LETTERS: Final = 100
_ROWS_OF_A_LETTER: Final = 30


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a quote begins, where its content begins, and how deep its rows are at least.

    ``marked`` tells that its rows are marked one by one, ``certain`` that it is proven, ``colleagues`` that a colleague of
    the author wrote what is quoted, ``emptied`` that the quote may have been deleted.
    """

    start: int
    content: int
    depth: int
    marked: bool
    certain: bool = True
    colleagues: bool = False
    emptied: bool = False


def first_quote(
    rows: Sequence[Row], found: Sequence[Attribution], author: Address, addressees: tuple[str, ...]
) -> Anchor | None:
    """The anchor of the first quote in a body, or None; ``found`` are its attributions, ``addressees`` are folded."""
    own_domain = fold(author.domain)
    domains = {own_domain, *(Address("", address).domain for address in addressees)} - {""}
    letters = _letters_in(rows, {one.start for one in found})
    letter = letters[0] if letters else len(rows)
    for number, one in enumerate(found):
        if one.start >= letter:
            break
        named = _address_in(rows[one.start : one.end])
        anchor = _anchor_of(rows, one, found[number + 1 : number + 2], letter, known=named.domain in domains)
        if anchor is None:
            continue
        anchor = _from_first_mark(rows, anchor, addressees)
        if named.key in addressees or not named.domain or named.domain != own_domain:
            return anchor
        # A colleague's mail under header lines has no marks of its own: nothing in it is the author's by its depth.
        depth = rows[one.start].depth if one.headers else anchor.depth
        return replace(anchor, colleagues=True, emptied=False, depth=depth)
    if letter == len(rows):
        return None
    start = _unknown_attribution(rows, over_heading(rows, letter), addressees)
    depth = rows[letter].depth
    return _from_first_mark(rows, Anchor(_upwards(rows, start), letter, depth, marked=depth > 0), addressees)


def _from_first_mark(rows: Sequence[Row], anchor: Anchor, addressees: tuple[str, ...]) -> Anchor:
    """The anchor with the marked rows that lead straight into the quote, for a head that is not known may open them."""
    start = anchor.start
    if start == len(rows) or not rows[start].depth:
        return anchor
    while start > 0 and rows[start - 1].depth:
        start -= 1
    depths = [row.depth for row in rows[start : anchor.start] if not row.blank]
    if not depths:
        return anchor
    above = _upwards(rows, _unknown_attribution(rows, start, addressees))
    return replace(anchor, start=above, depth=min(anchor.depth, *depths))


def _anchor_of(
    rows: Sequence[Row], one: Attribution, following: Sequence[Attribution], letter: int, *, known: bool
) -> Anchor | None:
    """The anchor at an attribution, if it stands over a quote; ``letter`` is where our first letter begins.

    ``known`` tells that it names us or a colleague: prose as well may say when somebody wrote something, and their address.
    """
    content = next_filled(rows, one.end)
    nested = any(other.start == content for other in following)
    proven = one.certain and (known or one.headers or rows[one.start].cue == "attribution")
    certain = proven or _looks_quoted(rows, one, content, letter) or (nested and following[0].certain)
    if not certain and not (one.certain and _is_dated_sentence(rows, one)):
        return None
    content = _behind_wrapped_subject(rows, one, content, letter)
    own = rows[one.start].depth
    inner = rows[content].depth if content < len(rows) else own
    # A quote that begins with a deeper one is itself just one level below its attribution.  Under header lines comes a
    # mail without marks: those right below them are then its own quotation's.
    deeper = inner > own and not _opens_marks(rows, one.start) and not (one.headers and nested)
    anchor = Anchor(
        start=_upwards(rows, one.start),
        content=content,
        depth=own + 1 if deeper else own,
        marked=not one.headers and inner > 0,
        certain=certain,
    )
    emptied = not nested and letter == len(rows) and _is_emptied(rows, one, anchor)
    return replace(anchor, emptied=emptied)


def _letters_in(rows: Sequence[Row], stops: set[int]) -> list[int]:
    """Where letters of ours begin; after the first hundred no further one is looked for.

    ``stops`` are rows at which attributions begin: a number in an answer and the letter quoted below are not one thing.
    """
    found: list[int] = []
    index = 0
    while index < len(rows) and len(found) < _MAX_LETTERS:
        if trait_of(rows[index]) is not None and begins_at(rows, index, stops):
            found.append(index)
            index += _ROWS_OF_A_LETTER
        index += 1
    return found


def _behind_wrapped_subject(rows: Sequence[Row], one: Attribution, content: int, letter: int) -> int:
    """Where our letter follows after a single row that touches the header lines, that row is the rest of the subject."""
    if one.headers and content == one.end and letter < len(rows) and next_filled(rows, content + 1) == letter:
        return letter
    return content


def _is_emptied(rows: Sequence[Row], one: Attribution, anchor: Anchor) -> bool:
    """What stands below an attribution, unmarked and unlike a letter of ours, may be the answer in place of the quote."""
    if anchor.marked or anchor.content == len(rows):
        return False
    return not one.headers or next_filled(rows, 0) == one.start


def _opens_marks(rows: Sequence[Row], index: int) -> bool:
    """True for the first row of a marked run: Apple's attribution stands inside the marks."""
    return rows[index].depth > 0 and (index == 0 or rows[index - 1].depth < rows[index].depth)


def _address_in(rows: Sequence[Row]) -> Address:
    """The first address of an attribution without its plus-part: whose words are quoted."""
    for row in rows:
        if found := _ADDRESS.search(row.key):
            local, _, domain = found[0].partition("@")
            return Address("", f"{local.partition('+')[0]}@{domain}")
    return Address("", "")


def _looks_quoted(rows: Sequence[Row], one: Attribution, content: int, letter: int) -> bool:
    """What follows an attribution is marked more deeply, or is our letter; or nothing follows at all."""
    if _opens_marks(rows, one.start):
        return True
    if content == len(rows):
        # Its quote was deleted, the line forgotten.
        return _is_dated_sentence(rows, one)
    return rows[content].depth > rows[one.start].depth or content == letter


def may_stand_over_a_quote(rows: Sequence[Row], one: Attribution) -> bool:
    """True for a head that names no address, or no recipient: what follows unmarked may be another's, or the author's."""
    if one.headers:
        return one.unaddressed
    drawn = one.end == one.start + 1 and re.match(r"\W*[-_=*~]{2}|>>", rows[one.start].text) is not None
    said = " ".join(row.text for row in rows[one.start : one.end])[-120:]
    return (drawn and one.certain) or (_is_dated_sentence(rows, one) and _OF_A_PERSON.search(said) is not None)


def _is_dated_sentence(rows: Sequence[Row], one: Attribution) -> bool:
    """A sentence with date and time and a colon: prose seldom has all three."""
    text = " ".join(row.key for row in rows[one.start : one.end])
    return not one.headers and text.endswith(":") and all(shape.search(text) for shape in (_TIME, _YEAR))


def _unknown_attribution(rows: Sequence[Row], letter: int, addressees: tuple[str, ...]) -> int:
    """The start of a line of an unknown client right above our letter: it names us, or gives a time, and ends in a colon."""
    last = letter - 1
    while last >= max(0, letter - 3) and (rows[last].blank or is_rule(rows[last])):
        last -= 1
    if last < 0 or rows[last].blank or last < letter - 4:
        return letter
    start = last
    while start > max(0, last - 2) and rows[start - 1].text:
        start -= 1
    for first in range(last, start - 1, -1):
        text = " ".join(row.key for row in rows[first : last + 1])
        ours = any(address and address in text for address in addressees)
        if (ours and len(text) < 250) or (text.endswith(":") and re.search(r"\d{1,2}[:.]\d{2}", text)):
            return first
    return letter


def _upwards(rows: Sequence[Row], start: int) -> int:
    """Blank rows and rulers right above a quote belong to it, and so does our heading."""
    start = over_heading(rows, start)
    while start > 0 and (rows[start - 1].blank or is_rule(rows[start - 1])):
        start -= 1
    return start
