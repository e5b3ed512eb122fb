"""winmail.dat: the body and the files of a mail that Outlook has packed its own way (TNEF, MS-OXTNEF).

Every length in it is checked against what is there.  What follows a damaged place is left out, with a note.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Final

from mailgate.domain.mail import Attachment
from mailgate.domain.message.charset import decode
from mailgate.extract.opened import Opened
from mailgate.extract.outlook import mapi
from mailgate.extract.outlook.mapi import Property
from mailgate.extract.rtf.tokens import codec_of_page

MAX_ATTRIBUTES: Final = 20_000
MAX_PROPERTIES: Final = 5_000
MAX_FILES: Final = 500

ATTACHED_MESSAGE: Final = "application/vnd.ms-outlook"
"""The type that a message gets which is attached to another, so that nobody takes it for the wrapping of a mail."""

_SIGNATURE: Final = b"\x78\x9f\x3e\x22"
_START: Final = 6
_ATTRIBUTE: Final = struct.Struct("<BIi")
_CHECKSUM: Final = 2
_IN_MESSAGE, _IN_FILE = 1, 2


class _Name(IntEnum):
    """The attributes that matter: the low half of their identifiers; the high half repeats their type."""

    BODY = 0x800C
    FILE_DATA = 0x800F
    FILE_TITLE = 0x8010
    FILE_BEGINS = 0x9002
    MESSAGE_PROPERTIES = 0x9003
    FILE_PROPERTIES = 0x9005
    CODE_PAGE = 0x9007


_MANY: Final = 0x1000
_FIRST_NAMED: Final = 0x8000
_SIZES: Final = {0x0002: 4, 0x0003: 4, 0x0004: 4, 0x000A: 4, 0x000B: 4, 0x0005: 8, 0x0006: 8, 0x0007: 8, 0x0014: 8,
                 0x0040: 8, 0x0048: 16}  # fmt: skip
_INTERFACE: Final = 16
"""An object begins with the identifier of its interface; an attached message is TNEF behind that."""


class _Damaged(ValueError):
    """A length or count that cannot be."""


@dataclass(slots=True)
class _File:
    title: str = ""
    content: bytes = b""
    properties: dict[int, Property] = field(default_factory=dict)


@dataclass(slots=True)
class _Message:
    codec: str | None = None
    body: bytes | None = None
    properties: dict[int, Property] = field(default_factory=dict)
    files: list[_File] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def is_tnef(content: bytes) -> bool:
    """True for TNEF, whatever its name."""
    return content.startswith(_SIGNATURE)


def open_tnef(content: bytes) -> Opened:
    """The texts and files in a winmail.dat.  Never raises."""
    message = _Message()
    try:
        for level, name, value in _attributes(content):
            _take(message, level, name, value)
    except (_Damaged, struct.error) as error:
        message.notes.append(f"damaged: what follows is left out ({error})")
    return _opened(message)


def _attributes(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Level, name and value of each attribute."""
    at = _START
    for _ in range(MAX_ATTRIBUTES):
        if at + _ATTRIBUTE.size > len(content):
            return
        level, identifier, length = _ATTRIBUTE.unpack_from(content, at)
        at += _ATTRIBUTE.size
        if level not in (_IN_MESSAGE, _IN_FILE) or not 0 <= length <= len(content) - at:
            raise _Damaged(f"at byte {at}")
        yield level, identifier & 0xFFFF, content[at : at + length]
        at += length + _CHECKSUM
    raise _Damaged(f"more than {MAX_ATTRIBUTES} attributes")


def _take(message: _Message, level: int, name: int, value: bytes) -> None:
    if level == _IN_FILE:
        _take_of_file(message, name, value)
        return
    match name:
        case _Name.CODE_PAGE if len(value) >= 4:
            message.codec = codec_of_page(struct.unpack_from("<I", value)[0])
        case _Name.BODY:
            message.body = value
        case _Name.MESSAGE_PROPERTIES:
            message.properties.update(_properties(value))


def _take_of_file(message: _Message, name: int, value: bytes) -> None:
    if name == _Name.FILE_BEGINS or not message.files:
        if len(message.files) >= MAX_FILES:
            raise _Damaged(f"more than {MAX_FILES} files")
        message.files.append(_File())
    file = message.files[-1]
    match name:
        case _Name.FILE_TITLE:
            file.title = decode(value.rstrip(b"\0"), message.codec)[0]
        case _Name.FILE_DATA:
            file.content = value
        case _Name.FILE_PROPERTIES:
            file.properties.update(_properties(value))


class _Cursor:
    """A place in the properties' bytes that moves forward only, and never beyond their end."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._at = 0

    def take(self, length: int) -> bytes:
        if length < 0 or length > len(self._raw) - self._at:
            raise _Damaged("a property is longer than what is there")
        self._at += length
        return self._raw[self._at - length : self._at]

    def number(self) -> int:
        return int.from_bytes(self.take(4), "little")

    def padded(self, length: int) -> bytes:
        """A value that is filled up to a multiple of four bytes; the last one may lack the filling."""
        value = self.take(length)
        self._at = min(len(self._raw), self._at + -length % 4)
        return value


def _properties(raw: bytes) -> dict[int, Property]:
    """The properties in an attribute; the first value of one that has many."""
    cursor = _Cursor(raw)
    found: dict[int, Property] = {}
    for _ in range(min(cursor.number(), MAX_PROPERTIES)):
        tag = cursor.number()
        kind, name = tag & 0xFFFF, tag >> 16
        if name >= _FIRST_NAMED:
            _skip_name(cursor)
        values = _values(cursor, kind)
        if values and name < _FIRST_NAMED:
            found.setdefault(name, Property(kind & ~_MANY, values[0]))
    return found


def _skip_name(cursor: _Cursor) -> None:
    """A named property tells its namespace, and its number or its name in UTF-16."""
    cursor.take(16)
    if cursor.number() == 0:
        cursor.take(4)
    else:
        cursor.padded(cursor.number())


def _values(cursor: _Cursor, kind: int) -> list[bytes]:
    single = kind & ~_MANY
    counted = bool(kind & _MANY) or single in mapi.VARIABLE
    count = cursor.number() if counted else 1
    if count > MAX_PROPERTIES:
        raise _Damaged("a property has too many values")
    if single in mapi.VARIABLE:
        return [cursor.padded(cursor.number()) for _ in range(count)]
    size = _SIZES.get(single)
    if size is None:
        raise _Damaged(f"a property of the unknown type {single:#06x}")
    return [cursor.take(size) for _ in range(count)]


def _opened(message: _Message) -> Opened:
    properties: dict[int, Property] = dict(message.properties)
    if message.body is not None:
        properties.setdefault(mapi.BODY, Property(mapi.STRING8, message.body))
    taken: set[str] = set()
    files = [_attachment(file, message.codec, taken) for file in message.files]
    letter = mapi.letter_of(properties, [file for file in files if file is not None], message.codec)
    return Opened(letter.plain, letter.html, letter.files, notes=(*letter.notes, *message.notes))


def _attachment(file: _File, codec: str | None, taken: set[str]) -> Attachment | None:
    """A file, or an attached message as TNEF again; None for one without content."""
    data = file.properties.get(mapi.ATTACH_DATA)
    held = b"" if data is None else data.raw[_INTERFACE:] if data.kind == mapi.OBJECT else data.raw
    if is_tnef(held):
        message = mapi.file_of(file.properties, held, taken, codec=codec, title=file.title)
        return replace(message, content_type=ATTACHED_MESSAGE)
    content = file.content or held
    return mapi.file_of(file.properties, content, taken, codec=codec, title=file.title) if content else None
