"""Formatted text without HTML of its own becomes HTML in which every line and table is found again."""

from __future__ import annotations

from packing.tnef import BINARY, rtf

from mailgate.domain.document import Cell, Line, Table
from mailgate.extract.html.reader import read_html
from mailgate.extract.outlook.mapi import RTF_COMPRESSED, Property, letter_of, page_of

BLOCKS = (
    Line('a < b & "c"'),
    Line(""),
    Table(((Cell((Line("Nazwa Urzędu"),)), Cell((Line("Łąck"), Line("ul. 1")))),)),
    Line("koniec"),
)  # fmt: skip


def test_a_document_written_as_a_page_is_read_as_itself() -> None:
    assert read_html(page_of(BLOCKS), "body").blocks == BLOCKS


def test_rich_text_keeps_its_tables() -> None:
    raw = (
        b"{\\rtf1\\ansi\\ansicpg1250 Dzie\\'f1 dobry\\par \\trowd\\cellx3000\\cellx9000 Nazwa Urz\\'eadu\\cell "
        b"\\'a3\\'b9ck\\cell\\row\\pard koniec\\par}"
    )
    letter = letter_of({RTF_COMPRESSED: Property(BINARY, rtf(raw))}, [])
    assert "<td><div>Nazwa Urzędu</div></td><td><div>Łąck</div></td>" in letter.html[0]
