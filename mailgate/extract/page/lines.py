"""Words with places to lines of text: what stands side by side is a line."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from mailgate.extract.page.shapes import Box, Word, around

# In heights of text.
_WIDE_GAP = 1.3
_SAME_LINE = 0.6
"""The share of the lower one's height that two words on one line have in common; a label may stand between lines."""
_PARAGRAPH = 1.55
"""A step from line to line so many times the usual one is an empty line."""
_GAP = "   "
"""What stands between the parts of a line that are far from each other; labels end at such a gap."""
_LEAST_GAPS = 2
_STRETCH = 1.5
"""The spaces of a justified line differ by so much at most."""


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of words from left to right."""

    words: tuple[Word, ...]

    @property
    def box(self) -> Box:
        """The rectangle that it covers."""
        return around(word.box for word in self.words)

    @property
    def height(self) -> float:
        """Its height in points."""
        return median(word.box.height for word in self.words)

    @property
    def final(self) -> bool:
        """Whether nothing follows it on its line."""
        return self.words[-1].final

    def parts(self) -> tuple[tuple[Word, ...], ...]:
        """The words parted where they stand far from each other, other than by the wide spaces of justified text."""
        gap = max(_WIDE_GAP * self.height, self._stretched_space())
        found: list[list[Word]] = []
        for word in self.words:
            if found and not found[-1][-1].gapped and word.box.x0 - found[-1][-1].box.x1 < gap:
                found[-1].append(word)
            else:
                found.append([word])
        return tuple(tuple(part) for part in found)

    def _stretched_space(self) -> float:
        """More than a space of this line, where it is one that was stretched to both edges; else 0."""
        gaps = [right.box.x0 - left.box.x1 for left, right in itertools.pairwise(self.words) if left.spaced]
        if len(gaps) < _LEAST_GAPS or min(gaps) * _STRETCH < max(gaps):
            return 0.0
        return max(gaps) * 1.01

    @property
    def text(self) -> str:
        """The words with single spaces between them, a wide gap where there is one."""
        return _GAP.join(" ".join(word.text for word in part) for part in self.parts())


def lines_of_words(words: Sequence[Word]) -> tuple[TextLine, ...]:
    """The lines that words make, from top to bottom: those whose heights overlap stand on one line."""
    open_lines: list[tuple[list[Word], Box]] = []
    for word in sorted(words, key=lambda one: (one.box.middle[1], one.box.x0)):
        index = next((i for i in range(len(open_lines) - 1, max(-1, len(open_lines) - 5), -1)
                      if _side_by_side(open_lines[i][1], word.box)), None)  # fmt: skip
        if index is None:
            open_lines.append(([word], word.box))
            continue
        members, band = open_lines[index]
        members.append(word)
        open_lines[index] = members, _band(band, word.box)
    lines = (TextLine(tuple(sorted(members, key=lambda one: one.box.x0))) for members, _ in open_lines)
    return tuple(sorted(lines, key=lambda line: line.box.middle[1]))


def _side_by_side(band: Box, box: Box) -> bool:
    overlap = min(band.bottom, box.bottom) - max(band.top, box.top)
    return overlap >= _SAME_LINE * min(band.height, box.height) and overlap > 0


def _band(band: Box, box: Box) -> Box:
    """The height of a line with one more word: that of its tallest word, so that lines do not grow into each other."""
    taller = box if box.height > band.height else band
    return Box(min(band.x0, box.x0), taller.top, max(band.x1, box.x1), taller.bottom)


def usual_step(lines: Sequence[TextLine]) -> float:
    """The usual distance from one line to the next, 1.2 heights of text where it cannot be told."""
    steps = [below.box.bottom - above.box.bottom for above, below in itertools.pairwise(lines)]
    if not steps:
        return 0.0
    height = median(line.height for line in lines)
    usual = [step for step in steps if 0.9 * height <= step <= 2.6 * height]
    return median(usual) if usual else 1.2 * height


def is_apart(above: TextLine, below: TextLine, step: float) -> bool:
    """True where more than the usual space lies between two lines."""
    return below.box.bottom - above.box.bottom > max(_PARAGRAPH * step, 1.9 * min(above.height, below.height))
