"""The tree of MIME parts, walked under limits: which part is text of the mail, and which is a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from email.generator import BytesGenerator
from email.message import Message
from email.parser import BytesHeaderParser
from io import BytesIO
from typing import Final, cast

from mailgate.domain.message import uuencode
from mailgate.domain.message.charset import decode, decode_html, tidy
from mailgate.domain.message.filenames import extension_for, safe_name, unique_name
from mailgate.domain.message.fingerprint import MAX_HEADER_BLOCK, split_message
from mailgate.domain.message.flowed import unflow
from mailgate.domain.message.headers import decode_base64, decode_text
from mailgate.domain.message.longbodies import message_from
from mailgate.domain.message.parameters import split_parameters

MAX_PARTS: Final = 500
MAX_DEPTH: Final = 50
MAX_TEXT: Final = 2_000_000
# The standard parser looks for every open boundary at every line: lines times depth bound its time.
_MAX_WORK: Final = 30_000_000

_BOUNDARY: Final = re.compile(rb"boundary\s*=", re.IGNORECASE)
_BOUNDARY_LINE: Final = re.compile(rb"^--([^\s-][^\r\n]{0,69}?)[ \t]*\r?$", re.MULTILINE)
_REOPENED: Final = "x-mailgate-reopened"
_BODY_TYPES: Final = frozenset({"text/plain", "text/html"})


@dataclass(frozen=True, slots=True)
class File:
    """A part that is no text of the mail; fields as in ``mail.Attachment``."""

    name: str
    content_type: str
    content: bytes
    inline: bool = False
    content_id: str | None = None
    charset: str | None = None


@dataclass(slots=True)
class Content:
    """What the parts of one message hold, in order."""

    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    files: list[File] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def parse_message(raw: bytes) -> tuple[Message, tuple[str, ...]]:
    """The message's tree by the standard parser (compat32), and notes on what was left out of it.  Never raises.

    An over-long header block is cut; a tree whose parsing would not end, or too deep for the parser, is left closed.
    """
    notes = []
    head, body = split_message(raw)
    if len(head) > MAX_HEADER_BLOCK:
        head = head[:MAX_HEADER_BLOCK].rpartition(b"\n")[0] or head[:MAX_HEADER_BLOCK]
        notes.append(f"headers cut after {MAX_HEADER_BLOCK} bytes")
    if notes or not raw.startswith(head):
        raw = head + b"\r\n\r\n" + body
    if _takes_too_long(raw):
        notes.append("MIME parts not opened: too many")
        return _closed(raw), tuple(notes)
    try:
        return message_from(raw), tuple(notes)
    except RecursionError:
        notes.append("MIME parts not opened: nested too deeply")
    except (ValueError, TypeError, AttributeError, LookupError) as error:
        notes.append(f"MIME parts not opened: {type(error).__name__}")
    return _closed(raw), tuple(notes)


def _takes_too_long(raw: bytes) -> bool:
    """True for so many boundaries that the standard parser would not end; nearly all mail passes by a mere count."""
    if raw.lower().count(b"boundary") <= MAX_DEPTH:
        return False
    boundaries = len(_BOUNDARY.findall(raw))
    return boundaries > MAX_DEPTH and boundaries * raw.count(b"\n") > _MAX_WORK


def _closed(raw: bytes) -> Message:
    """The headers alone, with the rest as one undivided body."""
    return BytesHeaderParser().parsebytes(raw)


def content_of(message: Message) -> Content:
    """Texts and files of a message, within the limits; what lies beyond them is named in the notes."""
    content = Content()
    taken: set[str] = set()
    for number, part in enumerate(_leaves(message, content.notes), start=1):
        try:
            _take(part, number, content, taken)
        except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
            content.notes.append(f"part {number} not read: {type(error).__name__}")
    return content


def _leaves(message: Message, notes: list[str]) -> Iterator[Message]:
    """Every part that holds content, in order; a nested message is one part.  Iterative, and bounded."""
    waiting = [(message, 0)]
    seen = 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if seen > MAX_PARTS:
            notes.append(f"too many parts: those after {MAX_PARTS} are left out")
            return
        children = _children(part)
        if not children:
            yield part
        elif depth >= MAX_DEPTH:
            notes.append(f"parts nested deeper than {MAX_DEPTH} levels are left out")
        else:
            waiting.extend((child, depth + 1) for child in reversed(children))


def _children(part: Message) -> list[Message]:
    if part.get_content_maintype() != "multipart":
        return []
    return _messages(part) or _reopened(part)


def _messages(part: Message) -> list[Message]:
    """The parts below a part; [] where it holds text."""
    if not part.is_multipart():
        return []
    parts = cast("list[object]", part.get_payload())
    return [nested for nested in parts[: MAX_PARTS + 1] if isinstance(nested, Message)]


def _reopened(part: Message) -> list[Message]:
    """Parts of a multipart whose boundary is missing or never appears: the first line like one is taken for it."""
    found = _BOUNDARY_LINE.search(raw := _decoded(part))
    if found is None or _REOPENED in _raw(part, "content-type"):
        return []
    boundary = found.group(1).replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    head = f"Content-Type: multipart/mixed; {_REOPENED}=1; boundary=".encode("ascii") + b'"' + boundary + b'"\r\n\r\n'
    return _messages(parse_message(head + raw)[0])


def _take(part: Message, number: int, content: Content, taken: set[str]) -> None:
    content.notes.extend(f"MIME defect: {type(defect).__name__}" for defect in part.defects[:5])
    content_type, parameters = split_parameters(_raw(part, "content-type"))
    content_type = part.get_content_type() if "/" not in content_type else content_type
    disposition, of_disposition = split_parameters(_raw(part, "content-disposition"))
    name = of_disposition.get("filename") or parameters.get("name") or of_disposition.get("name") or ""
    if content_type.startswith("multipart/"):
        content_type = "text/plain"
    raw = _nested_bytes(part) if content_type.startswith("message/") else _decoded(part)
    if content_type in _BODY_TYPES and _is_body(disposition, name, raw, content):
        _take_text(raw, content_type, parameters, content, taken)
        return
    content_id = decode_text(_raw(part, "content-id")).strip("<> ") or None
    safe = safe_name(name) or f"część-{number}.{extension_for(content_type, raw)}"
    content.files.append(
        File(
            name=unique_name(safe, taken),
            content_type=content_type,
            content=raw,
            inline=disposition == "inline" or (disposition != "attachment" and content_id is not None),
            content_id=content_id,
            charset=parameters.get("charset"),
        )
    )


def _is_body(disposition: str, name: str, raw: bytes, content: Content) -> bool:
    """A text part is the mail's text unless it is a file: attached, or named where there is text already.

    Some clients name the body itself (``name="body.txt"``), and some send a Word file as text/plain.
    """
    if disposition == "attachment" or raw.startswith((b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0")):
        return False
    return not name or not (content.plain or content.html)


def _take_text(raw: bytes, content_type: str, parameters: dict[str, str], content: Content, taken: set[str]) -> None:
    if len(raw) > MAX_TEXT:
        raw = raw[:MAX_TEXT]
        content.notes.append(f"text cut after {MAX_TEXT} bytes")
    decoder = decode_html if content_type == "text/html" else decode
    text, guessed = decoder(raw, parameters.get("charset"))
    if guessed is not None:
        content.notes.append(f"charset guessed: {guessed}")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if content_type == "text/html":
        content.html.append(tidy(text))
        return
    if parameters.get("format", "").lower() == "flowed":
        text = unflow(text, delete_space=parameters.get("delsp", "").lower() == "yes")
    text, enclosed = uuencode.split(tidy(text))
    content.plain.append(text)
    for name, data in enclosed:
        safe = safe_name(name) or f"część-{len(content.files) + 1}.{extension_for('', data)}"
        content.files.append(File(unique_name(safe, taken), "application/octet-stream", data))


def _raw(part: Message, name: str) -> str:
    """The first raw value of a header of a part, or ""."""
    return next((value for key, value in part.raw_items() if key.lower() == name), "")


def _encoding(part: Message) -> str:
    """The transfer encoding as far as it can be made out: ``"Base64;"`` and ``8-bit`` have been seen."""
    written = _raw(part, "content-transfer-encoding").lower().partition(";")[0].strip(" \t\r\n\"'")
    return {"base-64": "base64", "quotedprintable": "quoted-printable", "qp": "quoted-printable"}.get(written, written)


def _decoded(part: Message) -> bytes:
    """The bytes of a part, its transfer encoding undone; as many as can be had."""
    encoding = _encoding(part)
    if encoding != part.get("content-transfer-encoding", ""):
        del part["content-transfer-encoding"]
        part["content-transfer-encoding"] = encoding
    raw = part.get_payload(decode=True)
    return raw if isinstance(raw, bytes) else b""


def _nested_bytes(part: Message) -> bytes:
    """The bytes of a nested message, as one file.

    The standard parser has parsed them whatever their transfer encoding, which RFC 2046 forbids and people use: then
    the "message" it found is encoded text.
    """
    nested = _messages(part)
    if not nested:
        return _decoded(part)
    raw = b"\n".join(_written(message) for message in nested)
    match _encoding(part):
        case "base64":
            return decode_base64(raw)
        case "quoted-printable":
            carrier = Message()
            carrier["content-transfer-encoding"] = "quoted-printable"
            carrier.set_payload(raw.decode("ascii", "surrogateescape"))
            return _decoded(carrier)
        case _:
            return raw


_AS_RECEIVED: Final = policy.compat32.clone(max_line_length=None)


def _written(message: Message) -> bytes:
    target = BytesIO()
    BytesGenerator(target, mangle_from_=False, policy=_AS_RECEIVED).flatten(message)
    return target.getvalue()
