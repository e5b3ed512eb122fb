"""Signed and encrypted mail of S/MIME: as much of CMS (RFC 5652) as leads to the content that was signed.

Signatures are not judged here.  Programs write DER and BER, lengths left open and content cut in pieces, so the way is
walked by hand, with a bound on the number of steps and without recursion; a certificate is never looked into.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import Final, Literal

from mailgate.domain.message.headers import decode_base64

MIN_STEPS: Final = 1_000
BYTES_A_STEP: Final = 64
"""Programs cut content in pieces of a kilobyte and more; who cuts finer, all through a large file, means no good."""
MAX_UNPACKED: Final = 50 * 1024 * 1024

Kind = Literal["signed", "encrypted", "compressed"]

# The arc 1.2.840.113549.1 (pkcs), then what tells the content types apart: RFC 5652, RFC 5083, RFC 3274.
_PKCS: Final = b"\x2a\x86\x48\x86\xf7\x0d\x01"
_KINDS: Final[dict[bytes, Kind]] = {
    _PKCS + b"\x07\x02": "signed",
    _PKCS + b"\x07\x03": "encrypted",
    _PKCS + b"\x07\x04": "encrypted",
    _PKCS + b"\x07\x06": "encrypted",
    _PKCS + b"\x09\x10\x01\x17": "encrypted",
    _PKCS + b"\x09\x10\x01\x09": "compressed",
}
_SEQUENCE: Final = 0x30
_OBJECT: Final = 0x06
_OCTETS: Final = 0x04
_CONSTRUCTED: Final = 0x20
_EXPLICIT: Final = 0xA0
_END: Final = b"\0\0"
_ARMOUR: Final = re.compile(rb"\s*-----BEGIN [A-Z0-9 ]{3,20}-----\r?\n")
_BASE64_OF_SEQUENCE: Final = re.compile(rb"\s*M[A-Za-z0-9+/\r\n]{60}")


class DamagedCms(ValueError):
    """It begins as CMS and does not go on as such."""


@dataclass(frozen=True, slots=True)
class Cms:
    """What a CMS file is; ``content`` is what it carries where anybody can read that, else None."""

    kind: Kind
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Element:
    """The head of one BER element; ``length`` is None where it runs until its end mark."""

    tag: int
    start: int
    length: int | None


def kind_of(raw: bytes) -> Kind | None:
    """What sort of CMS the bytes are (BER, or in base64 with or without armour), None where they are none."""
    walk = _Walk(_binary(raw[:4096]))
    try:
        return _KINDS.get(walk.open_content_info())
    except DamagedCms:
        return None


def read_cms(raw: bytes) -> Cms | None:
    """The CMS in some bytes, None where there is none.  Raises ``DamagedCms`` where it cannot be followed."""
    kind = kind_of(raw)
    if kind is None or kind == "encrypted":
        return None if kind is None else Cms(kind)
    walk = _Walk(_binary(raw))
    walk.open_content_info()
    content = walk.encapsulated()
    if kind == "compressed" and content is not None:
        content = _inflated(content)
    return Cms(kind, content)


def _binary(raw: bytes) -> bytes:
    """The bytes without the base64 that some gateways leave around them."""
    if raw[:1] == b"\x30":
        return raw
    armour = _ARMOUR.match(raw)
    if armour:
        return decode_base64(raw[armour.end() :].partition(b"-----END")[0])
    return decode_base64(raw) if _BASE64_OF_SEQUENCE.match(raw) else raw


def _inflated(packed: bytes) -> bytes:
    inflater = zlib.decompressobj()
    try:
        content = inflater.decompress(packed, MAX_UNPACKED)
    except zlib.error as error:
        raise DamagedCms(f"its compressed content is damaged: {error}") from error
    if inflater.unconsumed_tail:
        raise DamagedCms(f"its compressed content is larger than {MAX_UNPACKED} bytes")
    return content


class _Walk:
    """A place in BER that moves forward only."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._at = 0
        self._steps_left = MIN_STEPS + len(raw) // BYTES_A_STEP

    def open_content_info(self) -> bytes:
        """Steps into ContentInfo and to its content; the object identifier of what that is."""
        self._enter(_SEQUENCE)
        element = self._enter(_OBJECT)
        kind = self._take(element)
        self._enter(_EXPLICIT)
        return kind

    def encapsulated(self) -> bytes | None:
        """The octets in the EncapsulatedContentInfo of SignedData or CompressedData; None where they are left out."""
        self._enter(_SEQUENCE)
        self._skip()  # version
        self._skip()  # digestAlgorithms, or compressionAlgorithm
        outer = self._enter(_SEQUENCE)
        end = None if outer.length is None else outer.start + outer.length
        self._take(self._enter(_OBJECT))
        if self._at == end or self._raw.startswith(_END, self._at):
            return None
        self._enter(_EXPLICIT)
        return self._octets()

    def _enter(self, tag: int) -> _Element:
        element = self._head()
        if element.tag != tag:
            raise DamagedCms(f"tag {element.tag:#04x} where {tag:#04x} was expected")
        return element

    def _head(self) -> _Element:
        """Reads a tag and a length, and moves behind them; high tag numbers do not occur in CMS."""
        self._steps_left -= 1
        if self._steps_left < 0:
            raise DamagedCms("it has too many elements")
        head = self._raw[self._at : self._at + 6]
        if len(head) < 2:
            raise DamagedCms("it ends too early")
        tag, first = head[0], head[1]
        self._at += 2
        if first == 0x80:
            return _Element(tag, self._at, None)
        if first < 0x80:
            return _Element(tag, self._at, first)
        size = first & 0x7F
        if size > 4 or len(head) < 2 + size:
            raise DamagedCms("a length beyond all measure")
        self._at += size
        return _Element(tag, self._at, int.from_bytes(head[2 : 2 + size], "big"))

    def _take(self, element: _Element) -> bytes:
        """The content of a primitive element; moves behind it."""
        if element.length is None or element.start + element.length > len(self._raw):
            raise DamagedCms("it ends too early")
        self._at = element.start + element.length
        return self._raw[element.start : self._at]

    def _skip(self) -> None:
        """Moves behind an element, whatever is in it."""
        open_ends = 0
        while True:
            if open_ends and self._raw.startswith(_END, self._at):
                self._at += 2
                open_ends -= 1
            else:
                element = self._head()
                if element.length is None:
                    open_ends += 1
                else:
                    self._at = element.start + element.length
            if not open_ends:
                return

    def _octets(self) -> bytes:
        """An octet string, whole or in pieces, in pieces of pieces."""
        element = self._head()
        if element.tag == _OCTETS:
            return self._take(element)
        end = element.start + (element.length or 0)
        open_ends = int(element.length is None)
        pieces = []
        while open_ends or self._at < end:
            if element.tag not in (_OCTETS, _OCTETS | _CONSTRUCTED):
                raise DamagedCms("its content is no octet string")
            if open_ends and self._raw.startswith(_END, self._at):
                self._at += 2
                open_ends -= 1
                continue
            element = self._head()
            if element.tag == _OCTETS:
                pieces.append(self._take(element))
            elif element.length is None:
                open_ends += 1
        return b"".join(pieces)
