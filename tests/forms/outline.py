"""A document as an outline that a person can check: one line a line, a table's rows and cells by indentation."""

from __future__ import annotations

from collections.abc import Iterable

from mailgate.domain.document import Block, Document, Line


def outline(document: Document) -> str:
    """The document's blocks, then its fields and notes.

    ``[page]`` is before lines of page headers, footers and notes; empty lines are left out.
    """
    fields = [f"[field] {field.name}: {field.value!r}" for field in document.fields]
    notes = [f"[note] {note}" for note in document.notes]
    return "\n".join([*_blocks(document.blocks, ""), *fields, *notes]) + "\n"


def _blocks(blocks: Iterable[Block], indent: str) -> Iterable[str]:
    for block in blocks:
        if isinstance(block, Line):
            if block.text:
                yield f"{indent}{'[page] ' if block.cue == 'page' else ''}{block.text}"
            continue
        for row in block.rows:
            yield f"{indent}row"
            for cell in row:
                yield f"{indent}  cell"
                yield from _blocks(cell.blocks, indent + "    ")
