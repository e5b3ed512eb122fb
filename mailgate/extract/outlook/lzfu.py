"""Compressed RTF, as Outlook keeps the body of a message: LZFu of MS-OXRTFCP, with a bound on what it may become."""

from __future__ import annotations

import struct
from typing import Final

MAX_RTF: Final = 4 * 1024 * 1024

_HEADER: Final = struct.Struct("<II4sI")
_COMPRESSED: Final = b"LZFu"
_UNCOMPRESSED: Final = b"MELA"
_WINDOW: Final = 4096
# What both sides know from the start, MS-OXRTFCP section 2.1.2.1.
_DICTIONARY: Final = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans "
    b"SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u"
    b"\\tab\\tx"
)


class DamagedRtf(ValueError):
    """It is no compressed RTF, or too much of it."""


def decompress(packed: bytes) -> bytes:
    """The RTF in ``PR_RTF_COMPRESSED``; what is damaged at its end is given as far as it goes.  Raises DamagedRtf."""
    if len(packed) < _HEADER.size:
        raise DamagedRtf("it is shorter than its header")
    _packed_size, size, kind, _checksum = _HEADER.unpack_from(packed)
    if size > MAX_RTF:
        raise DamagedRtf(f"it is larger than {MAX_RTF} bytes")
    if kind == _UNCOMPRESSED:
        return packed[_HEADER.size : _HEADER.size + size]
    if kind != _COMPRESSED:
        raise DamagedRtf("it is compressed in an unknown way")
    return _unpacked(packed, size)


def _unpacked(packed: bytes, size: int) -> bytes:
    """Runs of eight tokens under a byte of flags: a literal byte, or 12 bits of place and 4 of length less two."""
    # The window is a ring of 4096 bytes that starts at the dictionary's end; kept whole, a place in it is a distance.
    out = bytearray(_DICTIONARY)
    start = len(out)
    at, end = _HEADER.size, len(packed)
    while at < end and len(out) - start < size:
        flags = packed[at]
        at += 1
        for bit in range(8):
            if at >= end:
                break
            if not flags >> bit & 1:
                out.append(packed[at])
                at += 1
                continue
            if at + 1 >= end:
                return bytes(out[start : start + size])
            token = packed[at] << 8 | packed[at + 1]
            at += 2
            distance = (len(out) - (token >> 4)) % _WINDOW
            if distance == 0 or distance > len(out):
                # A place that equals the end of what is written marks the end of the text.
                return bytes(out[start : start + size])
            _repeat(out, distance, (token & 0xF) + 2)
    return bytes(out[start : start + size])


def _repeat(out: bytearray, distance: int, length: int) -> None:
    """Copies what stands ``distance`` bytes back; the copy may run into itself."""
    piece = bytes(out[-distance : len(out) - distance + length])
    while len(piece) < length:
        piece += piece
    out += piece[:length]
