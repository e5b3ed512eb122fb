"""Files as a Macintosh sends them (AppleSingle and AppleDouble, RFC 1740): the file, without what only a Mac keeps."""

from __future__ import annotations

import struct
from typing import Final

_SINGLE: Final = b"\0\x05\x16\0"
_DOUBLE: Final = b"\0\x05\x16\x07"
_COUNT_AT: Final = 24
_ENTRY: Final = struct.Struct(">III")
_DATA: Final = 1


def is_resource_fork(content: bytes) -> bool:
    """True for the half of an AppleDouble that is no file to anybody else."""
    return content.startswith(_DOUBLE)


def data_fork(content: bytes) -> bytes | None:
    """The file in an AppleSingle, None for anything else and for a damaged one."""
    if not content.startswith(_SINGLE) or len(content) < _COUNT_AT + 2:
        return None
    count = int.from_bytes(content[_COUNT_AT : _COUNT_AT + 2], "big")
    table = content[_COUNT_AT + 2 : _COUNT_AT + 2 + count * _ENTRY.size]
    for name, start, length in _ENTRY.iter_unpack(table[: len(table) // _ENTRY.size * _ENTRY.size]):
        if name == _DATA and start + length <= len(content):
            return content[start : start + length]
    return None
