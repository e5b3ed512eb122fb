"""What stands at the end of a letter without being part of it: signature blocks, advertisements, notices.

A greeting, a name and a telephone without ``-- `` above them stay, for nothing tells them from text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from mailgate.domain.quotation.adverts import is_advert
from mailgate.domain.quotation.notices import (
    end_of_confidentiality,
    is_confidentiality_line,
    is_plea_for_trees,
    is_privacy_clause,
    is_register_line,
    start_of_privacy_block,
)
from mailgate.domain.quotation.rows import Row, is_rule

_DASHES: Final = frozenset({"--", "—", "– –", "- -"})
_MAX_ROWS_OF_SIGNATURE: Final = 14
_MAX_WIDTH_OF_SIGNATURE: Final = 110
_MAX_WIDTH_OF_NAME: Final = 45
_LEAST_WIDTH_OF_WRAPPED: Final = 50
_MAX_ROWS_OF_SENTENCE: Final = 12
_ROWS_ABOVE: Final = 10
_CLOSING_MARKS: Final = "\"”’»')] "
_WORDS_OF_PROSE: Final = 8
_WORDS_OF_SENTENCE: Final = 3
_STOP: Final = re.compile(r"[^\W\d_]{3}[.!?:]$")
_NAMES_SOMEBODY: Final = re.compile(
    r"[A-ZĄĆĘŁŃÓŚŹŻ][^\W\d_]+[ -][A-ZĄĆĘŁŃÓŚŹŻ]|^[A-ZĄĆĘŁŃÓŚŹŻ][^\W\d_]+$|@|www\.|(?:\d[ ()/-]{0,2}){7}|\b(?i:tel|kom|fax)\b"
)

_SIGN_OFF: Final = re.compile(
    r"(?:(?:(?:z|lacze|laczymy|pozostaje z|przesylam|przesylamy) (?:wyrazami|wyrazy|powazaniem|szacunkiem|pozdrowieni\w+"
    r"|serdeczn\w+)|pozdr|pozdrawia\w+|pozdrowienia|serdeczn\w+|goraco pozdr\w+|cieplo pozdr\w+|(?:milego|dobrego|udanego) dnia"
    r"|uklony|wyrazy szacunku|dziekuj\w+ i pozdrawia\w+)\b"
    r"|(?:(?:best|kind|warm|many|kindest) )*regards\b|yours\b|sincerely\b|best wishes\b"
    r"|(?:mit )?freundlich\w+ gru|viele gru|mfg\b).{0,60}"
)


def is_sign_off(row: Row) -> bool:
    """True for a line such as ``Z poważaniem`` or ``Pozdrawiam``."""
    return _SIGN_OFF.fullmatch(row.key) is not None


def without_signature(rows: Sequence[Row], *, closes_answer: bool = False) -> tuple[Row, ...]:
    """A stretch of new text without what is no part of it, and without blank rows around it.

    ``closes_answer`` tells that it is the end of the mail and that an answer stands above it, above a quote.
    """
    kept = _without_adverts_above_prose(list(rows))
    kept = _without_notices(kept)
    kept = _without_tail(kept, closes_answer=closes_answer)
    kept = _without_containers(kept)
    kept = _without_dashes(kept)
    return tuple(_trimmed(_without_tail(kept, closes_answer=closes_answer)))


def _trimmed(rows: list[Row]) -> list[Row]:
    first, last = 0, len(rows)
    while first < last and (rows[first].blank or is_rule(rows[first])):
        first += 1
    while last > first and (rows[last - 1].blank or is_rule(rows[last - 1])):
        last -= 1
    return rows[first:last]


def _without_adverts_above_prose(rows: list[Row]) -> list[Row]:
    """On a telephone people also type below the client's line; there it stands as a paragraph of its own."""
    return [row for index, row in enumerate(rows) if not (is_advert(row) and _stands_alone(rows, index))]


def _stands_alone(rows: list[Row], index: int) -> bool:
    above = rows[index - 1] if index else None
    below = rows[index + 1] if index + 1 < len(rows) else None
    return all(one is None or one.blank or is_rule(one) or one.text in _DASHES for one in (above, below))


def _without_notices(rows: list[Row]) -> list[Row]:
    """Drops the notices of confidentiality, wherever they stand."""
    kept: list[Row] = []
    index = 0
    while index < len(rows):
        end = end_of_confidentiality(rows, index)
        if end is None:
            kept.append(rows[index])
        index = end or index + 1
    return kept


def _without_tail(rows: list[Row], *, closes_answer: bool) -> list[Row]:
    """Drops advertisements, privacy clauses and pleas for trees from the end upwards."""
    start = start_of_privacy_block(rows, closes_answer=closes_answer)
    rows = rows[:start]
    end = len(rows)
    while end > 0:
        start = _start_of_wrapped(rows, end)
        if start < end - 1 and _is_wrapped_tail(
            rows[max(0, start - _ROWS_ABOVE) : end], end - start, closes_answer=closes_answer
        ):
            end = start
        elif rows[end - 1].blank or is_rule(rows[end - 1]) or _is_tail(rows, end - 1, closes_answer=closes_answer):
            end -= 1
        else:
            break
    return rows[:end]


