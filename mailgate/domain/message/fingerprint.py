"""By what a mail is known again: its content, without what relays add on the way.

All of this works on the bytes alone, without a MIME parser, since it runs at the door for every mail.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Final

from mailgate.domain.message.headers import first_message_id

MAX_HEADER_BLOCK: Final = 256 * 1024
RESENT_WITHIN: Final = timedelta(days=7)
"""So far apart two mails of one content are one mail, where neither Message-ID nor Date tells: servers give up after five
days (RFC 5321 section 4.5.4.1), and a scanner or a form of a website may send the same words again next month.
"""
_DAY: Final = "/"

# CR LF must never be taken for two line ends.  Plain alternatives, written twice, let the search skip to where one may
# begin; neither atomic groups nor a repetition does.
_LINE_END: Final = rb"(?:\r\n|\n|\r(?!\n))"
_END_OF_HEADERS: Final = re.compile(_LINE_END + _LINE_END)
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


_DATED: Final = re.compile(rb"(?:\A|[\r\n])date[ \t]*:[ \t]*[^ \t\r\n]", re.IGNORECASE)


def is_unmistakable(raw: bytes, message_id: str | None) -> bool:
    """Whether the fingerprint of a mail proves for ever that it is that mail: its Message-ID or its Date is in it."""
    return message_id is not None or _DATED.search(split_message(raw[: MAX_HEADER_BLOCK + 4])[0]) is not None


def of_its_day(digest: str, received_at: datetime) -> str:
    """The fingerprint of a mail that has neither, as it is kept: with the day of receipt (UTC)."""
    return f"{digest}{_DAY}{received_at.astimezone(UTC).date().isoformat()}"


def of_days_near(digest: str, received_at: datetime) -> tuple[str, ...]:
    """All that it may be kept under if it came before, the nearest day first; older registers know it without a day."""
    days = sorted(range(-RESENT_WITHIN.days, RESENT_WITHIN.days + 1), key=abs)
    return (*(of_its_day(digest, received_at + timedelta(days=day)) for day in days), digest)


def without_day(kept: str) -> str:
    """What the bytes of a mail give, from the fingerprint under which it is kept."""
    return kept.partition(_DAY)[0]
