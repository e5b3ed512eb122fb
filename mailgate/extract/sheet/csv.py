"""Tables as text (.csv, .tsv): the sign between the cells is the one that the text itself uses most."""

from __future__ import annotations

import csv

from mailgate.domain.document import Document
from mailgate.domain.message.charset import decode
from mailgate.extract.safezip import MAX_MEMBER_BYTES, UnsafeContainer
from mailgate.extract.sheet.grid import MAX_ROWS, Grid, blocks_of

_SEPARATORS = ";\t,|"
_LOOKED_AT = 20_000


def read_csv_bytes(raw: bytes, source: str, charset: str | None = None) -> Document:
    """A table's bytes, read; ``charset`` is believed only as far as the bytes agree.  Raises ``UnsafeContainer``."""
    if len(raw) > MAX_MEMBER_BYTES:
        raise UnsafeContainer(f"larger than {MAX_MEMBER_BYTES} bytes")
    text, guessed = decode(raw, charset)
    text = text.removeprefix("\ufeff").replace("\0", "")
    told, separator = _told_separator(text)
    grid = Grid()
    try:
        for number, row in enumerate(csv.reader(_split_lines(told), delimiter=separator)):
            if number >= MAX_ROWS:
                grid.cut = True
                break
            for column, cell in enumerate(row):
                grid.put(number, column, cell)
    except csv.Error as error:
        raise UnsafeContainer(f"no readable table: {error}") from error
    blocks, notes = blocks_of([grid])
    return Document(source, blocks, notes=(*notes, *((f"charset guessed: {guessed}",) if guessed else ())))


def _split_lines(text: str) -> list[str]:
    """The lines with their ends, which a quoted cell may hold."""
    return text.replace("\r\n", "\n").replace("\r", "\n").splitlines(keepends=True)


def _told_separator(text: str) -> tuple[str, str]:
    """The text and its separator: the one that Excel's first line names (``sep=;``), else the most frequent one."""
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and first.strip()[4:5] in _SEPARATORS and len(first.strip()) == 5:
        return rest, first.strip()[4]
    outside = "".join(text[:_LOOKED_AT].split('"')[::2])
    return text, max(_SEPARATORS, key=outside.count)