def _start_of_wrapped(rows: list[Row], end: int) -> int:
    """Where the sentence begins that was wrapped and ends above ``end``: its rows are wide but for the last one."""
    start = end - 1
    while start > max(0, end - _MAX_ROWS_OF_SENTENCE) and _is_broken_off(rows[start - 1]):
        start -= 1
    return start


def _is_broken_off(row: Row) -> bool:
    ended = row.text.rstrip(_CLOSING_MARKS).endswith((".", "!", "?", ":"))
    return len(row.text) >= _LEAST_WIDTH_OF_WRAPPED and not ended


def _is_wrapped_tail(rows: list[Row], count: int, *, closes_answer: bool) -> bool:
    """Whether the last ``count`` rows, joined to one, are a clause or the like."""
    joined = Row(" ".join(row.text for row in rows[-count:]))
    return _is_tail([*rows[:-count], joined], len(rows) - count, closes_answer=closes_answer)


def _is_tail(rows: list[Row], index: int, *, closes_answer: bool) -> bool:
    row = rows[index]
    if is_advert(row) or is_plea_for_trees(row) or is_register_line(row):
        return True
    # As the whole of an answer a clause stays: somebody may have asked for just that.
    something_above = closes_answer or any(not above.blank for above in rows[max(0, index - 5) : index])
    return something_above and (
        is_confidentiality_line(row)
        or is_privacy_clause(row, below_signature=_is_below_signature(rows, index, closes_answer=closes_answer))
    )


def _is_below_signature(rows: list[Row], index: int, *, closes_answer: bool) -> bool:
    """A greeting stands above, or right above a line as short as a name, or the quote below an answer."""
    above = index - 1
    while above >= 0 and rows[above].blank:
        above -= 1
    if above < 0:
        return closes_answer
    text = rows[above].text
    named = len(text) <= _MAX_WIDTH_OF_NAME and not text.endswith((".", "!", "?", ":", ","))
    return named or any(is_sign_off(row) for row in rows[max(0, above - _ROWS_ABOVE) : above])


def _without_containers(rows: list[Row]) -> list[Row]:
    """Drops what stands in a client's own container of a signature, unless all was written into it."""
    if not any(row.cue == "signature" and not _is_dashes(row) for row in rows):
        return rows
    outside = [row for row in rows if row.cue != "signature" or _is_dashes(row)]
    if any(row.text and not _is_dashes(row) for row in outside):
        return rows if _opens_by_sign_off(rows) else outside
    prose = any(len(row.text.split()) >= _WORDS_OF_PROSE for row in rows)
    return rows if prose and not any(_is_dashes(row) for row in rows) else []


def _opens_by_sign_off(rows: list[Row]) -> bool:
    """A container that holds the greeting as well cannot be told from text; one led in by dashes is cut at these."""
    first = next((row for row in rows if row.cue == "signature" and row.text), None)
    return first is not None and is_sign_off(first)


def _is_dashes(row: Row) -> bool:
    return row.text in _DASHES


def _without_dashes(rows: list[Row]) -> list[Row]:
    """Cuts at ``-- ``; at dashes that lost their space only above a short block."""
    cut = next((index for index, row in enumerate(rows) if row.cue == "signature" and row.text == "--"), len(rows))
    rows = rows[:cut]
    below = 0
    for index in range(len(rows) - 1, -1, -1):
        if _is_dashes(rows[index]) and not _is_text(rows, index):
            cut = index
        below += not rows[index].blank
        if below > _MAX_ROWS_OF_SIGNATURE or len(rows[index].text) > _MAX_WIDTH_OF_SIGNATURE:
            break
    return rows[:cut]


def _is_text(rows: list[Row], index: int) -> bool:
    """What stands below dashes without their space is no signature: a sentence is in it, or nothing that names anybody.

    A comment of SQL, a sum or a drawn line has such dashes as well; names and contact data make a signature.
    """
    block: list[Row] = []
    for row in rows[index + 1 :]:
        if is_sign_off(row) or (block and row.blank):
            break
        block += [row] if row.text and not is_rule(row) else []
    if not block:
        return False
    return any(map(_is_sentence, block)) or not any(_NAMES_SOMEBODY.search(row.text) for row in block)


def _is_sentence(row: Row) -> bool:
    """A row that ends as a sentence does; ``Wsparcie sp. z o.o.`` ends in an abbreviation."""
    words = row.text.split()
    small = sum(word[0].islower() for word in words)
    return len(words) >= _WORDS_OF_SENTENCE and small > 1 and _STOP.search(row.text) is not None
