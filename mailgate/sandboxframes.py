"""What goes through the pipes between the daemon and its sandbox: frames with their length before them.

A request is one message with its envelope sender.  A response is JSON (a ``Reading`` without the contents of its
attachments, or a reason why there is none) and then those contents as they are: base64 would cost a third more.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, replace
from typing import Final

from pydantic import TypeAdapter

from mailgate.domain.mail import Attachment
from mailgate.domain.reading import Reading

MAX_FRAME: Final = 512 * 1024 * 1024

LENGTH: Final = struct.Struct(">Q")
_REQUEST: Final = struct.Struct(">??i")
_NO_SENDER: Final = -1
_READING: Final[TypeAdapter[Reading]] = TypeAdapter(Reading)


@dataclass(frozen=True, slots=True)
class Request:
    """One message to read; ``sender`` is the envelope's, None where it is not known; ``files``: read them as well."""

    raw: bytes
    sender: str | None = None
    as_reply: bool = False
    files: bool = True

    def encode(self) -> bytes:
        """The frame, its length included."""
        sender = b"" if self.sender is None else self.sender.encode("utf-8", "surrogateescape")
        head = _REQUEST.pack(self.as_reply, self.files, _NO_SENDER if self.sender is None else len(sender))
        return b"".join((LENGTH.pack(len(head) + len(sender) + len(self.raw)), head, sender, self.raw))

    @staticmethod
    def decode(frame: bytes) -> Request:
        """The request in a frame, its length taken off."""
        as_reply, files, length = _REQUEST.unpack_from(frame)
        start = _REQUEST.size
        end = start + max(length, 0)
        sender = None if length == _NO_SENDER else frame[start:end].decode("utf-8", "surrogateescape")
        return Request(frame[end:], sender, as_reply, files)


def encode_reading(reading: Reading) -> bytes:
    """A response's frame, its length included."""
    contents = [attachment.content for attachment in reading.mail.attachments]
    light = tuple(replace(attachment, content=b"") for attachment in reading.mail.attachments)
    body = _READING.dump_json(replace(reading, mail=replace(reading.mail, attachments=light)))
    return _response(b"R", body, contents)


def encode_failure(reason: str) -> bytes:
    """A response's frame that says why there is no reading."""
    return _response(b"F", json.dumps(reason).encode("ascii"), [])


def _response(kind: bytes, body: bytes, contents: list[bytes]) -> bytes:
    pieces = [kind, LENGTH.pack(len(body)), body]
    for content in contents:
        pieces += (LENGTH.pack(len(content)), content)
    return b"".join((LENGTH.pack(sum(map(len, pieces))), *pieces))


def decode_response(frame: bytes) -> Reading | str:
    """The reading, or the reason of failure, from a frame whose length is taken off.

    The sandbox is not trusted: the JSON must be a ``Reading`` in every field, strictly, and the lengths must fit.
    Raises ValueError where they do not.
    """
    kind, body, contents = frame[:1], *_split(frame)
    if kind == b"F":
        reason = json.loads(body)
        if not isinstance(reason, str):
            raise ValueError("a failure without a reason")
        return reason
    if kind != b"R":
        raise ValueError("neither a reading nor a failure")
    reading = _READING.validate_json(body, strict=True)
    attachments = reading.mail.attachments
    if len(contents) != len(attachments):
        raise ValueError("attachments and contents differ in number")
    whole = tuple(_filled(attachment, content) for attachment, content in zip(attachments, contents, strict=True))
    return replace(reading, mail=replace(reading.mail, attachments=whole))


def _filled(attachment: Attachment, content: bytes) -> Attachment:
    return replace(attachment, content=content)


def _split(frame: bytes) -> tuple[bytes, list[bytes]]:
    """The body and the contents; ValueError where a length does not fit."""
    pieces = []
    at = 1
    while at < len(frame):
        if at + LENGTH.size > len(frame):
            raise ValueError("a frame cut short")
        (length,) = LENGTH.unpack_from(frame, at)
        at += LENGTH.size
        if length > len(frame) - at:
            raise ValueError("a frame cut short")
        pieces.append(frame[at : at + length])
        at += length
    if not pieces:
        raise ValueError("an empty frame")
    return pieces[0], pieces[1:]
