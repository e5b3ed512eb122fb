"""By what a mail is known again: its content, without what relays add on the way.

Both functions work on the bytes alone, without a MIME parser, since they run at the door for every mail.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from mailgate.domain.message.headers import first_message_id

MAX_HEADER_BLOCK: Final = 256 * 1024

# Atomic groups: CR LF must never be taken for two line ends.
_END_OF_HEADERS: Final = re.compile(rb"(?>\r\n|\n|\r)(?>\r\n|\n|\r)")
_LEADING: Final = (b"\r", b"\n", b"\xef")
_FOLD: Final = re.compile(rb"(?:\r\n|\n|\r)[ \t]+")
_SENDERS_OWN: Final = frozenset({
    b"message-id", b"date", b"from", b"to", b"cc", b"subject", b"in-reply-to", b"content-type",
})  # fmt: skip
"""Headers that the sender sets and that no relay between us and him has a reason to touch."""
_OWN_HEADER: Final = re.compile(
    rb"(?:\A|(?<=[\r\n]))(" + b"|".join(sorted(_SENDERS_OWN)) + rb")[ \t]*:((?:[^\r\n]|(?>\r\n|\n|\r)[ \t])*)",
    re.IGNORECASE,
)


def split_message(raw: bytes) -> tuple[bytes, bytes]:
    """The header block and the body, parted at the first empty line; without one, all is header block.

    Empty lines and a byte order mark before the headers, which files saved by hand have, are dropped.
    """
    if raw[:1] in _LEADING:
        raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    end = _END_OF_HEADERS.search(raw)
    return (raw[: end.start()], raw[end.end() :]) if end else (raw, b"")


def fingerprint(raw: bytes) -> str:
    """SHA-256 (hex) of what the sender wrote: his headers with white space folded, and the body.

    The same mail has the same fingerprint whichever way it came (trace and filter headers, bare LF or CRLF, blank lines
    at the end make no difference); two different mails differ also where they carry the same Message-ID.
    """
    head, body = split_message(raw)
    fields = _short_block(head) if len(head) <= MAX_HEADER_BLOCK else _long_block(head)
    # Sorted: some servers put Date and Message-ID elsewhere when they store a mail.
    digest = hashlib.sha256(b"\n".join(sorted(fields)))
    if b"\r" in body:
        body = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    digest.update(b"\n\n")
    digest.update(body.rstrip(b"\n \t"))
    return digest.hexdigest()


def _short_block(head: bytes) -> list[bytes]:
    """The sender's own headers as they are compared."""
    fields = []
    for line in _FOLD.sub(b" ", head).splitlines():
        name, colon, value = line.partition(b":")
        key = name.strip().lower()
        if colon and key in _SENDERS_OWN:
            fields.append(_field(key, value))
    return fields


def _long_block(head: bytes) -> list[bytes]:
    """The same for a header block of any size, without making a list of all its lines.

    It is looked at to its end: where From and Message-ID stand behind a wall of other headers, two mails with one body
    would be taken for one, and the second question would be lost.
    """
    return [_field(found[1].lower(), found[2]) for found in _OWN_HEADER.finditer(head)]


def _field(key: bytes, value: bytes) -> bytes:
    return key + b":" + b" ".join(value.split())


_MESSAGE_ID: Final = re.compile(rb"(?:\A|[\r\n])message-id[ \t]*:((?:[^\r\n]|(?:\r\n|\n|\r)[ \t])*)", re.IGNORECASE)


def message_id_of(raw: bytes) -> str | None:
    """The Message-ID in its normal form (``headers.first_message_id``), or None; found without parsing the mail."""
    head, _body = split_message(raw[: MAX_HEADER_BLOCK + 4])
    found = _MESSAGE_ID.search(head)
    return first_message_id(found.group(1).decode("ascii", "surrogateescape")) if found else None
