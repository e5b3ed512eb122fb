"""Compressed RTF comes out as it went in, and never larger than its limit."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packing.tnef import rtf

from mailgate.extract.outlook import lzfu
from mailgate.extract.outlook.lzfu import DamagedRtf, decompress

# MS-OXRTFCP section 4.1: what the format's authors compress for an example, and the same with a run into itself.
EXAMPLE = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)


def test_the_example_of_the_specification_is_read() -> None:
    assert decompress(EXAMPLE) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"


def test_a_repetition_that_runs_into_itself_is_read() -> None:
    packed = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
    assert decompress(packed) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"


@given(text=st.binary(max_size=6_000), compressed=st.booleans())
def test_what_is_packed_comes_out(text: bytes, compressed: bool) -> None:
    assert decompress(rtf(text, compressed=compressed)) == text


@given(raw=st.binary(max_size=400), size=st.integers(0, 5_000))
def test_any_bytes_give_at_most_what_they_promise(raw: bytes, size: int) -> None:
    assert len(decompress(struct.pack("<II4sI", len(raw), size, b"LZFu", 0) + raw)) <= size


@pytest.mark.parametrize("raw", [b"", b"LZFu", struct.pack("<II4sI", 0, 5, b"XXXX", 0)])
def test_other_bytes_are_refused(raw: bytes) -> None:
    with pytest.raises(DamagedRtf):
        decompress(raw)


def test_a_size_beyond_the_limit_is_refused_before_anything_is_done() -> None:
    with pytest.raises(DamagedRtf, match="larger"):
        decompress(struct.pack("<II4sI", 20, lzfu.MAX_RTF + 1, b"LZFu", 0) + bytes(8))
