"""What a check found, as a value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "fault"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one part; ``text`` is a sentence, with the cure where something is wrong."""

    part: str
    level: Level
    text: str


def or_well(found: Iterable[Finding], part: str, text: str) -> Iterator[Finding]:
    """What was found, or that all is well where nothing was."""
    wrong = False
    for finding in found:
        wrong = True
        yield finding
    if not wrong:
        yield Finding(part, "ok", text)
