"""Outlook's own files of messages are opened, with the files and messages in them."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packing.outlook import compound, message, text
from packing.tnef import BINARY, INTEGER, STRING8, rtf

from mailgate.extract.opened import Allowance, Opened
from mailgate.extract.outlook.msg import is_outlook_message, open_outlook_message

FROM_HTML = b"{\\rtf1\\ansi\\ansicpg1250\\fromhtml1 {\\*\\htmltag64 <p>}Za\\'bf\\'f3\\'b3\\'e6}"
FILE = {0x3707: text("HOT-01 Łąck.txt"), 0x3701: (BINARY, b"x" * 5_000)}
INNER = message({0x0037: text("W środku"), 0x1000: text("wewnątrz")}, [{0x3704: text("a.txt"), 0x3701: (BINARY, b"1")}])
WHOLE = compound(
    message({0x1000: text("Zażółć"), 0x1009: (BINARY, rtf(FROM_HTML))}, [FILE], [("Prośba: pilne", INNER)])
)


def opened(raw: bytes, depth: int = 5) -> Opened:
    return open_outlook_message(raw, Allowance(), depth)


def test_texts_and_files_come_out() -> None:
    assert is_outlook_message(WHOLE)
    result = opened(WHOLE)
    assert (result.plain, result.html, result.notes) == (("Zażółć",), ("<p>Zażółć",), ())
    assert [(file.name, len(file.content)) for file in result.files] == [("HOT-01 Łąck.txt", 5_000)]


def test_an_attached_message_is_called_by_its_subject() -> None:
    ((name, inner),) = opened(WHOLE).items
    assert name == "Prośba_ pilne.msg"
    assert inner.plain == ("wewnątrz",)
    assert [file.name for file in inner.files] == ["a.txt"]


def test_eight_bit_text_is_read_in_its_code_page() -> None:
    values = {0x1000: (STRING8, "Zażółć".encode("cp1250")), 0x3FFD: (INTEGER, struct.pack("<II", 1250, 0))}
    assert opened(compound(message(values))).plain == ("Zażółć",)


def test_messages_in_messages_are_opened_down_to_a_depth() -> None:
    tree = message({0x1000: text("dno")})
    for _ in range(3):
        tree = message({0x1000: text("-")}, messages=[("dalej", tree)])
    raw = compound(tree)
    result = opened(raw, depth=2)
    deepest = result.items[0][1].items[0][1]
    assert deepest.items == ()
    assert deepest.notes == ("a message in it was not opened: nested too deeply",)


def test_what_is_over_the_allowance_is_left_out() -> None:
    result = open_outlook_message(WHOLE, Allowance(size=100), 5)
    assert sum(len(file.content) for file in result.files) <= 100


@pytest.mark.parametrize("cut", [8, 100, 512, 600, 2_000])
def test_a_damaged_file_is_a_note_or_less_text(cut: int) -> None:
    result = opened(WHOLE[:cut])
    assert result.plain == () or result.plain == ("Zażółć",)
    assert result.notes or result.plain


@settings(max_examples=60)
@given(data=st.data())
def test_changed_bytes_never_raise(data: st.DataObject) -> None:
    raw = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(8, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert isinstance(opened(bytes(raw)), Opened)
