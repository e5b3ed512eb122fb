"""Cells side by side without drawn lines: a form's header in three columns, labels in a row with their values below.

The eye sees a row of a table in lines whose parts begin at the same places.  Only what begins like a form's header or
with labels is looked at, since any two words far from each other would do for the rest.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from mailgate.domain.form.headerlabels import header_labels
from mailgate.domain.form.labels import is_label_alone, label_at_start
from mailgate.domain.form.titles import title_weight
from mailgate.extract.page.lines import TextLine, is_apart, usual_step
from mailgate.extract.page.shapes import Word

_ALIGNED = 0.7
"""How far from the beginning of its column, in heights of text, a line may begin."""
_LEAST_GAP = 0.4
_LEAST_CELLS = 2
_MOST_LINES = 8
_LINES_OF_A_LABEL = 3


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A row of cells, each as its lines: from line ``start`` of a page up to ``end``; ``lefts`` are their left edges."""

    start: int
    end: int
    lefts: tuple[float, ...]
    cells: tuple[tuple[TextLine, ...], ...]


def side_by_side(lines: Sequence[TextLine]) -> SideBySide | None:
    """The first row of cells that stand side by side, or None where there is none of more than one line."""
    step = usual_step(lines)
    for index, line in enumerate(lines):
        parts = line.parts()
        if len(parts) < _LEAST_CELLS:
            continue
        lefts = tuple(part[0].box.x0 for part in parts)
        header = _is_header(parts)
        if not header and not _are_labels(lines, index, lefts):
            continue
        found = _row(lines, index, lefts, step, header=header)
        if found.end > index + 1 and (header or any(len(cell) > 1 for cell in found.cells)):
            return found
    return None


def _text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


def _is_header(parts: Sequence[Sequence[Word]]) -> bool:
    """True for the title of the form beside its date or its reference, and for both of these."""
    texts = [_text(part) for part in parts]
    fields = [{label.field for label in header_labels(text, 0) if label.start == 0} for text in texts]
    titled = any(title_weight(text) and not field for text, field in zip(texts, fields, strict=True))
    return len(set().union(*fields)) + titled > 1


def _are_labels(lines: Sequence[TextLine], index: int, lefts: Sequence[float]) -> bool:
    """True for a line of labels of several fields with nothing behind them, some perhaps going on in the next lines."""
    first = _divided(lines[index], lefts)
    kinds = set()
    for column, cell in enumerate(first or ()):
        text = _text(cell)
        label = label_at_start(text) if is_label_alone(text) else None
        for line in lines[index + 1 : index + _LINES_OF_A_LABEL]:
            below = None if ":" in text else _divided(line, lefts)
            if below is None:
                break
            text = f"{text} {_text(below[column])}".rstrip()
            label = label_at_start(text) if is_label_alone(text) else label
        if label is None:
            return False
        kinds.add((label.field, label.part))
    return len(kinds) == len(lefts)


def _row(lines: Sequence[TextLine], start: int, lefts: Sequence[float], step: float, *, header: bool) -> SideBySide:
    """The lines from a first one on that keep to its columns, up to a wide space or to the next labels."""
    columns: list[list[TextLine]] = [[] for _ in lefts]
    end = start
    while end < min(len(lines), start + _MOST_LINES):
        cells = _divided(lines[end], lefts)
        if cells is None or (end > start and is_apart(lines[end - 1], lines[end], step)):
            break
        if end > start and _begins_anew(columns, cells, header=header):
            break
        for column, cell in zip(columns, cells, strict=True):
            if cell:
                column.append(TextLine(tuple(cell)))
        end += 1
    return SideBySide(start, end, tuple(lefts), tuple(map(tuple, columns)))


def _begins_anew(columns: Sequence[Sequence[TextLine]], cells: Sequence[Sequence[Word]], *, header: bool) -> bool:
    """True for a line all of whose parts begin labels that are not the rest of those above them.

    In a header one of the two, date or reference, stands below the other; nothing of it goes on at the left edge alone.
    """
    filled = [(column, _text(cell)) for column, cell in zip(columns, cells, strict=True) if cell]
    if header:
        return not any(cells[1:]) or any(_is_field(text) for _, text in filled)
    return all(label_at_start(text) is not None and not _continues(column, text) for column, text in filled)


def _is_field(text: str) -> bool:
    label = label_at_start(text)
    return label is not None and label.field not in ("date", "reference") and text[label.end :].startswith(":")


def _continues(column: Sequence[TextLine], text: str) -> bool:
    above = " ".join(line.text for line in column)
    label = label_at_start(f"{above} {text}")
    return ":" not in above and label is not None and label.end > len(above) + 1


def _divided(line: TextLine, lefts: Sequence[float]) -> list[list[Word]] | None:
    """The words of a line in their columns; None for one that does not keep to them."""
    margin = _ALIGNED * line.height
    cells: list[list[Word]] = [[] for _ in lefts]
    for word in line.words:
        column = sum(word.box.x0 >= left - margin for left in lefts) - 1
        if column < 0 or (not cells[column] and abs(word.box.x0 - lefts[column]) > margin):
            return None
        cells[column].append(word)
    filled = [cell for cell in cells if cell]
    gaps = [right[0].box.x0 - left[-1].box.x1 for left, right in itertools.pairwise(filled)]
    return cells if all(gap >= _LEAST_GAP * line.height for gap in gaps) else None
