"""Labels typed side by side in one line, and the values side by side in the next: a table without lines around it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from mailgate.domain.document import Block, Cell, Line, Table
from mailgate.domain.form.labels import CERTAIN, label_at_start
from mailgate.domain.form.placeholders import is_ruler

_SIGNS = (re.compile(r"\t"), re.compile(r"\t+"), re.compile(r"\s*\|\s*"), re.compile(r"\s{2,}"), re.compile(r"\s*;\s*"))
"""What stands between columns, each tried on both lines."""
_SIGN = re.compile(r"[\t|;]|\s{2}")
_WIDE_GAP = re.compile(r"\s{2,}")
_LONGEST_HEADING = 400
_LINES_BETWEEN = 2
_FEWEST_COLUMNS = 2


def with_typed_columns(blocks: Sequence[Block], is_label: Callable[[str], bool]) -> tuple[Block, ...]:
    """The blocks with each line of labels and the line of values below it as a table of two rows."""
    found: list[Block] = []
    place = 0
    while place < len(blocks):
        block = blocks[place]
        if not isinstance(block, Line) or not _may_be_heading(block.text):
            found.append(block)
            place += 1
            continue
        below = _line_below(blocks, place)
        rows = _rows(block.text, blocks[below], is_label) if below is not None else None
        if below is None or rows is None:
            found.append(_labels_apart(block, is_label))
            place += 1
        else:
            found.append(Table(tuple(tuple(_cell(text, blocks[below]) for text in row) for row in rows)))
            place = below + 1
    return tuple(found)


def _labels_apart(block: Line, is_label: Callable[[str], bool]) -> Block:
    """A line of sure labels and nothing else as a row of cells: where no values stand below, none is another's value."""
    for sign in _SIGNS:
        labels = sign.split(block.text)
        if len(labels) >= _FEWEST_COLUMNS and all(map(is_label, labels)) and all(map(_is_sure, labels)):
            return Table((tuple(_cell(text, block) for text in labels),))
    return block


def _is_sure(text: str) -> bool:
    label = label_at_start(text)
    return label is not None and label.weight >= CERTAIN


def _may_be_heading(text: str) -> bool:
    return len(text) <= _LONGEST_HEADING and _SIGN.search(text) is not None


def _line_below(blocks: Sequence[Block], place: int) -> int | None:
    """The place of the next line with text; an empty or a drawn one may stand between."""
    for below in range(place + 1, min(place + 2 + _LINES_BETWEEN, len(blocks))):
        block = blocks[below]
        if not isinstance(block, Line):
            return None
        if block.text.strip() and not is_ruler(block.text):
            return below
    return None


def _rows(heading: str, below: Block, is_label: Callable[[str], bool]) -> tuple[Sequence[str], Sequence[str]] | None:
    """The labels and the values, as many of them; None where the first line holds anything but labels."""
    if not isinstance(below, Line):
        return None
    for sign in _SIGNS:
        labels = sign.split(heading)
        if len(labels) < _FEWEST_COLUMNS or not all(map(is_label, labels)):
            continue
        for values in _values(sign, heading, below.text, len(labels)):
            if len(values) != len(labels) or not any(values) or any(map(is_label, values)):
                continue
            if not any(map(_opens_another_field, labels, values)):
                return labels, values
    return None


def _opens_another_field(heading: str, value: str) -> bool:
    """True for a line's beginning such as ``Imię i nazwisko: Anna``, which is no value below ``data:``."""
    above, label = label_at_start(heading), label_at_start(value)
    return label is not None and label.weight >= CERTAIN and (above is None or above.field != label.field)


def _values(sign: re.Pattern[str], heading: str, text: str, count: int) -> Iterator[Sequence[str]]:
    """The ways to read a line as values: by the sign between them, or each below the beginning of its label."""
    values = sign.split(text)
    if sign is _SIGNS[0]:
        # Empty columns at the end have left no sign behind.
        values += [""] * (count - len(values)) if len(values) > 1 else []
    yield values
    starts = [0, *(gap.end() for gap in _WIDE_GAP.finditer(heading))]
    begun = [0, *(gap.end() for gap in _WIDE_GAP.finditer(text))]
    between = all(start in begun or not text[start - 1 : start + 1].strip() for start in starts[1:])
    if len(starts) == count and set(begun) <= set(starts) and between:
        yield [text[start:end].strip() for start, end in zip(starts, (*starts[1:], len(text)), strict=True)]


def _cell(text: str, like: Block) -> Cell:
    quoted = like.quoted if isinstance(like, Line) else 0
    return Cell((Line(text.strip(), quoted),) if text.strip() else ())
