"""winmail.dat gives up its texts and files; lying lengths end as a note."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packing.tnef import BINARY, INTEGER, STRING8, UNICODE, File, attached_message, attribute, properties, rtf, winmail

from mailgate.extract.outlook import tnef
from mailgate.extract.outlook.tnef import is_tnef, open_tnef

HTML = "<p>Zażółć</p>"
FROM_HTML = b"{\\rtf1\\ansi\\ansicpg1250\\fromhtml1 {\\*\\htmltag64 <p>}Za\\'bf\\'f3\\'b3\\'e6{\\*\\htmltag72 </p>}}"
WHOLE = winmail({0x1009: (BINARY, rtf(FROM_HTML))}, [File("HOT-01.txt", b"tresc")], body="Zażółć".encode("cp1250"))


def test_texts_and_files_come_out() -> None:
    assert is_tnef(WHOLE)
    opened = open_tnef(WHOLE)
    assert (opened.plain, opened.html) == (("Zażółć",), (HTML,))
    assert [(file.name, file.content) for file in opened.files] == [("HOT-01.txt", b"tresc")]
    assert opened.notes == ()


def test_html_kept_as_html_stands_before_the_rtf() -> None:
    values = {0x1013: (BINARY, "<p>ł</p>".encode("cp1250")), 0x1009: (BINARY, rtf(FROM_HTML)),
              0x3FDE: (INTEGER, struct.pack("<I", 1250))}  # fmt: skip
    assert open_tnef(winmail(values)).html == ("<p>ł</p>",)


def test_text_in_rtf_is_plain_text() -> None:
    values = {0x1009: (BINARY, rtf(b"{\\rtf1\\ansi\\ansicpg1250\\fromtext Za\\'bf\\'f3\\'b3\\'e6}", compressed=False))}
    assert open_tnef(winmail(values)).plain == ("Zażółć",)


def test_a_text_of_unicode_is_read() -> None:
    assert open_tnef(winmail({0x1000: (UNICODE, "Łąck\r\n".encode("utf-16-le") + b"\0\0")})).plain == ("Łąck\n",)


def test_a_name_outside_the_properties_is_read_in_the_declared_code_page() -> None:
    whole = winmail(files=[File("x", b"1", {0x3707: (STRING8, b"")}, short_name="Zgłoszenie.txt".encode("cp1250"))])
    assert [file.name for file in open_tnef(whole).files] == ["Zgłoszenie.txt"]


def test_names_are_safe_and_differ() -> None:
    whole = winmail(files=[File("..\\..\\x.txt", b"1"), File("x.txt", b"2"), File("", b"%PDF-1.4")])
    assert [file.name for file in open_tnef(whole).files] == ["x.txt", "x (2).txt", "plik-3.pdf"]


def test_a_picture_of_the_text_is_inline() -> None:
    whole = winmail(files=[File("logo.png", b"1", {0x3712: (UNICODE, "a@b".encode("utf-16-le"))})])
    assert [(file.inline, file.content_id) for file in open_tnef(whole).files] == [(True, "a@b")]


def test_an_attached_message_is_winmail_again() -> None:
    (inner,) = open_tnef(winmail(files=[attached_message("Zgłoszenie", WHOLE)])).files
    assert inner.name == "Zgłoszenie"
    assert open_tnef(inner.content).plain == ("Zażółć",)


def test_named_and_many_valued_properties_are_passed_over() -> None:
    guid = bytes(16)
    named = struct.pack("<HH", UNICODE, 0x8000) + guid + struct.pack("<II", 1, 6) + "abc".encode("utf-16-le") + bytes(2)
    named += struct.pack("<II", 1, 4) + "x\0".encode("utf-16-le")
    numbered = struct.pack("<HH", INTEGER, 0x8001) + guid + struct.pack("<III", 0, 5, 7)
    many = struct.pack("<HHI", UNICODE | 0x1000, 0x3001, 2) + 2 * (struct.pack("<I", 4) + "y\0".encode("utf-16-le"))
    last = properties({0x1000: (UNICODE, "tekst".encode("utf-16-le"))})[4:]
    raw = struct.pack("<I", 4) + named + numbered + many + last
    opened = open_tnef(winmail() + attribute(1, 0x00069003, raw))
    assert (opened.plain, opened.notes) == (("tekst",), ())


@pytest.mark.parametrize(
    "broken",
    [
        attribute(2, 0x0006800F, b"x")[:5] + struct.pack("<i", 2_000_000_000),
        attribute(2, 0x0006800F, b"x")[:5] + struct.pack("<i", -5),
        attribute(1, 0x00069003, struct.pack("<I", 4_000_000_000)),
        attribute(1, 0x00069003, struct.pack("<IHHI", 1, BINARY, 0x1000, 4_000_000_000)),
        attribute(1, 0x00069003, struct.pack("<IHHII", 1, BINARY, 0x1000, 1, 0xFFFFFFFF)),
        attribute(1, 0x00069003, struct.pack("<IHH", 1, 0x0099, 0x1000)),
        attribute(9, 0x00069003, b""),
    ],
)
def test_a_lie_ends_the_reading_and_what_came_before_stays(broken: bytes) -> None:
    opened = open_tnef(WHOLE + broken)
    assert opened.plain == ("Zażółć",)
    assert opened.files[0].content == b"tresc"
    assert "damaged" in opened.notes[0]


def test_too_many_attributes_and_files_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tnef, "MAX_FILES", 2)
    assert len(open_tnef(winmail(files=[File("a", b"1")] * 3)).files) == 2
    monkeypatch.setattr(tnef, "MAX_ATTRIBUTES", 5)
    assert "more than 5 attributes" in open_tnef(WHOLE).notes[0]


def test_a_body_that_is_damaged_is_a_note() -> None:
    assert open_tnef(winmail({0x1009: (BINARY, b"LZFu")})).notes == (
        "its formatted text was not read: it is shorter than its header",
    )


@given(data=st.data())
def test_changed_bytes_never_raise(data: st.DataObject) -> None:
    raw = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(4, len(raw) - 1))] = data.draw(st.integers(0, 255))
    opened = open_tnef(bytes(raw))
    assert sum(len(file.content) for file in opened.files) <= len(raw)
