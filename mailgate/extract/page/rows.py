"""Which lines of a column of values belong to which label of the column before it, where no line is drawn between them.

Rows are aligned in one of three ways, all rows of a table alike: at their tops, at their middles (tables of web pages),
at their bottoms (sheets).  The way and the division that fit the places of the labels best are taken.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mailgate.domain.form.labels import label_at_start
from mailgate.extract.page.lines import TextLine, is_apart

Lines = Sequence[TextLine]
Alignment = Callable[[TextLine, TextLine], float]
"""The place of a value or label by its first and its last line."""

_EMPTY = 0.75
"""What a label without any value costs, in heights of text: less than a value beside the wrong label."""
_BETTER = 0.25
"""By so much, in heights of text, another alignment than that at the tops must fit better."""
_TIGHT = 0.3
"""What it costs, in heights of text, to part lines that stand as near to each other as those of one paragraph."""
_FULL = 0.7
"""The same where the upper one had no room left and the lower one begins small; less than to leave a label empty, since it may be a row's end."""
_WRAPPED = 1.5
"""The same where the file tells that the text goes on."""
_LEAST_FULL = 3
_RAGGED = 5
_BESIDE = 2.0
"""What it costs to leave a label empty beside which a line stands."""
_SAME_LINE = 0.2
_WIDER = 1.08
_MOST_LINES = {"date": 1, "reference": 2, "user_name": 2, "office": 4, "contact": 4}
"""How many lines the values of short fields have."""
_LINE_TOO_MANY = 0.3
_ANY = 10_000
_MOST_STEPS = 100_000


@dataclass(frozen=True, slots=True)
class Division:
    """Where the values begin and end: that of label ``n`` is ``values[edges[n]:edges[n + 1]]``.

    What is left before the first edge and behind the last does not belong to the table.  ``cost`` is how far labels and
    values stand from each other, all together.
    """

    cost: float
    edges: tuple[int, ...]


def divided(labels: Sequence[Lines], values: Lines, above: int, step: float) -> Division:
    """The likeliest division of the lines of a column among its labels, in order.

    So many lines ``above`` the first label may stand before the table; ``step`` is the usual one from line to line.
    """
    if len(labels) * len(values) ** 2 > _MOST_STEPS:
        return _by_tops(labels, values)
    top, *others = (_fitted(labels, values, above, step, place) for place in (_top, _middle, _bottom))
    other = min(others, key=lambda one: one.cost)
    return other if other.cost < top.cost - _BETTER * labels[0][0].height else top


def _top(first: TextLine, _: TextLine) -> float:
    return first.box.middle[1]


def _middle(first: TextLine, last: TextLine) -> float:
    return (first.box.top + last.box.bottom) / 2


def _bottom(_: TextLine, last: TextLine) -> float:
    return last.box.middle[1]


def _by_tops(labels: Sequence[Lines], values: Lines) -> Division:
    """Each line to the last label that begins above it or beside it: for tables too long to try all divisions."""
    places = [line.box.middle[1] + 0.5 * line.height for line in values]
    starts = [bisect_right(places, label[0].box.middle[1]) for label in labels]
    return Division(0.0, (*starts, len(values)))


def _costs_of_parting(values: Lines) -> dict[int, float]:
    """What it costs, in heights of text, to begin another value with a line: by its index, nothing for the others.

    Lines as near to each other as those of one paragraph are seldom parted, and hardly where the paragraph was wrapped.
    """
    steps = [below.box.middle[1] - above.box.middle[1] for above, below in itertools.pairwise(values)]
    nearest = min((step for step in steps if step > 0.5 * values[0].height), default=0.0)
    edge = _wrapped_at(values)
    costs: dict[int, float] = {}
    for index, step in enumerate(steps, 1):
        above, below = values[index - 1], values[index]
        if step <= _WIDER * nearest:
            full = edge is not None and edge - above.box.x1 < below.words[0].box.width and below.text[0].islower()
            costs[index] = _WRAPPED if above.words[-1].ending == "wraps" else _FULL if full else _TIGHT
    return costs


def _wrapped_at(values: Lines) -> float | None:
    """The edge at which the lines were wrapped; None where too few of them end near each other to tell."""
    ends = sorted((line.box.x1 for line in values), reverse=True)[:_LEAST_FULL]
    told = len(ends) == _LEAST_FULL and ends[0] - ends[-1] < _RAGGED * values[0].height
    return ends[0] if told else None


def _has_line_beside(label: Lines, values: Lines) -> bool:
    """True where a line of the values stands on the very line of a label of one line."""
    if len(label) > 1:
        return False
    at, margin = label[0].box.middle[1], _SAME_LINE * label[0].height
    return any(abs(line.box.middle[1] - at) < margin for line in values)


def _most_lines(label: Lines) -> int:
    """How many lines the value of a label has at most; any number for the question's."""
    found = label_at_start(" ".join(line.text for line in label))
    return _MOST_LINES.get(found.field, _ANY) if found is not None else _ANY


def _fitted(labels: Sequence[Lines], values: Lines, above: int, step: float, place: Alignment) -> Division:
    """The division of least cost for one alignment."""
    best = {start: Division(0.0, (start,)) for start in range(above + 1)}
    parting = _costs_of_parting(values)
    for label in labels:
        wanted, unit = place(label[0], label[-1]), label[0].height
        most = _most_lines(label)
        empty = _EMPTY + (_BESIDE if _has_line_beside(label, values) else 0.0)
        reached: dict[int, Division] = {}
        for start, before in best.items():
            for end in range(start, len(values) + 1):
                misfit = abs(place(values[start], values[end - 1]) - wanted) if end > start else empty * unit
                unlikely = parting.get(end, 0.0) + _LINE_TOO_MANY * max(0, end - start - most)
                cost = before.cost + misfit + (unlikely * unit if end > start else 0.0)
                if end not in reached or cost < reached[end].cost:
                    reached[end] = Division(cost, (*before.edges, end))
        best = reached
    # What follows a table at its lower end would shift the middle of its last value.
    ends = [end for end in best if place is _middle and 0 < end < len(values)]
    ends = [end for end in ends if is_apart(values[end - 1], values[end], step)]
    return min((best[end] for end in (len(values), *ends)), key=lambda one: one.cost)
