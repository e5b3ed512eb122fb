"""Labels and values that stand in columns without drawn lines: a table that only the eye sees.

A value may take several lines, and a label too; what a label is the vocabulary of the form tells.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailgate.domain.form.labels import is_label_alone, label_at_start
from mailgate.extract.page.lines import TextLine, is_apart, usual_step
from mailgate.extract.page.rows import divided
from mailgate.extract.page.shapes import Box, Word, around
from mailgate.extract.page.sidebyside import side_by_side

_ALIGNED = 0.7
"""How far from each other, in heights of text, the beginnings of a column's lines may be."""
_LEAST_ROWS = 2
_LINES_OF_A_LABEL = 4
_LABEL_STEP = 1.7
_FAR_BELOW = 1.5
"""So many heights of text below a line nothing goes on with its label."""
_REMARK = re.compile(r"\([^()@\d]{3,80}\)")
"""``(kto zgłasza)`` below a label."""
_HALF_STEP = 0.9


@dataclass(frozen=True, slots=True)
class Columns:
    """Rows of cells, each as lines; ``lefts`` are the left edges of their columns: of labels, and of values beside them."""

    lefts: tuple[float, ...]
    rows: tuple[tuple[tuple[TextLine, ...], ...], ...]

    @property
    def box(self) -> Box:
        """The rectangle that it covers."""
        return around(line.box for row in self.rows for cell in row for line in cell)


def columns_of(lines: Sequence[TextLine]) -> tuple[Columns | tuple[TextLine, ...], ...]:
    """Lines in order, those that make columns of labels and values as ``Columns``."""
    row = side_by_side(lines)
    if row is None:
        return _beside(lines)
    return (*_beside(lines[: row.start]), Columns(row.lefts, (row.cells,)), *columns_of(lines[row.end :]))


def _beside(lines: Sequence[TextLine]) -> tuple[Columns | tuple[TextLine, ...], ...]:
    """Lines in order, those with values beside their labels as ``Columns``."""
    split = _split_of(lines)
    if split is None:
        return (tuple(lines),) if lines else ()
    halves = [min(pair) for pair in _half_steps(lines) if lines[pair[1]].box.x0 >= split]
    labelled = (index for index in range(len(lines)) if _is_labelled(lines, index, split) or index in halves)
    first = next(labelled, None)
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
    left = min(line.box.x0 for row in rows for cell in row for line in cell)
    return (*((before,) if before else ()), Columns((left, split), rows), *_beside(lines[rest:]))


def _split_of(lines: Sequence[TextLine]) -> float | None:
    """The left edge of a column of values: where those of two labels or more begin, or None."""
    starts = [
        (index, line.parts()[1][0].box.x0)
        for index, line in enumerate(lines)
        if len(line.parts()) > 1 and _opens_label(lines, index, line.parts()[1][0].box.x0)
    ]
    starts += [(index, lines[beside].box.x0) for index, beside in _half_steps(lines)]
    for index, start in starts:
        margin = _ALIGNED * lines[0].height
        near = [other for _, other in starts if abs(other - start) <= margin]
        rows = sum(_is_row(lines, row, start, margin) for row in range(len(lines)))
        rows += sum(abs(lines[beside].box.x0 - start) <= margin for _, beside in _half_steps(lines))
        if rows >= _LEAST_ROWS or _is_broken_label(lines, index, start):
            return min(near) - margin
    return None


def _half_steps(lines: Sequence[TextLine]) -> list[tuple[int, int]]:
    """The indices of a label and of a line to its right that stands half a line lower or higher.

    No text has such lines one below the other: the two are cells of a row, aligned at their middles.
    """
    found: list[tuple[int, int]] = []
    for upper, (above, below) in enumerate(itertools.pairwise(lines)):
        if below.box.middle[1] - above.box.middle[1] > _HALF_STEP * min(above.height, below.height):
            continue
        left, right = (upper, upper + 1) if above.box.x0 < below.box.x0 else (upper + 1, upper)
        apart = lines[right].box.x0 - lines[left].box.x1 > 0
        if apart and _opens_label(lines, left, lines[right].box.x0):
            found.append((left, right))
    return found


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
    for above, line in itertools.pairwise(lines[index : index + _LINES_OF_A_LABEL]):
        if ":" in text or line.box.top - above.box.bottom > _FAR_BELOW * above.height:
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
        if _ends_label_around(lines, index, split):
            start = index = index - 2
            continue
        left, right = _halves(lines[index], split)
        if left and (right or not _continues_label([[TextLine(left)]], lines, index + 1, split)):
            break
        far = lines[index + 1].box.bottom - lines[index].box.bottom > _LABEL_STEP * lines[index].height
        if left and (far or _crosses(lines[index], left, split) or not _opens_label(lines, index, split)):
            break
        start = index
    return start


def _ends_label_around(lines: Sequence[TextLine], index: int, split: float) -> bool:
    """True for the second line of a label whose value stands at its middle, between the two."""
    below, beside = _halves(lines[index], split)
    if index < 2 or not below or beside or _halves(lines[index - 1], split)[0]:
        return False
    above, right = _halves(lines[index - 2], split)
    text = _text(above)
    whole = label_at_start(f"{text} {_text(below)}")
    return bool(above and not right) and whole is not None and whole.end > len(text) + 1


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
    if not _opens_label(lines, index, split) or (labels and _has_value_below(lines, index, split)):
        return False
    labels.append([TextLine(left)])
    return True


def _has_value_below(lines: Sequence[TextLine], index: int, split: float) -> bool:
    """True for a label with nothing beside it and a line below it that is no label: columns end above it."""
    left, right = _halves(lines[index], split)
    if right or index + 1 >= len(lines) or not is_label_alone(_text(left)):
        return False
    below, beside = _halves(lines[index + 1], split)
    if not below or beside or _opens_label(lines, index + 1, split):
        return False
    return not _continues_label([[TextLine(left)]], lines, index + 1, split)


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
    if labels and _REMARK.fullmatch(_text(_halves(lines[index], split)[0])):
        return True
    if not labels or ":" in _label_text(labels[-1]):
        return False
    above = text = _label_text(labels[-1])
    if _is_another_label(above, _text(_halves(lines[index], split)[0])):
        return False
    for line in lines[index : index + _LINES_OF_A_LABEL - 1]:
        text = f"{text} {_text(_halves(line, split)[0])}"
        whole = label_at_start(text)
        if whole is not None and whole.end > len(above) + 1:
            return True
        if ":" in text:
            return False
    return False


def _is_another_label(above: str, below: str) -> bool:
    """True where each of two lines is a whole label, and not of the same field: ``Urząd`` / ``Telefon / e-mail``."""
    one, other = label_at_start(above), label_at_start(below)
    if one is None or other is None or one.field == other.field:
        return False
    return not above[one.value_start :].strip() and not below[other.value_start :].strip()
