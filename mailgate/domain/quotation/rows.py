"""The body of a mail as rows: one line each, its depth of quotation counted by whatever means its medium has.

``reply`` and its neighbours look at rows, so that plain text and HTML are understood by the same rules.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from mailgate.domain.document import Block, Cue, Document, Line, Table

MAX_LOOKED_AT: Final = 400
"""Characters of a row at which rules look; what is longer than that is prose, and is kept or dropped as a whole."""
MAX_MARKS: Final = 200

_INVISIBLE: Final = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"))
_ALIKE: Final = str.maketrans({
    "ł": "l", "ß": "ss", "’": "'", "‘": "'", "`": "'", "´": "'", "“": '"', "”": '"', "„": '"',
    "∶": ":", "：": ":", "–": "-", "—": "-", "−": "-", "‐": "-", "\u2011": "-",
})  # fmt: skip
_MARKS: Final = re.compile(rf"(?:[ \t]?>){{1,{MAX_MARKS}}}")
_PICTURE: Final = re.compile(
    r"\[cid:([^\]\s]{1,200})\]"
    r"|\[(?:image|obraz|grafika|bild):\s?([^\]\n]{1,200})\]"
    r"|[\[<]([^\]\[<>@\s/]{1,120}\.(?:png|jpe?g|gif|bmp|webp))[\]>]",
    re.IGNORECASE,
)
GROUPWISE: Final = re.compile(r">{2,3} \S.{3,250}\d.{0,30}>{2,3}")
"""GroupWise's attribution, ``>>> X <x@y> 20.11.2026 10:08 >>>``: these marks are none of quotation."""
_SIGNATURE_DASHES: Final = frozenset({"-- ", "--\u00a0"})


def fold(text: str) -> str:
    """A text as it is compared: no case, no diacritics, plain quotes and dashes, single spaces, at most 400 characters."""
    decomposed = unicodedata.normalize("NFKD", text[:MAX_LOOKED_AT].casefold().translate(_ALIKE))
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).translate(_ALIKE).split())


@dataclass(frozen=True)
class Row:
    """One line: ``text`` without its marks of quotation, ``raw`` with them; ``pictures`` are content-ids or names.

    In plain text the cue ``signature`` stands on the line ``-- `` alone (RFC 3676 section 4.3).
    """

    text: str
    depth: int = 0
    cue: Cue = "text"
    raw: str = ""
    pictures: tuple[str, ...] = ()

    @cached_property
    def key(self) -> str:
        """The text as it is compared."""
        return fold(self.text)

    @property
    def blank(self) -> bool:
        """True where the row says and shows nothing."""
        return not self.text and not self.pictures


def rows_of_text(text: str) -> tuple[Row, ...]:
    """The rows of a plain text; placeholders of pictures (``[cid:...]``, ``[image: x.png]``) become pictures."""
    return tuple(_row_of(line) for line in re.split(r"\r\n|\r|\n|\f|\u2028|\u2029", text))


def _row_of(line: str) -> Row:
    line = line.translate(_INVISIBLE)
    depth, rest = _unmarked(line)
    cue: Cue = "signature" if rest in _SIGNATURE_DASHES else "text"
    rest, pictures = _without_pictures(rest)
    return Row(rest.strip(), depth, cue, line.strip(), pictures)


def _unmarked(line: str) -> tuple[int, str]:
    """How many ``>`` lead a line, and the line without them and the one space behind them (RFC 3676 section 4.5)."""
    marks = _MARKS.match(line)
    if marks is None or GROUPWISE.fullmatch(line.strip()[:MAX_LOOKED_AT]):
        return 0, line
    rest = line[marks.end() :]
    return marks[0].count(">"), rest.removeprefix(" ")


def count_marks(line: str) -> int:
    """How many ``>`` lead a line."""
    return _unmarked(line)[0]


def _without_pictures(text: str) -> tuple[str, tuple[str, ...]]:
    if "[" not in text and "<" not in text:
        return text, ()
    pictures = tuple(next(filter(None, found)) for found in _PICTURE.findall(text))
    return (_PICTURE.sub("", text), pictures) if pictures else (text, ())


def rows_of_document(document: Document) -> tuple[Row, ...]:
    """The rows of an HTML body: a table's row is one row, its cells parted by `` | ``."""
    return tuple(_rows_of_blocks(document.blocks))


def _rows_of_blocks(blocks: Iterable[Block]) -> Iterator[Row]:
    for block in blocks:
        if isinstance(block, Line):
            yield _row_of_line(block)
        else:
            yield from _rows_of_table(block)


def _row_of_line(line: Line) -> Row:
    row = _row_of(line.text)
    cue = row.cue if line.cue == "text" else line.cue
    return replace(row, depth=row.depth + line.quoted, cue=cue, pictures=(*line.pictures, *row.pictures))


def _rows_of_table(table: Table) -> Iterator[Row]:
    for cells in table.rows:
        parts = [[row for row in _rows_of_blocks(cell.blocks) if not row.blank] for cell in cells]
        parts = [part for part in parts if part]
        if len(parts) > 1 and all(len(part) == 1 for part in parts):
            yield _joined([part[0] for part in parts])
        else:
            # Cells of several lines lay out the page: each line stays a line.
            for part in parts:
                yield from part


def _joined(cells: Sequence[Row]) -> Row:
    text = " | ".join(cell.text for cell in cells if cell.text)
    pictures = tuple(picture for cell in cells for picture in cell.pictures)
    return Row(text, cells[0].depth, cells[0].cue, text, pictures)


def next_filled(rows: Sequence[Row], start: int) -> int:
    """The index of the first row from ``start`` on that is not blank nor a ruler, or the number of rows."""
    for index in range(start, len(rows)):
        if not rows[index].blank and not is_rule(rows[index]):
            return index
    return len(rows)


_RULE: Final = re.compile(r"[_\-=*~]{3,}")


def is_rule(row: Row) -> bool:
    """True for a drawn line."""
    return row.cue == "rule" or (bool(row.text) and _RULE.fullmatch(row.text[:MAX_LOOKED_AT]) is not None)
