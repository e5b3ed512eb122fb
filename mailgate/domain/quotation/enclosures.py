"""Which files of a reply would go along: neither the technical ones, nor logos, nor pictures of the quote."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from mailgate.domain.mail import Attachment, InboundMail
from mailgate.domain.quotation.leaks import leak_in_file
from mailgate.domain.quotation.rows import Row, fold
from mailgate.domain.quotation.signatures import is_sign_off

_TECHNICAL_NAMES: Final = frozenset({
    "smime.p7s", "smime.p7m", "signature.asc", "openpgp_digital_signature.asc", "winmail.dat", "win.dat", "pgpkey.asc",
    "encrypted.asc", "version.txt",
})  # fmt: skip
_TECHNICAL_TYPES: Final = frozenset({
    "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature", "application/ms-tnef",
    "application/vnd.ms-tnef", "application/pgp-encrypted", "application/pgp-keys", "message/delivery-status",
    "message/disposition-notification", "text/rfc822-headers",
})  # fmt: skip
_LOGO: Final = re.compile(
    r"logo|stopka|banner|baner|facebook|linkedin|instagram|youtube|twitter|podpis|signature|herb\b"
)
_GENERIC: Final = re.compile(r"(?:image|obraz|att|outlook-\w+|picture)[\d_-]*\.(?:png|jpe?g|gif|bmp)")
_MAX_LOGO: Final = (420, 110)
_MIN_SCREENSHOT: Final = (300, 200)
_LETTERS: Final = (".eml", ".emlx", ".msg", ".mht", ".mhtml", ".htm", ".html", ".txt", ".bin", ".dat")
_LETTER_TYPES: Final = frozenset({
    "application/octet-stream", "application/vnd.ms-outlook", "application/x-mimearchive", "application/rfc822",
})  # fmt: skip
_DOCUMENTS: Final = (b"PK\x03\x04", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
_TNEF: Final = b"\x78\x9f\x3e\x22"


def going_along(mail: InboundMail, new: Sequence[Row], dropped: Sequence[Row]) -> tuple[str, ...]:
    """The names of the files that go along, in the mail's order.

    ``new`` are the rows of the new text, ``dropped`` all others (quote, signature, notices); a picture goes where the
    row goes on which it stands.
    """
    shown = set(_pictures(new))
    logos = set(_logos(new, mail.sender.name if mail.sender else ""))
    elsewhere = {picture for row in dropped for picture in row.pictures}
    kept = []
    for attachment in mail.attachments:
        names = _names_of(attachment)
        if _is_technical(attachment) or _is_the_quoted_letter(attachment, mail) or _is_own_card(attachment, mail):
            continue
        if names & {fold(one) for one in shown}:
            logo = bool(names & {fold(one) for one in logos}) and not _is_large(attachment)
            if logo or _is_trailing_logo(attachment, new):
                continue
        elif names & {fold(one) for one in elsewhere} or _is_orphan(attachment, mail):
            continue
        kept.append(attachment.name)
    return tuple(dict.fromkeys(kept))


def _pictures(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        yield from row.pictures


def _logos(rows: Sequence[Row], author: str) -> Iterator[str]:
    """Pictures below the greeting, or below the author's name."""
    name = sorted(fold(author).split())
    below = False
    for row in rows:
        if below:
            yield from row.pictures
        below = below or is_sign_off(row) or (bool(name) and sorted(row.key.split()) == name)


def _names_of(attachment: Attachment) -> set[str]:
    """How text may name the file: content-id, what stands before its ``@``, or file name."""
    content_id = (attachment.content_id or "").strip("<> ")
    return {fold(one) for one in (content_id, content_id.partition("@")[0], attachment.name) if one}


def _is_technical(attachment: Attachment) -> bool:
    named = attachment.name.lower() in _TECHNICAL_NAMES or attachment.content_type in _TECHNICAL_TYPES
    return named or attachment.content.startswith(_TNEF)


def _is_the_quoted_letter(attachment: Attachment, mail: InboundMail) -> bool:
    """Some clients answer with the original attached, and Exchange makes files of text that stands below a picture.

    Both hold our letter, with its token.  A document that holds it is a person's work and is left to ``leak_in``.
    """
    is_text = attachment.content_type.startswith(("text/", "message/")) or attachment.content_type in _LETTER_TYPES
    if not is_text and not attachment.name.lower().endswith(_LETTERS):
        return False
    if attachment.content.startswith(_DOCUMENTS):
        return False
    if leak_in_file(attachment.content):
        return True
    plain = attachment.content.replace(b"\0", b"")
    return any(one.encode("utf-8", "replace") in plain for one in (*mail.in_reply_to, *mail.references) if one)


def _is_own_card(attachment: Attachment, mail: InboundMail) -> bool:
    """The visiting card that Thunderbird adds to each mail: it is part of the signature."""
    if not attachment.name.lower().endswith(".vcf") or mail.sender is None:
        return False
    own = {*fold(mail.sender.name).split(), *re.findall(r"\w+", fold(mail.sender.address.partition("@")[0]))} - {""}
    return bool(own & set(re.findall(r"[^\W_]+", fold(attachment.name))))


def _is_large(attachment: Attachment) -> bool:
    size = picture_size(attachment.content)
    return size is not None and size[0] >= _MIN_SCREENSHOT[0] and size[1] >= _MIN_SCREENSHOT[1]


def _is_trailing_logo(attachment: Attachment, new: Sequence[Row]) -> bool:
    """A picture whose name says so, or a small one below the last line of text."""
    if _LOGO.search(fold(attachment.name)) and attachment.inline and not _is_large(attachment):
        return True
    size = picture_size(attachment.content)
    if size is None or min(size) < 2 or size[0] > _MAX_LOGO[0] or size[1] > _MAX_LOGO[1]:
        return False
    last_text = max((index for index, row in enumerate(new) if row.text), default=-1)
    trailing = {fold(one) for one in _pictures(new[last_text + 1 :])}
    return bool(_names_of(attachment) & trailing)


def _is_orphan(attachment: Attachment, mail: InboundMail) -> bool:
    """An inline picture that no text shows: left over from a signature or quote whose place the client removed."""
    if not (attachment.inline and attachment.content_id and attachment.content_type.startswith("image/")):
        return False
    name = fold(attachment.name)
    return bool(mail.html) and (_GENERIC.fullmatch(name) is not None or _LOGO.search(name) is not None)


def picture_size(content: bytes) -> tuple[int, int] | None:
    """Width and height in pixels as a PNG or GIF states them at its start, else None."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
    if content.startswith((b"GIF87a", b"GIF89a")) and len(content) >= 10:
        return int.from_bytes(content[6:8], "little"), int.from_bytes(content[8:10], "little")
    return None
