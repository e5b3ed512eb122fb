"""Plain text, as a body or as a file, to lines."""

from __future__ import annotations

from mailgate.domain.document import Document, Line
from mailgate.domain.message.charset import decode, tidy

MAX_LINES = 50_000


def read_text(text: str, source: str) -> Document:
    """A text, read; marks of quotation (``>``) stay in the lines.  Lines beyond MAX_LINES are left out, with a note."""
    lines = tidy(text).splitlines()
    notes = (f"only the first {MAX_LINES} lines were read",) if len(lines) > MAX_LINES else ()
    return Document(source, tuple(Line(line.strip()) for line in lines[:MAX_LINES]), notes=notes)


def read_text_bytes(raw: bytes, source: str, charset: str | None = None) -> Document:
    """A text file's bytes, read; ``charset`` is what MIME declares, and is believed only as far as the bytes agree."""
    text, guessed = decode(raw, charset)
    document = read_text(text, source)
    if guessed is None:
        return document
    return Document(source, document.blocks, notes=(*document.notes, f"charset guessed: {guessed}"))
