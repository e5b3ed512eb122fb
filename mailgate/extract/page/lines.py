"""Words with places to lines of text: what stands side by side is a line, and what was wrapped is put together again."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from mailgate.domain.form.labels import label_at_start, title_weight
from mailgate.domain.message.charset import tidy
from mailgate.extract.page.shapes import Box, Word, around

# In heights of text.
_WIDE_GAP = 1.3
_SPACE = 0.28
_DEEPEST_INDENT = 5.0
_SAME_LINE = 0.6
"""The share of the lower one's height that two words on one line have in common; a label may stand between lines."""
_PARAGRAPH = 1.55
"""A step from line to line so many times the usual one is an empty line."""
_GAP = "   "
"""What stands between the parts of a line that are far from each other; labels end at such a gap."""
_LIST_MARK = re.compile(r"(?:[-–—•·▪●○◦*§➢]|\d{1,2}[.)]|[a-zA-Z][.)]|[ivx]{1,4}[.)])(?:\s|$)")
_BROKEN_WORD = re.compile(r"[^\W\d_]{2,}[-‐]$")
_BEFORE_HYPHEN = frozenset({"e", "hot", "on", "off", "co"})


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
        """The words parted where they stand far from each other."""
        gap = _WIDE_GAP * self.height
        found: list[list[Word]] = []
        for word in self.words:
            if found and word.box.x0 - found[-1][-1].box.x1 < gap:
                found[-1].append(word)
            else:
                found.append([word])
        return tuple(tuple(part) for part in found)

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


def texts_of(lines: Sequence[TextLine], right: float) -> tuple[str, ...]:
    """The text of lines one below the other; ``right`` is the edge at which they were wrapped.

    A line that had no room for the next one's first word goes on there.  An empty text stands for a wide space.
    """
    step = usual_step(lines)
    texts: list[str] = []
    for index, line in enumerate(lines):
        text = tidy(line.text).strip()
        before = lines[index - 1] if index else None
        if before is None:
            texts.append(text)
        elif is_apart(before, line, step):
            texts += ["", text]
        elif _goes_on(before, line, text, right) and label_at_start(text) is None and not title_weight(text):
            texts[-1] = _joined(texts[-1], text, before, right)
        else:
            texts.append(text)
    return tuple(texts)


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


def _goes_on(above: TextLine, below: TextLine, text: str, right: float) -> bool:
    """True where a paragraph goes on in the next line: it had no room left, and nothing new begins there."""
    if above.final or _LIST_MARK.match(text):
        return False
    unit = above.height
    outdent = above.words[0].box.x0 - below.words[0].box.x0
    if outdent > _DEEPEST_INDENT * unit:
        return False
    room = right - above.box.x1
    return room < below.words[0].box.width + _SPACE * unit + 0.02 * unit


def _joined(text: str, more: str, above: TextLine, right: float) -> str:
    """A text and its continuation: words parted by a hyphen, and what was too long for a line, are whole again."""
    last = above.words[-1]
    if _BROKEN_WORD.search(text) and "@" not in last.text + more.split(None, 1)[0]:
        stem = text.rsplit(None, 1)[-1].rstrip("-‐").lower()
        if more[:1].islower() and stem not in _BEFORE_HYPHEN:
            return text[:-1] + more
        return text + more if more[:1].isalnum() else f"{text} {more}"
    if last.text.endswith(("-", "/")) and len(last.text) > 1 and more[:1].isalnum():
        return text + more
    full = right - last.box.x1 < 0.9 * above.height
    alone = len(above.words) == 1 or "@" in last.text or "//" in last.text
    if full and alone and len(last.text) > 20:
        return text + more
    return f"{text} {more}"
