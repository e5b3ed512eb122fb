"""Text in columns as newspapers set it: the left column is read to its end before the right one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailgate.extract.page.lines import TextLine, is_apart, usual_step
from mailgate.extract.page.shapes import Word

# In heights of text.
_GUTTER = 1.2
_ALIGNED = 0.6
_SPACE = 0.3
_LEAST_LINES = 2
_MOST_LINES = 150
_LEAST_WORDS = 2.5
"""So many words stand on a line of a column of prose, on the average."""
_PROSE = 0.3
"""The least share of the lines of prose that were wrapped and go on with a small letter."""
_ALL = 1.0
_SENTENCE_ENDS = (".", "?", "!", ":", ";")


@dataclass(frozen=True, slots=True)
class _Newspaper:
    """Lines ``start:end`` that stand in two columns."""

    start: int
    end: int
    left: tuple[TextLine, ...]
    right: tuple[TextLine, ...]


def in_reading_order(lines: Sequence[TextLine]) -> Iterator[tuple[TextLine, ...]]:
    """The lines in runs, each to be read from top to bottom by itself."""
    step = usual_step(lines)
    done = start = 0
    while start < len(lines):
        found = _at(lines, start, step)
        if found is None:
            start += 1
            continue
        if start > done:
            yield tuple(lines[done:start])
        yield found.left
        yield found.right
        done = start = found.end
    if done < len(lines):
        yield tuple(lines[done:])


def _at(lines: Sequence[TextLine], start: int, step: float) -> _Newspaper | None:
    """The columns whose first line is ``start``, or None where none begin there."""
    parts = lines[start].parts()
    if len(parts) != 2:
        return None
    edge, both = parts[1][0].box.x0, 0
    left: list[TextLine] = []
    right: list[TextLine] = []
    end = start
    for line in lines[start : start + _MOST_LINES]:
        halves = _halves(line, edge)
        if halves is None or (left and not halves[1] and is_apart(lines[end - 1], line, step)):
            break
        both += all(halves)
        for column, words in zip((left, right), halves, strict=True):
            if words:
                column.append(TextLine(tuple(words)))
        end += 1
    needed = _PROSE if both >= _LEAST_LINES and _is_prose(right) else _ALL
    # A gap of written spaces may be too narrow for a gutter.
    if not left or not _is_prose(left) or not _are_wrapped(left, needed) or (needed == _ALL and _ends(left)):
        return None
    return _Newspaper(start, end, tuple(left), tuple(right))


def _ends(column: Sequence[TextLine]) -> bool:
    """True where a sentence ends with a column: nothing shows that it goes on in the next one."""
    return column[-1].words[-1].text.endswith(_SENTENCE_ENDS)


def _halves(line: TextLine, edge: float) -> tuple[list[Word], list[Word]] | None:
    """The words left and right of the gutter; None for a line that stands across it."""
    margin = _ALIGNED * line.height
    left = [word for word in line.words if word.box.x0 < edge - margin]
    right = [word for word in line.words if word.box.x0 >= edge - margin]
    if left and left[-1].box.x1 > edge - _GUTTER * line.height:
        return None
    if right and abs(right[0].box.x0 - edge) > margin:
        return None
    return left, right


def _is_prose(column: Sequence[TextLine]) -> bool:
    return sum(len(line.words) for line in column) >= _LEAST_WORDS * len(column)


def _are_wrapped(column: Sequence[TextLine], least: float) -> bool:
    """True where a share of a column's lines were wrapped: prose begins with a capital and goes on without one.

    The lines of a list that stands in rows all begin alike.
    """
    if column[0].words[0].text[:1].islower():
        return False
    edge = max(line.box.x1 for line in column)
    wrapped = [_is_wrapped(above, below, edge) for above, below in itertools.pairwise(column)]
    return sum(wrapped) >= max(1.0, least * len(wrapped))


def _is_wrapped(above: TextLine, below: TextLine, edge: float) -> bool:
    """True where a line had no room for the first word of the next one, which no sentence or row begins."""
    room = edge - above.box.x1
    return room < below.words[0].box.width + _SPACE * above.height and below.words[0].text[:1].islower()
