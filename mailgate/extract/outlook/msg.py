"""Outlook's own file of a message (.msg, MS-OXMSG): its texts, its files, and the messages attached to it."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Final

import olefile

from mailgate.domain.mail import Attachment
from mailgate.domain.message.filenames import safe_name, unique_name
from mailgate.extract.opened import Allowance, Opened
from mailgate.extract.outlook import mapi
from mailgate.extract.outlook.mapi import Properties, Property

MAX_FILES: Final = 500
MAX_STREAMS: Final = 10_000

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROPERTIES: Final = "__properties_version1.0"
_STREAM: Final = "__substg1.0_"
_FILE: Final = "__attach_version1.0_"
_FIXED: Final = struct.Struct("<HHI8s")
_HEADERS: Final = (32, 24, 8)
"""How much stands before the fixed properties: of the message, of a message attached to it, of a file."""
_WANTED: Final = frozenset({
    mapi.SUBJECT, mapi.BODY, mapi.RTF_COMPRESSED, mapi.HTML, mapi.DISPLAY_NAME, mapi.ATTACH_DATA, mapi.ATTACH_FILENAME,
    mapi.ATTACH_LONG_FILENAME, mapi.ATTACH_MIME_TAG, mapi.ATTACH_CONTENT_ID,
})  # fmt: skip
Path = tuple[str, ...]


def is_outlook_message(content: bytes) -> bool:
    """True for a message of Outlook: an OLE file whose directory names the stream of a message's properties."""
    return content.startswith(_OLE) and _PROPERTIES.encode("utf-16-le") in content


def open_outlook_message(content: bytes, allowance: Allowance, depth: int) -> Opened:
    """The texts, files and messages in a .msg; messages in it down to ``depth`` levels.  Never raises."""
    try:
        with olefile.OleFileIO(BytesIO(content)) as ole:
            return _Reader(ole, allowance).message((), depth)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - on damaged files olefile raises whatever its arithmetic runs into
        return Opened(notes=(f"not read: a damaged message of Outlook ({type(error).__name__})",))


class _Reader:
    """One .msg, whose storages are messages and files."""

    def __init__(self, ole: olefile.OleFileIO, allowance: Allowance) -> None:
        self._ole = ole
        self._allowance = allowance
        self._children: dict[Path, list[str]] = {}
        for path in ole.listdir(streams=True, storages=True)[:MAX_STREAMS]:
            self._children.setdefault(tuple(path[:-1]), []).append(path[-1])

    def message(self, place: Path, depth: int) -> Opened:
        """The message in a storage."""
        properties = self._properties(place, _HEADERS[1] if place else _HEADERS[0])
        codec = mapi.codec_of(properties)
        files: list[Attachment] = []
        items: list[tuple[str, Opened]] = []
        notes: list[str] = []
        taken: set[str] = set()
        storages = [name for name in self._children.get(place, ()) if name.startswith(_FILE)]
        for name in storages[:MAX_FILES]:
            held = self._properties((*place, name), _HEADERS[2])
            inner = (*place, name, f"{_STREAM}{mapi.ATTACH_DATA:04X}{mapi.OBJECT:04X}")
            if _PROPERTIES in self._children.get(inner, ()):
                if depth <= 0:
                    notes.append("a message in it was not opened: nested too deeply")
                    continue
                items.append((_name_of_item(held, codec, taken), self.message(inner, depth - 1)))
            elif mapi.ATTACH_DATA in held:
                files.append(mapi.file_of(held, held[mapi.ATTACH_DATA].raw, taken, codec=codec))
        letter = mapi.letter_of(properties, files)
        return replace(letter, items=tuple(items), notes=(*letter.notes, *notes))

    def _properties(self, place: Path, header: int) -> dict[int, Property]:
        """The properties of a storage: short ones in a table, long ones in streams of their own."""
        found: dict[int, Property] = {}
        for name in self._children.get(place, ()):
            if name == _PROPERTIES:
                found.update(_fixed(self._stream((*place, name))[header:]))
        for name in self._children.get(place, ()):
            tag = _tag(name)
            if tag is not None and tag[0] in _WANTED:
                found[tag[0]] = Property(tag[1], self._stream((*place, name)))
        return found

    def _stream(self, path: Path) -> bytes:
        """A stream's bytes; what is over the allowance is left out."""
        if self._ole.get_type(path) != olefile.STGTY_STREAM:
            return b""
        with self._ole.openstream(path) as stream:
            raw: bytes = stream.read(self._allowance.size)
        self._allowance.unpacked(len(raw))
        return raw


def _tag(stream: str) -> tuple[int, int] | None:
    """The property and the type in a stream's name, ``__substg1.0_1000001F``."""
    digits = stream.removeprefix(_STREAM)
    if digits == stream or len(digits) != 8:
        return None
    try:
        return int(digits[:4], 16), int(digits[4:], 16)
    except ValueError:
        return None


def _fixed(table: bytes) -> Iterator[tuple[int, Property]]:
    for kind, name, _flags, value in _FIXED.iter_unpack(table[: len(table) // _FIXED.size * _FIXED.size]):
        if kind not in mapi.VARIABLE:
            yield name, Property(kind, value)


def _name_of_item(properties: Properties, codec: str | None, taken: set[str]) -> str:
    """An attached message is called by its subject."""
    name = safe_name(mapi.text_of(properties, mapi.DISPLAY_NAME, codec) or "") or f"wiadomość-{len(taken) + 1}"
    return unique_name(name if name.lower().endswith(".msg") else f"{name}.msg", taken)
