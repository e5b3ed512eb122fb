"""Links on a picture: they hold signs that the Polish model hardly knows, ``&`` and ``#`` above all.

They are read by both models; where the two differ, the one that saw a sign of links is right, else the Polish one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from mailgate.extract.scan.tesseract import Recognised
from mailgate.extract.scan.words import replaced

_LINK = re.compile(r"\(?(?:https?:/{1,2}|www\.)\S{4,}", re.IGNORECASE)
_SIGNS = frozenset("/?&#=%:")
_ALIKE = 0.8
_LONGEST = 300


def links(words: Sequence[Recognised]) -> list[list[int]]:
    """Where links stand, each as the index of its word."""
    return [[index] for index, word in enumerate(words) if len(word.text) <= _LONGEST and _LINK.match(word.text)]


def with_link(
    words: Sequence[Recognised], polish: Sequence[Recognised], english: Sequence[Recognised]
) -> list[Recognised]:
    """The words with the link in a place as both models together read it."""
    read = "".join(word.text for word in english)[:_LONGEST]
    (word,) = polish
    return replaced(words, polish, agreed_link(word.text, read))


def agreed_link(polish: str, english: str) -> str:
    """The link that two readings agree on; the Polish one where the other is of something else."""
    matcher = SequenceMatcher(None, polish, english, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return polish
    parts: list[str] = []
    for kind, start, end, other_start, other_end in matcher.get_opcodes():
        one, other = polish[start:end], english[other_start:other_end]
        foreign = kind != "equal" and bool(_SIGNS.intersection(other)) and not _SIGNS.intersection(one)
        parts.append(other if foreign else one)
    return "".join(parts)
