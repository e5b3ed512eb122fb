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
_WORDS_OF_PROSE: Final = 8

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


def without_signature(rows: Sequence[Row]) -> tuple[Row, ...]:
    """A stretch of new text without what is no part of it, and without blank rows around it."""
    kept = _without_adverts_above_prose(list(rows))
    kept = _without_notices(kept)
    kept = _without_tail(kept)
    kept = _without_containers(kept)
    kept = _without_dashes(kept)
    return tuple(_trimmed(_without_tail(kept)))


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


def _without_tail(rows: list[Row]) -> list[Row]:
    """Drops advertisements, privacy clauses and pleas for trees from the end upwards."""
    start = start_of_privacy_block(rows)
    rows = rows[:start]
    end = len(rows)
    while end > 0 and (rows[end - 1].blank or is_rule(rows[end - 1]) or _is_tail(rows, end - 1)):
        end -= 1
    return rows[:end]


def _is_tail(rows: list[Row], index: int) -> bool:
    row = rows[index]
    if is_advert(row) or is_plea_for_trees(row) or is_register_line(row):
        return True
    # As the whole of an answer a clause stays: somebody may have asked for just that.
    something_above = any(not above.blank for above in rows[max(0, index - 5) : index])
    return something_above and (
        is_confidentiality_line(row) or is_privacy_clause(row, below_signature=_is_below_signature(rows, index))
    )


def _is_below_signature(rows: list[Row], index: int) -> bool:
    """A greeting stands above, or right above a line as short as a name."""
    above = index - 1
    while above >= 0 and rows[above].blank:
        above -= 1
    if above < 0:
        return False
    text = rows[above].text
    named = len(text) <= _MAX_WIDTH_OF_NAME and not text.endswith((".", "!", "?", ":", ","))
    return named or any(is_sign_off(row) for row in rows[max(0, above - 10) : above])


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
        if _is_dashes(rows[index]):
            cut = index
        below += not rows[index].blank
        if below > _MAX_ROWS_OF_SIGNATURE or len(rows[index].text) > _MAX_WIDTH_OF_SIGNATURE:
            break
    return rows[:cut]
