"""Marks of quotation other than ``>``: ``| ``, ``% ``, ``» ``, ``HL> ``, ``* ``.

They are also marks of tables, lists and comments.  So a run of rows that bear one counts as quoted only where a letter
of ours stands in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from mailgate.domain.quotation.attributions import attributions_in
from mailgate.domain.quotation.ourletter import begins_at, over_heading, trait_of
from mailgate.domain.quotation.rows import Row

_MARK: Final = re.compile(r"(?:[|¦│%»›＞}:;#+*•–-]|[^\W\d_]{1,12}>)(?=\s|$|##)")
_ROWS_OF_ATTRIBUTION: Final = 4
_MAX_GAP: Final = 2


def with_odd_marks(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows, those of a quoted letter of ours one level deeper and without their odd marks."""
    read = list(rows)
    index = 0
    while index < len(rows):
        mark = _mark_of(rows[index])
        end = _end_of_run(rows, index, mark) if mark else index + 1
        if mark and end - index > 1:
            run = [_unmarked(row, mark) for row in rows[index:end]]
            under_attribution = _stands_under_attribution(rows, index)
            by_initials = mark[0].isalpha() and under_attribution
            start = 0 if by_initials else _start_of_quote(run, under_attribution=under_attribution)
            read[index + start : end] = run[start:]
        index = end
    return tuple(read)


def _start_of_quote(run: Sequence[Row], *, under_attribution: bool) -> int:
    """Where a letter of ours begins, or the first attribution over it; the length of the run where there is none.

    What stands above is the author's own table or list, unless an attribution opens the whole run.
    """
    letter = next((at for at, row in enumerate(run) if trait_of(row) is not None and begins_at(run, at)), None)
    if letter is None:
        return len(run)
    if under_attribution:
        return 0
    first = next(attributions_in(run[:letter]), None)
    return first.start if first else over_heading(run, letter)


def _stands_under_attribution(rows: Sequence[Row], start: int) -> bool:
    """Whether a line such as ``You wrote on Friday, ...:`` stands right above a run: then all of the run is quoted."""
    above = start
    while above > 0 and start - above < _MAX_GAP and rows[above - 1].blank:
        above -= 1
    opening = max(0, above - _ROWS_OF_ATTRIBUTION)
    return any(opening + one.end == above for one in attributions_in(rows[opening:above]))


def _mark_of(row: Row) -> str:
    found = _MARK.match(row.text[:20])
    return found[0] if found else ""


def _end_of_run(rows: Sequence[Row], start: int, mark: str) -> int:
    """The index after the last row of a run; blank rows within it belong to it."""
    end = start + 1
    for index in range(start, len(rows)):
        if _mark_of(rows[index]) == mark:
            end = index + 1
        elif not rows[index].blank:
            break
    return end


def _unmarked(row: Row, mark: str) -> Row:
    if row.blank:
        return row
    return replace(row, text=row.text[len(mark) :].strip(), depth=row.depth + 1, raw=f"> {row.text}")
