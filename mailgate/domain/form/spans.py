"""The lines from a label to the next one, each with its index, and where they stand as seen from the label."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailgate.domain.form.cells import same_table, shares_row
from mailgate.domain.form.flow import Item, Path
from mailgate.domain.form.marks import Mark

_NUMBER_BEFORE_LABEL = re.compile(r"\s\(?(?:\d{1,2}|[a-zA-Z])[.)]\s*$")
_SIGN_BEFORE_LABEL = re.compile(r"(?:\s[/\\|•–-]|[,;|])\s*$")
_NUMBER_ALONE = re.compile(r"\(?(?:\d{1,2}|[a-z]|[IVX]{1,4})[.)]{0,2}")
_BULLET_AFTER_COLON = re.compile(r"[:\]>}]\s+([*–—·])\s+$")
_FOREIGN_LABEL = re.compile(
    r"[\s\d.)*•–-]{0,6}[A-ZŻŹĆŁŚÓĄĘŃ][^\W\d_]{2,20}(?:[ /-][^\W\d_]{1,20}){0,4}\*{0,2}\s?:\*{0,2}(?:\s|$)"
)
BELOW_THE_TABLE = "below the table of the label"
NOTHING_THERE = "nothing stands beside or below the label"


@dataclass(frozen=True, slots=True)
class Region:
    """A label's text line by line, and in which place it was found (English).

    ``last`` is the index of the last item that belongs to it; without text that of the label.
    """

    mark: Mark
    lines: tuple[str, ...]
    place: str
    last: int


@dataclass(frozen=True, slots=True)
class Numbered:
    """An item with its index."""

    index: int
    path: Path
    cue: str


def texts_of(items: Sequence[Item], mark: Mark, limit: tuple[int, int]) -> Iterator[tuple[Numbered, str]]:
    """The lines from a label's value to the limit, the first and the last cut where label and limit stand."""
    last, column = _before_numbering(items, mark, limit)
    for index in range(mark.index, min(last + 1, len(items))):
        item = items[index]
        start = _value_start(item.text, mark) if index == mark.index else 0
        end = column if index == last else len(item.text)
        text = item.text[start:end]
        if index == last:
            # ``2.`` before a label further on in the line is the label's number; a sign divides the two fields.
            text = _SIGN_BEFORE_LABEL.sub("", _NUMBER_BEFORE_LABEL.sub("", text))
            if not text.strip():
                return
        yield Numbered(index, item.path, item.cue), text.strip()


def _value_start(text: str, mark: Mark) -> int:
    """Where the text on a label's line begins: a list that begins there keeps its first mark (``Treść pytania: * ...``)."""
    bullet = _BULLET_AFTER_COLON.search(text[: mark.value_start]) if mark.field == "question" else None
    return bullet.start(1) if bullet is not None else mark.value_start


def _before_numbering(items: Sequence[Item], mark: Mark, limit: tuple[int, int]) -> tuple[int, int]:
    """The limit, or where its row begins: the number of the next field may stand in a cell of its own."""
    last, column = limit
    if column or last >= len(items) or not items[last].path:
        return limit
    first = last
    while first - 1 > mark.index and items[first - 1].path and shares_row(items[first - 1].path, items[last].path):
        text = items[first - 1].text
        # The name of the system stands in the first cell of the next form's header.
        if text and not _NUMBER_ALONE.fullmatch(text) and text != "CSIZS":
            return limit
        first -= 1
    return first, 0


def place_of(mark: Mark, item: Numbered) -> str:
    """Where an item stands as seen from a label (English)."""
    if item.index == mark.index:
        return "on the label's line"
    if item.path == mark.path:
        return "below the label in its cell" if mark.path else "below the label"
    if not mark.path:
        return "in the table below the label"
    if not same_table(mark.path, item.path):
        return BELOW_THE_TABLE
    return "in the cell beside the label" if shares_row(mark.path, item.path) else "in the cell below the label"


def foreign_label(text: str) -> re.Match[str] | None:
    """The words up to a colon with which a line begins, be they a label of ours or of somebody else's form."""
    return _FOREIGN_LABEL.match(text[:120])
