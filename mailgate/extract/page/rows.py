"""Which lines of a column of values belong to which label of the column before it, where no line is drawn between them.

Rows are aligned in one of three ways, all rows of a table alike: at their tops, at their middles (tables of web pages),
at their bottoms (sheets).  The way and the division that fit the places of the labels best are taken.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

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
_WIDER = 1.08
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


def _tight_places(values: Lines) -> frozenset[int]:
    """The indices of lines that stand below others as near as lines of one paragraph do."""
    steps = [below.box.middle[1] - above.box.middle[1] for above, below in itertools.pairwise(values)]
    nearest = min((step for step in steps if step > 0.5 * values[0].height), default=0.0)
    return frozenset(index for index, step in enumerate(steps, 1) if step <= _WIDER * nearest)


def _fitted(labels: Sequence[Lines], values: Lines, above: int, step: float, place: Alignment) -> Division:
    """The division of least cost for one alignment."""
    best = {start: Division(0.0, (start,)) for start in range(above + 1)}
    tight = _tight_places(values)
    for label in labels:
        wanted, unit = place(label[0], label[-1]), label[0].height
        reached: dict[int, Division] = {}
        for start, before in best.items():
            for end in range(start, len(values) + 1):
                misfit = abs(place(values[start], values[end - 1]) - wanted) if end > start else _EMPTY * unit
                cost = before.cost + misfit + (_TIGHT * unit if end > start and end in tight else 0.0)
                if end not in reached or cost < reached[end].cost:
                    reached[end] = Division(cost, (*before.edges, end))
        best = reached
    # What follows a table at its lower end would shift the middle of its last value.
    ends = [end for end in best if place is _middle and 0 < end < len(values)]
    ends = [end for end in ends if is_apart(values[end - 1], values[end], step)]
    return min((best[end] for end in (len(values), *ends)), key=lambda one: one.cost)
