"""Labels and values that stand in columns without drawn lines: a table that only the eye sees.

A value may take several lines, and a label too; what a label is the vocabulary of the form tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mailgate.domain.form.labels import label_at_start
from mailgate.extract.page.lines import TextLine, is_apart, usual_step
from mailgate.extract.page.shapes import Box, Word, around

_ALIGNED = 0.7
"""How far from each other, in heights of text, the beginnings of a column's lines may be."""
_LEAST_ROWS = 2
_ROW_GAP = 1.08
"""A step from row to row is at least so many times that from line to line."""
_OFF_CENTRE = 0.6
"""How far, in heights of text, a label may be from the middle of its value."""
_LINES_OF_A_LABEL = 4


@dataclass(frozen=True, slots=True)
class Columns:
    """Rows of two cells, label and value, each as lines; ``split`` is the left edge of the values."""

    split: float
    rows: tuple[tuple[tuple[TextLine, ...], ...], ...]

    @property
    def box(self) -> Box:
        """The rectangle that it covers."""
        return around(line.box for row in self.rows for cell in row for line in cell)


@dataclass(slots=True)
class _Row:
    """A label and its value while they are gathered."""

    label: list[TextLine] = field(default_factory=list)
    value: list[TextLine] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.label)

    @property
    def is_question(self) -> bool:
        """True for the question, the one value that has paragraphs."""
        label = label_at_start(self.text)
        return label is not None and label.field == "question"


def columns_of(lines: Sequence[TextLine]) -> tuple[Columns | tuple[TextLine, ...], ...]:
    """Lines in order, those that make columns of labels and values as ``Columns``."""
    split = _split_of(lines)
    if split is None:
        return (tuple(lines),) if lines else ()
    first = next((index for index in range(len(lines)) if _is_labelled(lines, index, split)), None)
    if first is None:
        return (tuple(lines),)
    rows, end = _gather(lines, first, split)
    before, after = tuple(lines[:first]), lines[end:]
    made = Columns(split, tuple((tuple(row.label), tuple(row.value)) for row in rows))
    return (*((before,) if before else ()), made, *columns_of(after))


def _split_of(lines: Sequence[TextLine]) -> float | None:
    """The left edge of a column of values: where those of two labels or more begin, or None."""
    starts = [
        (index, line.parts()[1][0].box.x0)
        for index, line in enumerate(lines)
        if len(line.parts()) > 1 and _opens_label(lines, index, line.parts()[1][0].box.x0)
    ]
    for index, start in starts:
        margin = _ALIGNED * lines[0].height
        near = [other for _, other in starts if abs(other - start) <= margin]
        rows = sum(_is_row(lines, row, start, margin) for row in range(len(lines)))
        if rows >= _LEAST_ROWS or _is_broken_label(lines, index, start):
            return min(near) - margin
    return None


def _is_row(lines: Sequence[TextLine], index: int, start: float, margin: float) -> bool:
    """True where a line has a label, and a word that begins where the values begin, however near to the label."""
    words = lines[index].words
    first = next((n for n, word in enumerate(words) if n and abs(word.box.x0 - start) <= margin), None)
    if first is None or not _opens_label(lines, index, start - margin):
        return False
    wide = any(part[0] is words[first] for part in lines[index].parts())
    return wide or words[first - 1].text.endswith(":")


def _is_broken_label(lines: Sequence[TextLine], index: int, split: float) -> bool:
    """True where a label goes on below itself, with nothing beside its second line."""
    if index + 1 >= len(lines):
        return False
    above = _text(_halves(lines[index], split)[0])
    left, right = _halves(lines[index + 1], split)
    whole = label_at_start(f"{above} {_text(left)}")
    return bool(left and not right) and ":" not in above and whole is not None and whole.end > len(above) + 1


