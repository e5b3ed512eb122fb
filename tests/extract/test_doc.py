"""Word 97 documents: files that LibreOffice wrote, as they are and changed in places (their outlines: test_office_files)."""

from __future__ import annotations

from pathlib import Path

import olefile
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailgate.domain.document import Document, lines_of
from mailgate.domain.message.charset import tidy
from mailgate.extract.formats import read_file
from mailgate.extract.olefiles import is_doc, is_encrypted_office, is_xls
from mailgate.extract.safezip import UnsafeContainer
from mailgate.extract.word.binary import Runs, plc_of, sprms
from mailgate.extract.word.doc import read_doc

FOLDER = Path(__file__).parent / "office"
RICH = (FOLDER / "rich.doc").read_bytes()
SENTENCE = "Zażółć gęślą jaźń"
MAIN = RICH.index(b"\xec\xa5", 512)


def texts(content: bytes) -> list[str]:
    return [line.text for line in lines_of(read_doc(content, "x").blocks)]


def with_word(content: bytes, offset: int, value: int) -> bytes:
    """The file with two bytes of its main stream's header set."""
    place = MAIN + offset
    return content[:place] + value.to_bytes(2, "little") + content[place + 2 :]


@given(
    st.text(
        st.characters(min_codepoint=33, max_codepoint=0xD7FF, categories=("L", "N", "P", "S")), min_size=17, max_size=17
    )
)
@settings(max_examples=80, deadline=None)
def test_any_text_comes_back(text: str) -> None:
    assert len(text.encode("utf-16-le")) == len(SENTENCE.encode("utf-16-le"))
    changed = RICH.replace(SENTENCE.encode("utf-16-le"), text.encode("utf-16-le"))
    assert any(line.startswith(tidy(text)) for line in texts(changed))


def test_a_tracked_deletion_and_hidden_text_are_left_out() -> None:
    found = texts(RICH)
    assert "Wstawione: nowe słowo koniec" in found
    assert "Ukryte: jawne" in found
    assert not any("stare" in line or "TAJNE" in line for line in found)


def test_a_drop_down_field_shows_the_entry_chosen_and_a_blank_field_nothing() -> None:
    found = texts(RICH)
    assert "Wybór: MOPS Żory" in found
    assert "Puste:" in found


def test_an_encrypted_document_says_so() -> None:
    with pytest.raises(UnsafeContainer, match="encrypted"):
        read_doc(with_word(RICH, 10, 0x0100), "x")


@pytest.mark.parametrize(("offset", "value"), [(0, 0xA5DC), (2, 0x0068)], ids=["identifier", "version"])
def test_a_document_of_another_version_is_refused(offset: int, value: int) -> None:
    with pytest.raises(UnsafeContainer):
        read_doc(with_word(RICH, offset, value), "x")


@pytest.mark.parametrize("content", [b"", b"abc", olefile.MAGIC, RICH[:600], RICH[: MAIN + 300]])
def test_a_damaged_file_is_refused(content: bytes) -> None:
    with pytest.raises(UnsafeContainer):
        read_doc(content, "x")


@given(st.lists(st.tuples(st.integers(0, len(RICH) - 1), st.integers(0, 255)), min_size=1, max_size=30))
@settings(max_examples=150, deadline=None)
def test_whatever_is_changed_in_a_file_it_is_read_or_refused(changes: list[tuple[int, int]]) -> None:
    damaged = bytearray(RICH)
    for place, byte in changes:
        damaged[place] = byte
    try:
        assert isinstance(read_doc(bytes(damaged), "x"), Document)
    except UnsafeContainer as refused:
        assert str(refused)


def test_ole_files_are_told_by_their_streams() -> None:
    workbook = (FOLDER / "sheet.xls").read_bytes()
    assert (is_doc(RICH), is_xls(RICH), is_doc(workbook), is_xls(workbook)) == (True, False, False, True)
    assert not is_doc(b"") and not is_xls(olefile.MAGIC)
    locked = RICH.replace("WordDocument".encode("utf-16-le"), "EncryptedPac".encode("utf-16-le"))
    assert not is_doc(locked) and not is_encrypted_office(locked)


def test_a_package_locked_by_a_password_is_named_so() -> None:
    name = "WordDocument".encode("utf-16-le")
    place = RICH.index(name)
    entry = bytearray(RICH[place : place + 64])
    entry[:] = "EncryptedPackage".encode("utf-16-le").ljust(64, b"\0")
    locked = RICH[:place] + bytes(entry) + (34).to_bytes(2, "little") + RICH[place + 66 :]
    (document,) = read_file("HOT-01.docx", "", locked, "x")
    assert document.notes == ("office file not read: encrypted",)


def test_property_changes_are_told_apart_by_the_sizes_in_their_codes() -> None:
    listed = bytes.fromhex("3c08010b46020049660200000008d60500010203040ac602aabb1724")
    assert list(sprms(listed)) == [
        (0x083C, b"\x01"),
        (0x460B, b"\x02\x00"),
        (0x6649, b"\x02\x00\x00\x00"),
        (0xD608, b"\x05\x00\x01\x02\x03\x04"),
        (0xC60A, b"\x02\xaa\xbb"),
    ]


def test_a_plc_is_positions_and_one_record_fewer() -> None:
    raw = b"".join(number.to_bytes(4, "little") for number in (0, 5, 9)) + b"aabb"
    assert plc_of(raw, 2) == ((0, 5, 9), (b"aa", b"bb"))
    assert plc_of(b"", 2) == ((), ())


def test_the_properties_at_a_place_are_those_of_the_stretch_around_it() -> None:
    runs = Runs((10, 30), (20, 40), ((1, b"a"), (2, b"b")))
    assert [runs.at(offset)[:2] for offset in (5, 10, 19, 25, 39)] == [
        (0, b""),
        (1, b"a"),
        (1, b"a"),
        (0, b""),
        (2, b"b"),
    ]
    assert runs.at(25)[2] == 30
