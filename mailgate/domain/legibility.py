"""Whether there is a message at all in some bytes, and whether anybody without a key can read it."""

from __future__ import annotations

import re
from typing import Final

from mailgate.domain.fingerprint import split_message
from mailgate.domain.mail import Attachment, InboundMail

_HEADER_LINE: Final = re.compile(rb"^([!-9;-~]{1,70})[ \t]*:", re.MULTILINE)
_ENVELOPE_HEADERS: Final = frozenset({
    b"from", b"to", b"cc", b"subject", b"date", b"message-id", b"received", b"return-path", b"reply-to", b"sender",
    b"mime-version", b"content-type", b"delivered-to", b"in-reply-to", b"references", b"x-mailer", b"bcc",
})  # fmt: skip
_LOOKED_AT: Final = 16 * 1024
_MAX_NULS: Final = 2

# 1.2.840.113549.1.7.3 (envelopedData) and 1.2.840.113549.1.9.16.1.23 (authEnvelopedData), DER: RFC 5652, RFC 5083.
_ENVELOPED: Final = (
    b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03",
    b"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17",
)
_PGP_TEXT: Final = re.compile(r"^-----BEGIN PGP MESSAGE-----", re.MULTILINE)
_PGP_BYTES: Final = b"-----BEGIN PGP MESSAGE-----"
_PGP_TYPES: Final = frozenset({"application/pgp-encrypted", "application/pgp"})


def no_message(raw: bytes) -> str | None:
    """Why the bytes are no e-mail message, in English, or None where they may be one."""
    if not raw.strip():
        return "the file is empty"
    if envelope_headers(raw) == 0:
        return "it is no e-mail message: it has none of the headers that every message has"
    head = split_message(raw[:_LOOKED_AT])[0]
    if head.count(0) > _MAX_NULS:
        return "it is no e-mail message but a binary file"
    return None


def envelope_headers(raw: bytes) -> int:
    """How many different headers, such as only messages have, stand in the first block of lines."""
    head = split_message(raw[:_LOOKED_AT])[0]
    return len({name.lower() for name in _HEADER_LINE.findall(head)} & _ENVELOPE_HEADERS)


def encryption(mail: InboundMail) -> str | None:
    """How a mail is encrypted, in English, or None where its text can be read."""
    if mail.content_type == "multipart/encrypted":
        return "it is encrypted (PGP/MIME)"
    text = "\n".join(mail.plain)
    if _PGP_TEXT.search(text):
        return "it is encrypted (PGP in the text)"
    if text.strip() or any(page.strip() for page in mail.html):
        return None
    if any(_is_enveloped(attachment) for attachment in mail.attachments):
        return "it is encrypted (S/MIME)"
    if any(_is_pgp(attachment) for attachment in mail.attachments):
        return "it is encrypted (PGP)"
    return None


def _is_enveloped(attachment: Attachment) -> bool:
    """The bytes decide: programs declare signed and encrypted mail with the same type, or as octet-stream."""
    return any(oid in attachment.content[:64] for oid in _ENVELOPED)


def _is_pgp(attachment: Attachment) -> bool:
    return attachment.content_type in _PGP_TYPES or attachment.content[:200].lstrip().startswith(_PGP_BYTES)
