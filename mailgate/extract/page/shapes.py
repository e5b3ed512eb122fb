"""What stands on a page, whatever it was read from: words and drawn lines with their places.

A PDF gives points, a picture gives pixels; nothing that looks at them needs to know, since every distance is measured
in heights of text.  ``y`` grows downwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

Ending = Literal["", "wraps", "closed", "broken"]
"""What the file tells of a line that ends with a word, by the spaces that it writes at the ends of lines.

``wraps``: the text goes on behind a space; ``closed``: it ends, or breaks off within what has no space;
``broken``: it breaks off so for certain; empty where the file does not tell.
"""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page."""

    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def width(self) -> float:
        """Width."""
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        """Its height in points."""
        return self.bottom - self.top

    @property
    def middle(self) -> tuple[float, float]:
        """Middle."""
        return (self.x0 + self.x1) / 2, (self.top + self.bottom) / 2

    def holds(self, point: tuple[float, float], margin: float = 0.0) -> bool:
        """True where a point lies inside, or not further outside than the margin."""
        x, y = point
        return self.x0 - margin <= x <= self.x1 + margin and self.top - margin <= y <= self.bottom + margin


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its place; ``final`` where the line ends after it by the writer's will, as in a field of a form.

    ``marginal`` is true where the file itself says that it belongs to a page's header or footer.  ``spaced`` is true
    where the file writes one space, and not more, behind it; ``gapped`` where it writes three or more, by which people
    part a label from its value however narrow they are.
    """

    text: str
    box: Box
    final: bool = False
    marginal: bool = False
    spaced: bool = False
    gapped: bool = False
    ending: Ending = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A drawn horizontal or vertical line: as thin as it is drawn, so its box has hardly any height or width."""

    box: Box

    @property
    def is_horizontal(self) -> bool:
        """Is horizontal."""
        return self.box.width >= self.box.height


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its size, its words in any order, its drawn lines."""

    width: float
    height: float
    words: tuple[Word, ...]
    rules: tuple[Rule, ...] = ()

    @property
    def text_height(self) -> float:
        """The usual height of a word, 10 where there is none."""
        return usual_height(self.words)


def usual_height(words: Sequence[Word]) -> float:
    """The height of most words; 10, as good as any, where there is none."""
    return median(word.box.height for word in words) if words else 10.0


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box around one box or more."""
    all_of_them = list(boxes)
    return Box(
        min(box.x0 for box in all_of_them),
        min(box.top for box in all_of_them),
        max(box.x1 for box in all_of_them),
        max(box.bottom for box in all_of_them),
    )
