"""Words as read and their places, as those see them who mend misreadings: what stands on one line, what replaces what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PIL import Image

from mailgate.extract.page.shapes import Box, Rule, around
from mailgate.extract.scan.tesseract import Recognised

_MARGIN = 0.3
ABOVE = 0.45
"""Accents of capitals that the program did not see stand outside of its boxes."""
_ONE_LINE = 0.4
_NEAR = 1.6
"""How far apart words of one run are at most, in heights of text."""


def area_of(words: Sequence[Recognised], above: float = _MARGIN) -> Box:
    """The place of some words of a line, with a margin in heights of the line; ``above`` is that on top."""
    box = around(word.box for word in words)
    margin = box.height * _MARGIN
    return Box(max(0.0, box.x0 - margin), max(0.0, box.top - above * box.height), box.x1 + margin, box.bottom + margin)


def cutting(picture: Image.Image, area: Box) -> Image.Image:
    """The part of a picture in an area."""
    return picture.crop((int(area.x0), int(area.top), int(area.x1), int(area.bottom)))


def moved(word: Recognised, x: float, y: float) -> Recognised:
    """A word at another place."""
    box = word.box
    return replace(word, box=Box(box.x0 + x, box.top + y, box.x1 + x, box.bottom + y))


def on_one_line(one: Box, other: Box) -> bool:
    """True where the heights of two words overlap."""
    return min(one.bottom, other.bottom) - max(one.top, other.top) > _ONE_LINE * min(one.height, other.height)


def replaced(words: Sequence[Recognised], old: Sequence[Recognised], text: str) -> list[Recognised]:
    """The words with some of them replaced by one."""
    whole = Recognised(text, around(word.box for word in old), max(word.confidence for word in old))
    first = next((index for index, word in enumerate(words) if word in old), None)
    if first is None:
        return list(words)
    return [*words[:first], whole, *(word for word in words[first:] if word not in old)]


def runs_of(words: Sequence[Recognised], rules: Sequence[Rule] = ()) -> list[list[Recognised]]:
    """Words in runs from top to bottom: on one line, each near to the one before it, and no drawn line between them."""
    upright = [rule.box for rule in rules if not rule.is_horizontal]
    runs: list[list[Recognised]] = []
    for word in sorted(words, key=lambda one: one.box.x0):
        run = next((run for run in runs if _goes_on(run[-1].box, word.box, upright)), None)
        if run is None:
            runs.append([word])
        else:
            run.append(word)
    return sorted(runs, key=lambda run: run[0].box.top)


def _goes_on(before: Box, box: Box, upright: Sequence[Box]) -> bool:
    near = box.x0 - before.x1 < _NEAR * max(before.height, box.height)
    if not near or not on_one_line(before, box):
        return False
    return not any(
        before.middle[0] < line.middle[0] < box.middle[0] and line.top < box.middle[1] < line.bottom for line in upright
    )


def sureness(words: Sequence[Recognised]) -> float:
    """How sure the program was of some words on average, weighted by length; 0 for none."""
    return sum(word.confidence * len(word.text) for word in words) / max(1, sum(len(word.text) for word in words))
