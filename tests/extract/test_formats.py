"""Which reader takes a file."""

from __future__ import annotations

import pytest
from forms.word import package, par, run

from mailgate.domain.document import lines_of
from mailgate.extract.formats import FileIn, format_of, read_file

WORD = package(par(run("treść")))
HTML = "<!DOCTYPE html><html><body><p>treść</p></body></html>".encode()
TEXT = "treść\n".encode()


@pytest.mark.parametrize(
    ("name", "content_type", "content", "expected"),
    [
        ("a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", WORD, "docx"),
        ("a.DOCX", "application/pdf", WORD, "docx"),
        ("a", "application/octet-stream", WORD, "docx"),
        ("a.txt", "text/plain", WORD, "docx"),
        ("a.html", "text/html", HTML, "html"),
        ("a.doc", "application/msword", HTML, "html"),
        ("a.htm", "application/octet-stream", b"<p>x</p>", "html"),
        ("a.txt", "application/octet-stream", TEXT, "text"),
        ("a", "text/plain; charset=utf-8", TEXT, "text"),
        ("a", "application/octet-stream", TEXT, "text"),
        ("a.txt", "text/plain", "treść".encode("utf-16"), "text"),
    ],
)
def test_bytes_decide_then_the_name_then_the_declared_type(
    name: str, content_type: str, content: bytes, expected: str
) -> None:
    chosen = format_of(FileIn(name, content_type, content, "x"))
    assert chosen is not None
    assert chosen.name == expected
    (document,) = read_file(name, content_type, content, "x")
    assert next(lines_of(document.blocks)).text in ("treść", "x")


@pytest.mark.parametrize(
    ("name", "content"),
    [("a", bytes(range(256))), ("a.txt", b""), ("a.ics", b"BEGIN:VCALENDAR")],
)
def test_a_format_that_nobody_reads_gives_nothing(name: str, content: bytes) -> None:
    assert read_file(name, "application/octet-stream", content, "x") == ()


def test_a_damaged_file_gives_a_document_without_text_that_says_why() -> None:
    (document,) = read_file("a.docx", "", WORD[:-30], "attachment:a.docx")
    assert document.blocks == ()
    assert document.notes[0].startswith("docx not read: ")


def test_the_declared_charset_is_used() -> None:
    (document,) = read_file("a.txt", 'text/plain; charset="cp852"', "żółć".encode("cp852"), "x")
    assert [line.text for line in lines_of(document.blocks)] == ["żółć"]
