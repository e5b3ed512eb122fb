"""What the reader of RTF keeps while it reads: what holds in a group, the streams of paragraphs, the open form field."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from mailgate.domain.document import Block
from mailgate.extract.word.celltables import CellTables

Where = Literal["text", "nowhere", "fonts", "mark", "form field", "entry", "property", "shape's text"]


@dataclass(slots=True)
class Flow:
    """One stream of paragraphs: the text itself, or that of a box, note, header or footer."""

    name: str
    tables: CellTables = field(default_factory=CellTables)
    text: list[str] = field(default_factory=list)
    boxes: list[Block] = field(default_factory=list)
    mark: str = ""
    in_row: bool = False
    """True from the definition of a row to its end: programs forget to say that paragraphs stand in a table."""


@dataclass(frozen=True, slots=True)
class State:
    """What holds inside a group and ends with it."""

    where: Where = "text"
    flow: str = ""
    font: int | None = None
    skipped: int = 1
    hidden: bool = False
    deleted: bool = False
    in_table: bool = False
    depth: int = 1
    nested_row: bool = False
    """True inside the definition of a nested table's row, which comes after the row (``\\nesttableprops``)."""


@dataclass(slots=True)
class FormField:
    """A drop-down field of a form: its entries, and which one is chosen (``\\ffres``)."""

    entries: list[str] = field(default_factory=list)
    chosen: int = -1
    default: int = 0
