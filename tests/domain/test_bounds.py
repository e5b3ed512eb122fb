"""How much of a document is looked at."""

from __future__ import annotations

from mailgate.domain.document import Cell, Document, Line, Table, lines_of
from mailgate.domain.form.bounds import MAX_FORM_TEXT, shortened


def test_a_document_of_usual_length_is_left_as_it_is() -> None:
    document = Document("body", (Line("Dzień dobry"), Table(((Cell((Line("a"),)), Cell(())),))))
    assert shortened(document) is document


def test_of_a_longer_document_the_beginning_is_kept_with_a_note() -> None:
    document = Document("body", tuple(Line(f"wiersz {number}") for number in range(100_000)), notes=("before",))
    short = shortened(document)
    whole = len(short.blocks) - 1
    assert short.blocks[:whole] == document.blocks[:whole]
    assert 0 < sum(len(line.text) for line in lines_of(short.blocks)) <= MAX_FORM_TEXT
    assert short.notes[0] == "before"
    assert len(short.notes) == 2


def test_one_endless_line_is_cut() -> None:
    (line,) = lines_of(shortened(Document("body", (Line("a" * 2_000_000),))).blocks)
    assert line.text == "a" * MAX_FORM_TEXT


def test_a_table_ends_in_the_cell_where_the_measure_is_full() -> None:
    row = tuple(Cell((Table(((Cell((Line("x" * 90),)),),)),)) for _ in range(10_000))
    short = shortened(Document("body", (Table((row,)), Line("after"))))
    lines = list(lines_of(short.blocks))
    assert len(short.blocks) == 1
    assert 2_000 < len(lines) < 4_000


def test_empty_lines_are_counted() -> None:
    assert len(shortened(Document("body", (Line(""),) * 1_000_000)).blocks) <= MAX_FORM_TEXT // 10
