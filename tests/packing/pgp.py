"""PGP messages that are signed or compressed, and not encrypted."""

from __future__ import annotations

import base64
import bz2
import zlib


def packet(tag: int, body: bytes, *, old: bool = False, piece: int | None = None) -> bytes:
    """A packet with its length in the new or the old format, or in pieces of a power of two."""
    if old:
        return bytes([0x80 | tag << 2 | 2]) + len(body).to_bytes(4, "big") + body
    head = bytes([0xC0 | tag])
    if piece is None:
        return head + b"\xff" + len(body).to_bytes(4, "big") + body
    out = head
    while len(body) >= piece:
        out, body = out + bytes([224 | piece.bit_length() - 1]) + body[:piece], body[piece:]
    return out + _short(len(body)) + body


def _short(length: int) -> bytes:
    if length < 192:
        return bytes([length])
    return bytes([(length - 192 >> 8) + 192, (length - 192) & 0xFF])


def literal(content: bytes, name: str = "") -> bytes:
    return b"u" + bytes([len(name.encode())]) + name.encode() + bytes(4) + content


def compressed(packets: bytes, algorithm: int) -> bytes:
    raw = zlib.compress(packets)
    return bytes([algorithm]) + {0: packets, 1: raw[2:-4], 2: raw, 3: bz2.compress(packets)}[algorithm]


def signed(content: bytes, name: str = "", algorithm: int = 1, *, piece: int | None = None) -> bytes:
    """One-pass signature, literal data, signature; all of it compressed: what ``gpg --sign`` writes."""
    inner = packet(4, bytes(13)) + packet(11, literal(content, name), piece=piece) + packet(2, bytes(60))
    return packet(8, compressed(inner, algorithm), old=True)


def armour(packets: bytes) -> bytes:
    text = base64.encodebytes(packets)
    return b"-----BEGIN PGP MESSAGE-----\nVersion: GnuPG v2\n\n" + text + b"=abcd\n-----END PGP MESSAGE-----\n"
