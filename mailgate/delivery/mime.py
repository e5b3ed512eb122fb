"""Bodies of our letters as bytes: quoted-printable texts, base64 files, multiparts, every line short and 7-bit."""

from __future__ import annotations

import binascii
import re
from collections.abc import Sequence
from urllib.parse import quote

from mailgate.delivery.clean import one_line
from mailgate.domain.mail import Attachment

_NAME = r"[a-z0-9!#$&^_.+\-]{1,60}"
_CONTENT_TYPE = re.compile(rf"(?!multipart/|message/){_NAME}/{_NAME}")
_PATHS = re.compile(r"[\\/:*?\"<>|\ufffd]+")
_OCTETS_A_LINE = 57
"""57 octets are 76 characters of base64 (RFC 2045 section 6.8)."""
_LONGEST_NAME = 120
_SEGMENT = 54


def text_part(subtype: str, text: str) -> bytes:
    """A text part with its own headers; quoted-printable keeps it legible and every line below 77 octets."""
    encoded = binascii.b2a_qp(text.encode("utf-8"), istext=True)
    return (
        f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    ).encode("ascii") + encoded.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def file_part(attachment: Attachment) -> bytes:
    """An attachment with its own headers.

    A type that is no type, or that base64 may not carry (message/*, multipart/*: RFC 2046 section 5), becomes
    application/octet-stream; the name tells what it is.
    """
    content_type = attachment.content_type.lower()
    if not _CONTENT_TYPE.fullmatch(content_type):
        content_type = "application/octet-stream"
    head = (
        f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment;{_file_name(attachment.name)}\r\n\r\n"
    )
    return head.encode("ascii") + _base64(attachment.content)


def multipart(subtype: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    """A multipart with its header.  The boundary holds ``=_``, which no quoted-printable or base64 line can hold."""
    delimiter = b"\r\n--" + boundary.encode("ascii")
    head = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n'.encode("ascii")
    body = b"".join(delimiter + b"\r\n" + part for part in parts)
    return head + body + delimiter + b"--\r\n"


def safe_file_name(name: str) -> str:
    """A file name without path, controls or characters that a file system refuses; never empty, at most 120 long."""
    bare = _PATHS.sub("_", one_line(name)).strip(" ._") or "plik"
    stem, dot, extension = bare.rpartition(".")
    if len(bare) <= _LONGEST_NAME or not dot or len(extension) > 10:
        return bare[:_LONGEST_NAME]
    return stem[: _LONGEST_NAME - 1 - len(extension)] + "." + extension


def _file_name(name: str) -> str:
    """The filename parameter (RFC 2183), in RFC 2231 form, in pieces where it is long or not ASCII."""
    safe = safe_file_name(name)
    if safe.isascii() and len(safe) <= _SEGMENT:
        return f'\r\n filename="{safe}"'
    encoded = "utf-8''" + quote(safe, safe="")
    if len(encoded) <= _SEGMENT:
        return f"\r\n filename*={encoded}"
    return ";".join(f"\r\n filename*{index}*={piece}" for index, piece in enumerate(_pieces(encoded)))


def _pieces(encoded: str) -> list[str]:
    """Segments of an RFC 2231 value; an escape ``%XX`` is never cut in two."""
    pieces, rest = [], encoded
    while rest:
        end = _SEGMENT
        while len(rest) > end and "%" in rest[end - 2 : end]:
            end -= 1
        pieces.append(rest[:end])
        rest = rest[end:]
    return pieces


def _base64(content: bytes) -> bytes:
    lines = (
        binascii.b2a_base64(content[start : start + _OCTETS_A_LINE], newline=False)
        for start in range(0, len(content), _OCTETS_A_LINE)
    )
    return b"\r\n".join(lines) + b"\r\n"
