"""Input made to be slow costs time in proportion to its length."""

from __future__ import annotations

import time

import pytest

from mailgate.domain.document import Cell, Document, Line, Table
from mailgate.domain.hot01 import find_forms
from mailgate.extract.text import read_text

HOSTILE = {
    "labels": "Imię i nazwisko: Jan\n" * 2000,
    "titles": "HOT-01\n" * 2000,
    "questions": "Treść pytania: a\n" * 2000,
    "forms": "HOT-01\nImię i nazwisko: Jan\nNazwa Urzędu: X\nTreść pytania: y\n" * 500,
    "colons": ":" * 100_000,
    "dots": "Nazwa Urzędu: " + "." * 100_000,
    "at signs": "HOT-01\nE-mail: " + "a@" * 50_000 + "\nTreść pytania: x",
    "one long label": "Imię i nazwisko " * 5_000,
    "digits": "HOT-01\nTelefon: " + "1 " * 50_000 + "\nTreść pytania: x",
    "extensions": "HOT-01\nTelefon: " + "wew. " * 20_000 + "\nTreść pytania: x",
    "spaces": "Nazwa Urzędu:" + " " * 100_000 + "x",
    "quote marks": ("> " * 200 + "x\n") * 300,
    "attributions": "W dniu 20.11.2026 X pisze:\n" * 2000,
    "forwards": "---------- Forwarded message ---------\n" * 2000,
    "mail headers": "Od: a\nDo: b\nTemat: c\nData: d\n\n" * 1000,
    "brackets": "Imię i nazwisko: " + "<" * 50_000,
    "half disclaimers": "HOT-01\nTreść pytania: x\n" + "Ta wiadomość jest dobra\n" * 2000,
    "drawn tables": "+---+---+\n| a | b |\n" * 2000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_is_read_in_a_few_seconds(text: str) -> None:
    started = time.process_time()
    find_forms([read_text(text, "body")])
    assert time.process_time() - started < 8


def test_tables_in_tables_in_tables_are_read() -> None:
    form = read_text("HOT-01\nNazwa Urzędu: UG\nTreść pytania: Jak?", "x").blocks
    blocks: tuple[Line | Table, ...] = form
    for _ in range(100):
        blocks = (Table(((Cell(blocks),),)),)
    assert find_forms([Document("body", blocks)]).forms[0].question == "Jak?"
