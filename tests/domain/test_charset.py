"""Bytes become Polish text whatever their label claims."""

from __future__ import annotations

import pytest

from mailgate.domain.message.charset import codec_for, decode, tidy

PANGRAM = "Zażółć gęślą jaźń, ŚWIĘTY ŹREBAK"
LABELS = (None, "utf-8", "us-ascii", "iso-8859-1", "iso-8859-2", "windows-1250", "x-unknown", "cp-1250", "")


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("codec", ["utf-8", "windows-1250", "iso-8859-2"])
def test_polish_is_read_right_under_any_label(codec: str, label: str | None) -> None:
    assert decode(PANGRAM.encode(codec), label)[0] == PANGRAM


@pytest.mark.parametrize("word", ["Łąck", "łódź", "żółw", "jeśli", "wieś", "mąż", "Ścibor", "Gąska"])
@pytest.mark.parametrize("codec", ["utf-8", "windows-1250", "iso-8859-2"])
def test_one_word_is_enough(codec: str, word: str) -> None:
    assert decode(word.encode(codec), "iso-8859-1")[0] == word


@pytest.mark.parametrize(("codec", "label"), [("cp852", "ibm852"), ("cp852", "cp852"), ("utf-16-le", "utf-16le")])
def test_a_telling_label_is_believed(codec: str, label: str) -> None:
    assert decode(PANGRAM.encode(codec), label) == (PANGRAM, None)


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_beats_the_label(codec: str) -> None:
    assert decode(PANGRAM.encode(codec), "iso-8859-2") == (PANGRAM, None)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_shows_by_its_nuls(codec: str) -> None:
    text = "Nazwa Urzędu: Urząd Gminy. Zwrotny nr telefonu: 24 261 40 21."
    assert decode(text.encode(codec), None)[0] == text


def _as(byte: int, codec: str) -> str:
    """One byte read in a charset; what that leaves undefined stays a control character, as in browsers."""
    try:
        return bytes([byte]).decode(codec)
    except UnicodeDecodeError:
        return chr(byte)


@pytest.mark.parametrize("wrong", ["cp1252", "latin-1", "cp1250", "iso-8859-2"])
def test_utf8_encoded_twice_is_undone(wrong: str) -> None:
    once = "".join(_as(byte, wrong) for byte in PANGRAM.encode("utf-8"))
    doubled = once.encode("utf-8")
    assert decode(doubled, "utf-8") == (PANGRAM, "utf-8, encoded twice")


def test_utf8_cut_inside_a_letter_stays_utf8() -> None:
    assert decode(PANGRAM.encode("utf-8") + "ą".encode()[:1], "utf-8")[0].startswith(PANGRAM)


def test_a_german_letter_is_not_made_polish() -> None:
    assert decode("Größe für Müller".encode("latin-1"), "iso-8859-1") == ("Größe für Müller", None)


def test_a_guess_is_named() -> None:
    assert decode(PANGRAM.encode("windows-1250"), "iso-8859-2")[1] == "windows-1250"
    assert decode(PANGRAM.encode("utf-8"), "us-ascii")[1] == "utf-8"


@pytest.mark.parametrize("label", ["base64", "rot13", "\0", "utf\0", "x" * 100, "no such", None, "unicode_escape"])
def test_what_is_no_charset_is_no_charset(label: str | None) -> None:
    assert codec_for(label) is None


def test_tidy_text_has_no_invisible_characters() -> None:
    assert tidy("a\u00a0b\u200bc\u00add\u202ee\ufefff\0g\x07h\x7f") == "a bcdefgh"


def test_tidy_text_is_composed_and_can_be_encoded() -> None:
    assert tidy("Z\u0307a\u0328c\u0301 \udcb9") == "Żąć \ufffd"


def test_tidy_keeps_tabs_and_line_ends() -> None:
    assert tidy("ą\t1\r\n2\n") == "ą\t1\r\n2\n"


def test_a_label_of_iso_8859_16_is_believed_where_the_letters_are_polish_by_it_only() -> None:
    text = "Gminny Ośrodek Pomocy Społecznej w Żabiej Woli: jak cofnąć treść?"
    assert decode(text.encode("iso-8859-16"), "iso-8859-16") == (text, None)
    assert decode(text.encode("cp1250"), "iso-8859-16")[0] == text