def _opens_label(lines: Sequence[TextLine], index: int, split: float) -> bool:
    """True where a label begins a line, alone or with the lines below it: ``Zwrotny numer`` / ``telefonu:``."""
    text = _text(_halves(lines[index], split)[0])
    if not text or label_at_start(text) is not None:
        return bool(text)
    first = len(text)
    for line in lines[index + 1 : index + _LINES_OF_A_LABEL]:
        if ":" in text:
            return False
        text = f"{text} {_text(_halves(line, split)[0])}"
        label = label_at_start(text)
        if label is not None and label.end > first + 1:
            return True
    return False


def _text(words: Sequence[Word]) -> str:
    return " ".join(word.text for word in words)


def _is_labelled(lines: Sequence[TextLine], index: int, split: float) -> bool:
    left, right = _halves(lines[index], split)
    return bool(left and right) and _opens_label(lines, index, split)


def _halves(line: TextLine, split: float) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """The words left and right of an edge; all on the left where one stands across it or hard before it."""
    left = tuple(word for word in line.words if word.box.x0 < split)
    right = line.words[len(left) :]
    crosses = bool(left) and left[-1].box.x1 > split + _ALIGNED * line.height
    near = bool(left and right) and right[0].box.x0 - left[-1].box.x1 < 0.6 * line.height
    touches = near and not left[-1].text.endswith(":")
    return (line.words, ()) if crosses or touches else (left, right)


def _gather(lines: Sequence[TextLine], first: int, split: float) -> tuple[list[_Row], int]:
    """The rows from the first labelled line on, and the index of the line at which they end."""
    rows: list[_Row] = []
    step = usual_step(lines)
    index = first
    while index < len(lines):
        line = lines[index]
        left, right = _halves(line, split)
        if left and max(word.box.x1 for word in left) > split + _ALIGNED * line.height:
            break
        apart = index > first and is_apart(lines[index - 1], line, step)
        if left and rows and not rows[-1].label:
            apart = False
        elif left and (apart or not _continues_label(rows, lines, index, split)):
            if not _opens_label(lines, index, split):
                break
            rows.append(_Row())
        elif not left and rows[-1].value and _begins_above_its_label(lines, index, split):
            rows.append(_Row())
        elif not left and apart and rows[-1].value and not rows[-1].is_question:
            break
        if left:
            rows[-1].label.append(TextLine(left))
        if right:
            rows[-1].value.append(TextLine(right))
        index += 1
    return rows, index


def _begins_above_its_label(lines: Sequence[TextLine], first: int, split: float) -> bool:
    """True for the first line of a value whose label stands beside its middle, as in tables of HTML.

    More space must be above it than between its own lines: else it goes on with the value before.
    """
    row = _Row(value=[lines[first]])
    for index in range(first + 1, len(lines)):
        left, right = _halves(lines[index], split)
        if left and not (
            _continues_label([row], lines, index, split) if row.label else _opens_label(lines, index, split)
        ):
            break
        if right and len(row.value) > 1 and _step(row.value[-1], lines[index]) > _ROW_GAP * _step(*row.value[:2]):
            break
        row.label += [TextLine(left)] if left else []
        row.value += [TextLine(right)] if right else []
    if not row.label or len(row.value) < _LEAST_ROWS:
        return False
    off = around(line.box for line in row.label).middle[1] - around(line.box for line in row.value).middle[1]
    return abs(off) < _OFF_CENTRE * lines[first].height and (
        _step(lines[first - 1], lines[first]) > _ROW_GAP * _step(*row.value[:2])
    )


def _step(above: TextLine, below: TextLine) -> float:
    return below.box.middle[1] - above.box.middle[1]


def _continues_label(rows: Sequence[_Row], lines: Sequence[TextLine], index: int, split: float) -> bool:
    """True where a line goes on with the label of the row above, which had no colon yet.

    Together they are one label, perhaps only with the lines that follow: ``Zwrotny`` / ``numer`` / ``telefonu:``.
    """
    if not rows or ":" in rows[-1].text:
        return False
    above = text = rows[-1].text
    for line in lines[index : index + _LINES_OF_A_LABEL - 1]:
        text = f"{text} {_text(_halves(line, split)[0])}"
        whole = label_at_start(text)
        if whole is not None and whole.end > len(above) + 1:
            return True
        if ":" in text:
            return False
    return False
