"""What a PGP message holds that is signed or compressed but not encrypted (``gpg --sign``): RFC 9580 sections 4 and 5."""

from __future__ import annotations

import bz2
import re
import zlib
from collections.abc import Iterator
from typing import Final

from mailgate.domain.mail import Attachment
from mailgate.domain.message.filenames import safe_name
from mailgate.domain.message.headers import decode_base64

MAX_UNPACKED: Final = 20 * 1024 * 1024
MAX_PACKETS: Final = 10_000
MAX_LAYERS: Final = 4

_ARMOUR: Final = re.compile(
    rb"^[ \t]*-----BEGIN PGP MESSAGE-----[ \t]*\r?\n((?:[A-Za-z]{2,20}: [^\n]*\n)*)", re.MULTILINE
)
_ARMOUR_END: Final = b"-----END PGP MESSAGE-----"
_CHECKSUM: Final = re.compile(rb"\n=[A-Za-z0-9+/]{4}\s*\Z")
_COMPRESSED: Final = 8
_LITERAL: Final = 11


class _Damaged(ValueError):
    """Not what its first bytes promised."""


def literal_in(raw: bytes) -> Attachment | None:
    """The file in a PGP message that is not encrypted, in armour or bare; None where there is none.  Never raises.

    Its name is the one that was given to it, else ``wiadomość.txt``.
    """
    packets = _without_armour(raw)
    try:
        for _ in range(MAX_LAYERS):
            tag, body = _first_of_interest(packets)
            if tag == _LITERAL:
                return _literal(body)
            packets = _inflated(body)
    except (_Damaged, zlib.error, OSError, EOFError, ValueError):
        return None
    return None


def _without_armour(raw: bytes) -> bytes:
    found = _ARMOUR.search(raw)
    if found is None:
        return raw
    body = raw[found.end() :].partition(_ARMOUR_END)[0]
    return decode_base64(_CHECKSUM.sub(b"\n", body))


def _first_of_interest(packets: bytes) -> tuple[int, bytes]:
    """The literal data or the compressed packets; signatures before them are passed over."""
    for tag, body in _packets(packets):
        if tag in (_LITERAL, _COMPRESSED):
            return tag, body
    raise _Damaged


def _packets(raw: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    for _ in range(MAX_PACKETS):
        if at >= len(raw) or not raw[at] & 0x80:
            return
        if raw[at] & 0x40:
            body, after = _new_body(raw, at + 1)
            yield raw[at] & 0x3F, body
        else:
            body, after = _old_body(raw, at + 1, raw[at] & 3)
            yield raw[at] >> 2 & 0xF, body
        at = after


def _old_body(raw: bytes, at: int, kind: int) -> tuple[bytes, int]:
    """A length in one, two or four bytes, or none: then the packet reaches to the end."""
    if kind == 3:
        return raw[at:], len(raw)
    size = 1 << kind
    start = at + size
    end = start + int.from_bytes(raw[at:start], "big")
    return raw[start:end], end


def _new_body(raw: bytes, at: int) -> tuple[bytes, int]:
    """A length in one, two or five bytes, or pieces of a power of two with a length for the last."""
    pieces = []
    for _ in range(MAX_PACKETS):
        if at >= len(raw):
            raise _Damaged
        first = raw[at]
        if first < 192:
            start, length = at + 1, first
        elif first < 224:
            start, length = at + 2, (first - 192 << 8) + int.from_bytes(raw[at + 1 : at + 2], "big") + 192
        elif first == 255:
            start, length = at + 5, int.from_bytes(raw[at + 1 : at + 5], "big")
        else:
            start, length = at + 1, 1 << (first & 0x1F)
        pieces.append(raw[start : start + length])
        at = start + length
        if not 224 <= first < 255:
            return b"".join(pieces), at
    raise _Damaged


def _inflated(body: bytes) -> bytes:
    """The packets in a compressed packet; what would be too large is none."""
    match body[:1]:
        case b"\0":
            return body[1:]
        case b"\1":
            inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        case b"\2":
            inflater = zlib.decompressobj()
        case b"\3":
            return _measured(bz2.BZ2Decompressor().decompress(body[1:], MAX_UNPACKED + 1))
        case _:
            raise _Damaged
    return _measured(inflater.decompress(body[1:], MAX_UNPACKED + 1))


def _measured(content: bytes) -> bytes:
    if len(content) > MAX_UNPACKED:
        raise _Damaged
    return content


def _literal(body: bytes) -> Attachment:
    """Its form, its name behind the length of that, four bytes of a date, and the content."""
    length = body[1] if len(body) > 1 else 0
    name = safe_name(body[2 : 2 + length].decode("utf-8", "replace"))
    return Attachment(name or "wiadomość.txt", "application/octet-stream", body[2 + length + 4 :])
