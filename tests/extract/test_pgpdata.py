"""What is signed or compressed by PGP and not encrypted is read without any key."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packing.pgp import armour, compressed, literal, packet, signed

from mailgate.extract.signed import pgp as pgpdata
from mailgate.extract.signed.pgp import literal_in

CONTENT = "Zażółć\n".encode() * 100


@pytest.mark.parametrize("algorithm", [0, 1, 2, 3])
@pytest.mark.parametrize("wrap", [bytes, armour])
def test_signed_content_comes_out_however_it_is_compressed(algorithm: int, wrap) -> None:
    found = literal_in(wrap(signed(CONTENT, "HOT-01.txt", algorithm)))
    assert found is not None
    assert (found.name, found.content) == ("HOT-01.txt", CONTENT)


@pytest.mark.parametrize("piece", [None, 512])
def test_lengths_are_read_whole_and_in_pieces(piece: int | None) -> None:
    found = literal_in(signed(CONTENT, piece=piece))
    assert found is not None
    assert (found.name, found.content) == ("wiadomość.txt", CONTENT)


@pytest.mark.parametrize(
    "raw", [b"", b"tekst", packet(1, bytes(20)) + packet(18, bytes(90)), b"\xc8\xff", b"\xa3\x09x"]
)
def test_what_is_encrypted_or_damaged_gives_none(raw: bytes) -> None:
    assert literal_in(raw) is None


def test_a_bomb_gives_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pgpdata, "MAX_UNPACKED", 10_000)
    assert literal_in(signed(bytes(100_000))) is None
    assert literal_in(signed(bytes(100_000), algorithm=3)) is None


def test_layers_of_compression_end() -> None:
    raw = packet(11, literal(CONTENT))
    for _ in range(5):
        raw = packet(8, compressed(raw, 1))
    assert literal_in(raw) is None


@given(data=st.data())
def test_changed_bytes_never_raise(data: st.DataObject) -> None:
    raw = bytearray(signed(CONTENT, piece=512))
    for _ in range(data.draw(st.integers(1, 5))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    literal_in(bytes(raw))
