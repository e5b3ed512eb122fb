"""PDF files: the values of their forms, the text of their pages, and, where a page is a picture, what is written in it.

Fields come first, since they hold what the clerk typed, letter for letter; the pages tell the labels beside them.
"""

from __future__ import annotations

from collections.abc import Sequence

from mailgate.domain.document import Block, Cell, Document, Field, Line, Table
from mailgate.extract.page.pages import blocks_of_pages
from mailgate.extract.page.shapes import Page
from mailgate.extract.pdf.fields import is_xfa_alone, named_fields
from mailgate.extract.pdf.guard import open_pdf
from mailgate.extract.pdf.pages import PdfPage, pages_of
from mailgate.extract.pdf.xfa import xfa_fields
from mailgate.extract.scan.reader import Recogniser

_START = 1024


def is_pdf(content: bytes) -> bool:
    """True where a PDF begins within the first kilobyte, as readers of PDF accept (ISO 32000-1, annex H.3.4.1)."""
    return b"%PDF-" in content[:_START]


def read_pdf(content: bytes, source: str, recogniser: Recogniser) -> Document:
    """A PDF, read: its first pages as lines and tables, the fields of its form by name.

    Pages that are pictures are recognised as far as the recogniser does so.  Raises ``UnsafeContainer`` for a file that
    is damaged, protected by a password, or costs more than a form may.
    """
    with open_pdf(content) as pdf:
        pages = tuple(pages_of(pdf))
        fields = named_fields([typed for page in pages for typed in page.typed])
        if not any(field.value for field in fields):
            data = xfa_fields(pdf.reader.root_object)
            if any(field.value for field in data):
                return Document(source, _as_rows(data), data, notes=pdf.notes)
        pictures = [page for page in pages if page.is_picture]
        notes = list(pdf.notes)
        if is_xfa_alone(pdf.reader.root_object):
            notes.append("a form of XFA, which only Adobe's reader shows")
        recognised: dict[int, Page] = {}
        if pictures and not any(field.value for field in fields):
            recognised, remarks = recogniser.pages_of_pdf(content, [page.index for page in pictures])
            notes += remarks
        blocks = blocks_of_pages(_shown(pages, recognised))
    return Document(source, blocks, fields, by_ocr=bool(recognised) or _has_layer(pages), notes=tuple(notes))


def _as_rows(fields: Sequence[Field]) -> tuple[Block, ...]:
    """Values whose pages only another program draws, as a table with their names."""
    rows = ((Cell((Line(f"{field.name}:"),)), Cell(tuple(map(Line, field.value.split("\n"))))) for field in fields)
    return (Table(tuple(rows)),)


def _shown(pages: Sequence[PdfPage], recognised: dict[int, Page]) -> list[Page]:
    """The pages with their text: what was recognised now goes before what some scanner recognised."""
    return [
        recognised.get(page.index, page.page)
        for page in pages
        if page.index in recognised or page.layer or not page.is_picture or page.typed
    ]


def _has_layer(pages: Sequence[PdfPage]) -> bool:
    return any(page.layer for page in pages)
