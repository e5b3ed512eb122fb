"""What stands at the head or foot of each page: marked as the page's, and taken once however many pages show it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mailgate.domain.document import Block, Cell, Line, Table


def as_page(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The blocks with every line marked as a page's header or footer; empty lines outside of tables are left out."""
    return tuple(
        replace(block, cue="page")
        if isinstance(block, Line)
        else Table(tuple(tuple(Cell(as_page(cell.blocks)) for cell in row) for row in block.rows))
        for block in blocks
        if not isinstance(block, Line) or block.text
    )


def distinct(parts: Iterable[tuple[Block, ...]]) -> tuple[Block, ...]:
    """The blocks of several parts; a part that says the same as one before is left out."""
    return tuple(block for blocks in dict.fromkeys(parts) for block in blocks)
