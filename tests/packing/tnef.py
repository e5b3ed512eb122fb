"""Writes winmail.dat as Outlook does (MS-OXTNEF): a message's properties, then its files one after the other."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

Values = dict[int, tuple[int, bytes]]
"""Property to its type and bytes."""

BINARY, OBJECT, UNICODE, STRING8, INTEGER = 0x102, 0x0D, 0x1F, 0x1E, 0x03
IID_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")


def rtf(text: bytes, *, compressed: bool = True) -> bytes:
    """PR_RTF_COMPRESSED of some RTF: literals only, and the token that ends it; or not compressed at all."""
    if not compressed:
        return struct.pack("<II4sI", len(text) + 12, len(text), b"MELA", 0) + text
    body = bytearray()
    for at in range(0, len(text), 8):
        body += b"\0" + text[at : at + 8]
    end = (207 + len(text)) % 4096
    if len(text) % 8:
        body[-(len(text) % 8) - 1] = 1 << (len(text) % 8)
    else:
        body += b"\1"
    body += struct.pack(">H", end << 4)
    return struct.pack("<II4sI", len(body) + 12, len(text), b"LZFu", _checksum(bytes(body))) + bytes(body)


def _checksum(packed: bytes) -> int:
    """CRC-32 that begins with 0 and is not inverted at the end."""
    return zlib.crc32(packed, 0xFFFFFFFF) ^ 0xFFFFFFFF


@dataclass(frozen=True)
class File:
    name: str
    content: bytes
    values: Values = field(default_factory=dict)
    short_name: bytes | None = None


def properties(values: Values) -> bytes:
    out = struct.pack("<I", len(values))
    for name, (kind, raw) in values.items():
        out += struct.pack("<HH", kind, name)
        if kind in (BINARY, OBJECT, UNICODE, STRING8):
            out += struct.pack("<II", 1, len(raw)) + raw + bytes(-len(raw) % 4)
        else:
            out += raw
    return out


def attribute(level: int, identifier: int, value: bytes) -> bytes:
    return struct.pack("<BII", level, identifier, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def winmail(values: Values | None = None, files: Sequence[File] = (), body: bytes | None = None) -> bytes:
    """A winmail.dat in windows-1250."""
    out = struct.pack("<IH", 0x223E9F78, 1)
    out += attribute(1, 0x00089006, struct.pack("<I", 0x10000))
    out += attribute(1, 0x00069007, struct.pack("<II", 1250, 0))
    if body is not None:
        out += attribute(1, 0x0002800C, body + b"\0")
    if values:
        out += attribute(1, 0x00069003, properties(values))
    for file in files:
        short = file.short_name if file.short_name is not None else file.name.encode("cp1250", "replace")
        named = {0x3707: (UNICODE, file.name.encode("utf-16-le") + b"\0\0"), **file.values}
        out += attribute(2, 0x00069002, bytes(14))
        out += attribute(2, 0x00018010, short + b"\0")
        if file.content:
            out += attribute(2, 0x0006800F, file.content)
        out += attribute(2, 0x00069005, properties(named))
    return out


def attached_message(name: str, inner: bytes) -> File:
    """A message attached to a message: TNEF again, as an object."""
    return File(name, b"", {0x3701: (OBJECT, IID_MESSAGE + inner), 0x3705: (INTEGER, struct.pack("<I", 5))})
