"""Labels and values that stand in columns without drawn lines: a table that only the eye sees.

A value may take several lines, and a label too; what a label is the vocabulary of the form tells.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from mailgate.domain.form.labels import label_at_start
from mailgate.extract.page.lines import TextLine, is_apart, usual_step
from mailgate.extract.page.rows import divided
from mailgate.extract.page.shapes import Box, Word, around

_ALIGNED = 0.7
"""How far from each other, in heights of text, the beginnings of a column's lines may be."""
_LEAST_ROWS = 2
_LINES_OF_A_LABEL = 4
_LABEL_STEP = 1.7


@dataclass(frozen=True, slots=True)
class Columns:
    """Rows of two cells, label and value, each as lines; ``split`` is the left edge of the values."""

    split: float
    rows: tuple[tuple[tuple[TextLine, ...], ...], ...]

    @property
    def box(self) -> Box:
        """The rectangle that it covers."""
        return around(line.box for row in self.rows for cell in row for line in cell)


def columns_of(lines: Sequence[TextLine]) -> tuple[Columns | tuple[TextLine, ...], ...]:
    """Lines in order, those that make columns of labels and values as ``Columns``."""
    split = _split_of(lines)
    if split is None:
        return (tuple(lines),) if lines else ()
    first = next((index for index in range(len(lines)) if _is_labelled(lines, index, split)), None)
    if first is None:
        return (tuple(lines),)
    labels, start, end = _region(lines, first, split)
    sides = [(index, TextLine(right)) for index in range(start, end) if (right := _halves(lines[index], split)[1])]
    values = [line for _, line in sides]
    above = next((count for count, (index, _) in enumerate(sides) if index >= first), len(sides))
    edges = divided(labels, values, above, usual_step(lines)).edges
    rows = tuple(
        (tuple(label), tuple(values[begin:stop]))
        for label, (begin, stop) in zip(labels, itertools.pairwise(edges), strict=True)
    )
    rest = sides[edges[-1]][0] if edges[-1] < len(sides) else end
    before = (*lines[:start], *values[: edges[0]])
    return (*((before,) if before else ()), Columns(split, rows), *columns_of(lines[rest:]))


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


def _region(lines: Sequence[TextLine], first: int, split: float) -> tuple[list[list[TextLine]], int, int]:
    """The labels that follow each other from the first labelled line on, and the lines from which to which they stand.

    Lines that have nothing on the left belong to them; behind the last label, and above the first one, only as far as
    no wide space comes between, which a question may have.
    """
    step = usual_step(lines)
    labels: list[list[TextLine]] = []
    first = index = end = _beginning(lines, first, split, step)
    while index < len(lines):
        left, _ = _halves(lines[index], split)
        if left:
            if not _takes_label(labels, lines, index, split, step):
                break
            end = index + 1
        index += 1
    while end < index and (_is_question(labels[-1]) or not is_apart(lines[end - 1], lines[end], step)):
        end += 1
    return labels, first, end


def _beginning(lines: Sequence[TextLine], first: int, split: float, step: float) -> int:
    """The line at which the columns begin: above the first labelled line may stand more of its label, or of its value."""
    index = start = first
    while index and not is_apart(lines[index - 1], lines[index], step):
        index -= 1
        left, right = _halves(lines[index], split)
        if left and (right or not _continues_label([[TextLine(left)]], lines, index + 1, split)):
            break
        far = lines[index + 1].box.bottom - lines[index].box.bottom > _LABEL_STEP * lines[index].height
        if left and (far or _crosses(lines[index], left, split) or not _opens_label(lines, index, split)):
            break
        start = index
    return start


def _crosses(line: TextLine, left: Sequence[Word], split: float) -> bool:
    return max(word.box.x1 for word in left) > split + _ALIGNED * line.height


def _takes_label(
    labels: list[list[TextLine]], lines: Sequence[TextLine], index: int, split: float, step: float
) -> bool:
    """Adds what stands left on a line to the labels, and is false where that is none; then the columns end."""
    left, _ = _halves(lines[index], split)
    if _crosses(lines[index], left, split):
        return False
    apart = bool(labels) and is_apart(labels[-1][-1], lines[index], step)
    if not apart and _continues_label(labels, lines, index, split):
        labels[-1].append(TextLine(left))
        return True
    if not _opens_label(lines, index, split):
        return False
    labels.append([TextLine(left)])
    return True


def _label_text(label: Sequence[TextLine]) -> str:
    return " ".join(line.text for line in label)


def _is_question(label: Sequence[TextLine]) -> bool:
    """True for the label of the question, the one value that has paragraphs."""
    found = label_at_start(_label_text(label))
    return found is not None and found.field == "question"


def _continues_label(labels: Sequence[Sequence[TextLine]], lines: Sequence[TextLine], index: int, split: float) -> bool:
    """True where a line goes on with the label of the row above, which had no colon yet.

    Together they are one label, perhaps only with the lines that follow: ``Zwrotny`` / ``numer`` / ``telefonu:``.
    """
    if not labels or ":" in _label_text(labels[-1]):
        return False
    above = text = _label_text(labels[-1])
    for line in lines[index : index + _LINES_OF_A_LABEL - 1]:
        text = f"{text} {_text(_halves(line, split)[0])}"
        whole = label_at_start(text)
        if whole is not None and whole.end > len(above) + 1:
            return True
        if ":" in text:
            return False
    return False
