"""Which reader takes a file."""

from __future__ import annotations

import pytest
from forms.word import package, par, run
from packing.mails import zipped
from packing.outlook import compound

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


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.doc", b"\xdb\xa5\x2d\x00" + bytes(500), "a document of Word for Windows 2"),
        ("a.doc", b"\x31\xbe\x00\x00" + bytes(500), "a document of Windows Write or Word for DOS"),
        ("HOT-01.xlsb", zipped({"xl/workbook.bin": b"x"}), "a binary workbook of Excel"),
        ("a.heic", b"\x00\x00\x00\x18ftypheic" + bytes(100), "a photograph in the format HEIC"),
        ("a.pages", zipped({"Index/Document.iwa": b"x"}), "a document of Apple Pages"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a document that is damaged or none at all"),
    ],
)
def test_a_document_of_a_kind_without_a_reader_is_named(name: str, content: bytes, kind: str) -> None:
    (document,) = read_file(name, "application/octet-stream", content, "x")
    assert document.blocks == ()
    assert document.notes == (f"not read: {kind}, which a person must open",)


@pytest.mark.parametrize("begins", [b"\xdc\xa5\x68\x00", b"\xdc\xa5\x65\x00", b"\xec\xa5\x70\x00"])
def test_a_document_of_word_6_or_95_is_named(begins: bytes) -> None:
    (document,) = read_file("a.doc", "application/msword", compound({"WordDocument": begins + bytes(5000)}), "x")
    assert document.notes == ("doc not read: a document of Word before 1997, which a person must open",)
