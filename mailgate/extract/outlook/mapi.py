"""What Outlook keeps of a message and of its files as properties (MS-OXPROPS): the same in winmail.dat and in .msg."""

from __future__ import annotations

import html
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from mailgate.domain.document import Block, Line
from mailgate.domain.mail import Attachment
from mailgate.domain.message.charset import decode, decode_html, tidy
from mailgate.domain.message.filenames import extension_for, safe_name, unique_name
from mailgate.extract.formats import read_file
from mailgate.extract.opened import Opened
from mailgate.extract.outlook.lzfu import DamagedRtf, decompress
from mailgate.extract.rtf.encapsulated import unwrapped, wrapped_in
from mailgate.extract.rtf.tokens import codec_of_page

# Property types.
INTEGER: Final = 0x0003
OBJECT: Final = 0x000D
STRING8: Final = 0x001E
UNICODE: Final = 0x001F
BINARY: Final = 0x0102
VARIABLE: Final = frozenset({OBJECT, STRING8, UNICODE, BINARY})

# Properties.
SUBJECT: Final = 0x0037
_MAX_SUBJECT: Final = 998
BODY: Final = 0x1000
RTF_COMPRESSED: Final = 0x1009
HTML: Final = 0x1013
DISPLAY_NAME: Final = 0x3001
ATTACH_DATA: Final = 0x3701
ATTACH_FILENAME: Final = 0x3704
ATTACH_LONG_FILENAME: Final = 0x3707
ATTACH_MIME_TAG: Final = 0x370E
ATTACH_CONTENT_ID: Final = 0x3712
INTERNET_CODEPAGE: Final = 0x3FDE
MESSAGE_CODEPAGE: Final = 0x3FFD
HIDDEN: Final = 0x7FFE

_RTF_TYPE: Final = "application/rtf"


@dataclass(frozen=True, slots=True)
class Property:
    """A value as it was stored: its MAPI type and its bytes."""

    kind: int
    raw: bytes


Properties: TypeAlias = Mapping[int, Property]


def text_of(properties: Properties, name: int, codec: str | None = None) -> str | None:
    """A property's text without NULs at its end, None where it is absent or no text."""
    found = properties.get(name)
    if found is None:
        return None
    if found.kind == UNICODE:
        return found.raw.decode("utf-16-le", "replace").rstrip("\0")
    if found.kind in (STRING8, BINARY):
        return decode(found.raw.rstrip(b"\0"), codec)[0]
    return None


def codec_of(properties: Properties) -> str | None:
    """The charset of a message's 8-bit texts, as it declares it, or None."""
    for name in (INTERNET_CODEPAGE, MESSAGE_CODEPAGE):
        found = properties.get(name)
        if found is not None and found.kind == INTEGER and len(found.raw) >= 4:
            return codec_of_page(struct.unpack_from("<I", found.raw)[0])
    return None


def letter_of(properties: Properties, files: Iterable[Attachment], codec: str | None = None) -> Opened:
    """A message's texts, with its files; ``codec`` is the charset of its 8-bit texts where it declares none."""
    codec = codec_of(properties) or codec
    notes: list[str] = []
    plain = text_of(properties, BODY, codec)
    page = _page(properties, codec)
    if page is None and RTF_COMPRESSED in properties:
        try:
            from_rtf, page = _rich_text(decompress(properties[RTF_COMPRESSED].raw))
            plain = plain or from_rtf
        except DamagedRtf as error:
            notes.append(f"its formatted text was not read: {error}")
    return Opened(
        plain=(_lines(plain),) if plain and plain.strip() else (),
        html=(_lines(page),) if page and page.strip() else (),
        files=tuple(files),
        notes=tuple(notes),
        subject=tidy(text_of(properties, SUBJECT, codec) or "")[:_MAX_SUBJECT],
    )


def _lines(text: str) -> str:
    return tidy(text.replace("\r\n", "\n").replace("\r", "\n"))


def _page(properties: Properties, codec: str | None) -> str | None:
    """The HTML, which is bytes in the message's charset, or text."""
    found = properties.get(HTML)
    if found is not None and found.kind == BINARY:
        return decode_html(found.raw.rstrip(b"\0"), codec)[0]
    return text_of(properties, HTML, codec)


def _rich_text(rtf: bytes) -> tuple[str | None, str | None]:
    """Text and HTML of an RTF body: what was wrapped in it, or itself, read as a document."""
    match wrapped_in(rtf):
        case "html":
            return None, unwrapped(rtf)
        case "text":
            return unwrapped(rtf), None
        case None:
            documents = read_file("body.rtf", _RTF_TYPE, rtf, "body")
            return None, "".join(page_of(document.blocks) for document in documents) or None


def page_of(blocks: Iterable[Block]) -> str:
    """A document's blocks as HTML: the one shape of formatted text that a mail has."""
    return "".join(_markup(blocks))


def _markup(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Line):
            yield f"<div>{html.escape(block.text)}</div>" if block.text else "<div><br></div>"
            continue
        yield "<table>"
        for row in block.rows:
            yield "<tr>"
            for cell in row:
                yield "<td>"
                yield from _markup(cell.blocks)
                yield "</td>"
            yield "</tr>"
        yield "</table>"


def file_of(
    properties: Properties, content: bytes, taken: set[str], *, codec: str | None = None, title: str = ""
) -> Attachment:
    """An attached file; ``title`` is the short name that stands outside the properties, ``taken`` the names so far."""
    names = (ATTACH_LONG_FILENAME, ATTACH_FILENAME, DISPLAY_NAME)
    written = [text for name in names if (text := text_of(properties, name, codec))]
    name = next((safe for text in (*written, title) if (safe := safe_name(text))), None)
    declared = (text_of(properties, ATTACH_MIME_TAG) or "").strip().lower()
    content_type = declared if declared.count("/") == 1 and declared.isascii() else "application/octet-stream"
    content_id = tidy(text_of(properties, ATTACH_CONTENT_ID) or "").strip("<> ") or None
    hidden = properties.get(HIDDEN)
    return Attachment(
        name=unique_name(name or f"plik-{len(taken) + 1}.{extension_for(content_type, content)}", taken),
        content_type=content_type,
        content=content,
        inline=content_id is not None or (hidden is not None and any(hidden.raw[:2])),
        content_id=content_id,
    )
