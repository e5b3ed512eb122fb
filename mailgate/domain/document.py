"""The one shape in which every file and body is understood: lines, and tables whose cells hold lines and tables again.

Readers in ``extract`` make it; ``hot01`` and ``reply`` understand it.  Order is the order in which a person reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Literal, TypeAlias

Cue = Literal[
    "text",
    "attribution",  # a client's own container for "On ... wrote:" or the header block over a quote
    "signature",  # a client's own container for a signature
    "rule",  # a drawn ruler (<hr>, a border line between answer and quote)
    "page",  # a page's header or footer
]


@dataclass(frozen=True, slots=True)
class Line:
    """One line as a person sees it: NFC, no zero-width or soft-hyphen characters, NBSP as a space, outer space kept off.

    ``quoted`` is the depth of quotation by the medium's own means (``>`` is left in the text and not counted here; a
    blockquote or a client's quote container counts).  ``cue`` is what the container says the line is.
    """

    text: str
    quoted: int = 0
    cue: Cue = "text"
    pictures: tuple[str, ...] = ()
    """The content-ids (without angle brackets) of the pictures of the mail itself that stand on this line."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table; a merged cell stands once, in its first place, and in rows below an empty one keeps its column."""

    blocks: tuple[Block, ...]

    def lines(self) -> tuple[str, ...]:
        """The cell's text, line by line, nested tables included."""
        return tuple(line.text for line in lines_of(self.blocks))


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells."""

    rows: tuple[tuple[Cell, ...], ...]


Block: TypeAlias = Line | Table


@dataclass(frozen=True, slots=True)
class Field:
    """A named field of a fillable file (PDF form field, titled content control, form field of Word)."""

    name: str
    value: str
    in_text: bool = False
    """True where the value stands among the lines as well, in its place (a content control of Word)."""


@dataclass(frozen=True, slots=True)
class Document:
    """A body or a file, read.

    ``source`` is ``body`` or ``attachment:NAME`` (``attachment:OUTER/INNER`` for a file inside another).
    ``fields`` are a fillable file's named fields; ``by_ocr`` marks text that was recognised in a picture.
    """

    source: str
    blocks: tuple[Block, ...]
    fields: tuple[Field, ...] = ()
    by_ocr: bool = False
    notes: tuple[str, ...] = ()
    subject: str = ""
    """The subject of the attached message whose text this is: it tells a reply from what is forwarded."""


def lines_of(blocks: tuple[Block, ...]) -> Iterator[Line]:
    """Every line in reading order, those of tables included, cell by cell."""
    for block in blocks:
        if isinstance(block, Line):
            yield block
            continue
        for cell in chain.from_iterable(block.rows):
            yield from lines_of(cell.blocks)
