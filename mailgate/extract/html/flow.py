"""Lines and tables as they grow while a page is walked: where text goes, and what holds for it there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

from mailgate.domain.document import Block, Cell, Cue, Line, Table
from mailgate.domain.message.charset import tidy

MAX_SPANNING_COLUMNS: Final = 40
"""Cells further right may span rows without a trace, lest a page makes empty cells without end."""


@dataclass(slots=True)
class Holder:
    """A quote container, or the page: ``after`` counts the header blocks that opened a quote in it."""

    depth: int
    after: int = 0


@dataclass(slots=True)
class Numbering:
    """A list, and the number of its next item."""

    ordered: bool
    next: int = 1


class Context(NamedTuple):
    """What holds for text at one place of the page."""

    holder: Holder
    cue: Cue = "text"
    preformatted: bool = False
    numbering: Numbering | None = None

    @property
    def quoted(self) -> int:
        """The depth of quotation here and now."""
        return self.holder.depth + self.holder.after


@dataclass(slots=True)
class Flow:
    """Where lines go: the page, or a cell."""

    in_cell: bool = False
    blocks: list[Block] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    prefix: str = ""
    gap: bool = False
    quoted: int = 0
    cue: Cue = "text"
    pictures: list[str] = field(default_factory=list)
    begun: bool = False

    def picture(self, content_id: str, context: Context) -> None:
        """A picture of the mail itself stands on the line."""
        self._belong(context)
        self.begun = True
        self.pictures.append(content_id)

    def add(self, text: str, context: Context) -> None:
        """Text goes on the line, as it stands in the page."""
        self._belong(context)
        self.begun = self.begun or bool(text.strip(" "))
        self.words.append(text)

    def _belong(self, context: Context) -> None:
        # The first thing to be seen on a line decides whose line it is.
        if not self.begun:
            self.quoted, self.cue = context.quoted, context.cue

    def flush(self, *, even_empty: bool = False) -> None:
        """Ends the line, if there is one; an empty one only where it was asked for or holds a no-break space."""
        if not (self.words or self.pictures or even_empty):
            return
        written = "".join(self.words)
        self.words.clear()
        pictures = tuple(self.pictures)
        self.pictures.clear()
        self.begun = False
        if not even_empty and not pictures and not written.strip(" \t\n"):
            return
        text = tidy(written).strip()
        if text and self.prefix:
            text, self.prefix = self.prefix + text, ""
        if self.gap and text:
            self._blank(self.quoted)
        self.gap = False
        if text or pictures:
            self.blocks.append(Line(text, self.quoted, self.cue, pictures))
        else:
            self._blank(self.quoted)

    def rule(self, quoted: int) -> None:
        """A drawn ruler."""
        self.blocks.append(Line("", quoted, "rule"))

    def table(self, table: Table) -> None:
        """A table, which needs no blank line around it."""
        self.gap = False
        self.blocks.append(table)

    def _blank(self, quoted: int) -> None:
        last = self.blocks[-1] if self.blocks else None
        if last is None or (isinstance(last, Line) and not (last.text or last.pictures) and last.cue != "rule"):
            return
        self.blocks.append(Line("", min(quoted, last.quoted) if isinstance(last, Line) else quoted))

    def finish(self) -> tuple[Block, ...]:
        """All blocks, without blank lines at the end."""
        self.flush()
        while self.blocks and isinstance(last := self.blocks[-1], Line) and last == Line("", last.quoted):
            self.blocks.pop()
        return tuple(self.blocks)


@dataclass(slots=True)
class Grid:
    """The rows of a table as they grow; below a cell that spans rows an empty one keeps its column."""

    rows: list[list[Cell]] = field(default_factory=list)
    _column: int = 0
    _spanning: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Where cells begin that span rows: the last row that each takes, and its columns."""

    def begin_row(self) -> None:
        """The next cell is the first of a row."""
        self.rows.append([])
        self._column = 0

    def add(self, cell: Cell, *, rows: int, columns: int) -> None:
        """The next cell of the row, over so many rows and columns."""
        here = len(self.rows) - 1
        while self._column in self._spanning and self._spanning[self._column][0] >= here:
            self.rows[-1].append(Cell(()))
            self._column += self._spanning[self._column][1]
        self.rows[-1].append(cell)
        if rows > 1 and self._column < MAX_SPANNING_COLUMNS:
            self._spanning[self._column] = (here + rows - 1, columns)
        self._column += columns


def write_table(flow: Flow, rows: list[list[Cell]], *, framed: bool) -> None:
    """Adds a table to what is around it; one that only lays out the page gives way to what stands in it.

    ``framed`` says that a border is drawn around it: then even a single cell is a place of its own.
    """
    rows = [row for row in rows if any(cell.blocks for cell in row)]
    if not rows:
        return
    cells = [cell for row in rows for cell in row]
    if _is_layout(rows, cells) and not (framed and _is_box(cells)):
        flow.flush()
        for cell in cells:
            flow.blocks.extend(cell.blocks)
    else:
        flow.table(Table(tuple(tuple(row) for row in rows)))


def _is_box(cells: list[Cell]) -> bool:
    """True for a single cell of text: no tables, and nothing that is quoted."""
    lines = cells[0].blocks
    return len(cells) == 1 and all(isinstance(one, Line) and not one.quoted and one.cue == "text" for one in lines)


def _is_layout(rows: list[list[Cell]], cells: list[Cell]) -> bool:
    """A single cell; or one column that holds tables; or empty cells around the only one that holds anything."""
    filled = [cell for cell in cells if cell.blocks]
    holds_tables = any(isinstance(block, Table) for cell in filled for block in cell.blocks)
    if len(cells) == 1 or (len(filled) == 1 and holds_tables):
        return True
    return holds_tables and all(len(row) == 1 for row in rows)
