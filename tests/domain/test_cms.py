"""The content of signed mail is reached in DER and BER alike, and a hostile structure ends the walk."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packing.signed import DATA, SIGNED, ber, compressed, der, detached, enveloped, opaque, streamed

from mailgate.domain.message import cms
from mailgate.domain.message.cms import Cms, DamagedCms, kind_of, read_cms

CONTENT = "Content-Type: text/plain; charset=utf-8\r\n\r\nZażółć\r\n".encode()
HEAD_OF_PIECES = bytes.fromhex("3080") + der(0x06, SIGNED) + bytes.fromhex("a0803080020101310030800609") + DATA


@pytest.mark.parametrize("write", [opaque, streamed])
def test_signed_content_is_reached_however_its_lengths_are_written(write) -> None:
    assert read_cms(write(CONTENT)) == Cms("signed", CONTENT)


def test_a_detached_signature_has_no_content() -> None:
    assert read_cms(detached(CONTENT)) == Cms("signed", None)


def test_an_encrypted_message_is_known_and_not_opened() -> None:
    assert read_cms(enveloped(CONTENT)) == Cms("encrypted")


def test_compressed_content_is_inflated() -> None:
    assert read_cms(compressed(CONTENT)) == Cms("compressed", CONTENT)


def test_a_compressed_bomb_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cms, "MAX_UNPACKED", 1_000)
    with pytest.raises(DamagedCms, match="larger than 1000 bytes"):
        read_cms(compressed(bytes(100_000)))


def test_damaged_compression_is_said() -> None:
    whole = compressed(CONTENT)
    with pytest.raises(DamagedCms):
        read_cms(whole[:-20] + bytes(20))


@pytest.mark.parametrize("armour", [b"-----BEGIN PKCS7-----\n%s-----END PKCS7-----\n", b"%s"])
def test_base64_around_it_is_taken_off(armour: bytes) -> None:
    assert read_cms(armour % base64.encodebytes(opaque(CONTENT))) == Cms("signed", CONTENT)


def test_pieces_of_pieces_are_joined() -> None:
    nested = der(0x24, der(0x04, b"ab"), ber(0x24, der(0x04, b"cd")), der(0x24, der(0x04, b"ef")))
    inner = der(0x30, der(0x06, DATA), der(0xA0, nested))
    whole = der(0x30, der(0x06, SIGNED), der(0xA0, der(0x30, b"\x02\1\1", der(0x31), inner, der(0x31))))
    assert read_cms(whole) == Cms("signed", b"abcdef")


@pytest.mark.parametrize("raw", [b"", b"0", b"\x30\x80", b"%PDF-1.7", b"PK\x03\x04", bytes(100), b"M" * 100, b"0\x84"])
def test_other_bytes_are_none(raw: bytes) -> None:
    assert (kind_of(raw), read_cms(raw)) == (None, None)


@pytest.mark.parametrize("cut", [20, 60, 90])
def test_a_file_that_ends_too_early_is_damaged(cut: int) -> None:
    with pytest.raises(DamagedCms):
        read_cms(opaque(CONTENT)[:cut])


@pytest.mark.parametrize("piece", [b"\x24\x80", b"\x04\x01x", b"\x04\0", b"\x24\x02\x24\0"])
def test_a_million_pieces_end_the_walk(piece: bytes) -> None:
    bomb = HEAD_OF_PIECES + bytes.fromhex("a0802480") + piece * 1_000_000
    with pytest.raises(DamagedCms, match="elements"):
        read_cms(bomb)


def test_a_length_beyond_the_file_is_damaged() -> None:
    with pytest.raises(DamagedCms):
        read_cms(HEAD_OF_PIECES + bytes.fromhex("a0800484ffffffff") + b"x")


@given(data=st.data())
def test_changed_bytes_give_content_nothing_or_the_one_error(data: st.DataObject) -> None:
    whole = bytearray(streamed(CONTENT))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read_cms(bytes(whole))
    except DamagedCms:
        return
    assert found is None or found.content is None or len(found.content) <= len(whole)
