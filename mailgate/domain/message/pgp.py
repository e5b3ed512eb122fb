"""OpenPGP in a mail: the frame of a signature taken off a text, and whether something is encrypted (RFC 9580).

Nothing is verified and no key is used; what needs one can be read by a person only.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from mailgate.domain.message.headers import decode_base64

SUFFIXES: Final = (".pgp", ".gpg", ".asc")
"""Of the names of files, in lower case."""
_SIGNED: Final = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE: Final = "-----BEGIN PGP SIGNATURE-----"
_SIGNATURE_END: Final = "-----END PGP SIGNATURE-----"
_MESSAGE: Final = re.compile(rb"^[ \t]*-----BEGIN PGP MESSAGE-----[ \t]*\r?$", re.MULTILINE)
_ARMOUR_HEADER: Final = re.compile(r"(?:Hash|Charset|NotDashEscaped|Comment|Version|SaltedHash): ?[^\n]*")
_ARMOUR_HEADERS: Final = 10
_HASH_IN_PAGE: Final = re.compile(
    r"\A(?:\s|&nbsp;|</?(?:br|div|p|pre|span)\b[^<>]{0,200}>){0,20}Hash: [A-Za-z0-9, -]{1,80}"
)
_ARMOUR: Final = re.compile(rb"[A-Za-z]{2,20}: [^\n]*\n|\s+")

# RFC 9580 section 5: session keys for a public key or a password, and the four kinds of encrypted data.
_ENCRYPTED_TAGS: Final = frozenset({1, 3, 9, 18, 20})
_READABLE_TAGS: Final = frozenset({2, 4, 8, 11})
_TAG_OF_PGP: Final = 0x80
_NEW_FORMAT: Final = 0x40
_LOOKED_AT: Final = 4_096

Kind = Literal["encrypted", "readable"]


def without_signature(text: str) -> str:
    """The text without the frames of cleartext signatures (section 7), the escaping of dashes undone; else as it is.

    A frame that does not begin at the start of a line is quoted, and stays.
    """
    if _SIGNED not in text:
        return text
    kept: list[str] = []
    lines = iter(text.split("\n"))
    for line in lines:
        if line.strip() == _SIGNED:
            kept += _signed_lines(list(lines))
            break
        kept.append(line)
    return "\n".join(kept)


def _signed_lines(lines: list[str]) -> list[str]:
    """The lines below the beginning of a signed text, those below its signature included."""
    kept: list[str] = []
    at = _first_line(lines)
    state: Literal["signed", "signature", "outside"] = "signed"
    while at < len(lines):
        line = lines[at]
        mark = line.strip()
        at += 1
        if state == "signed" and mark == _SIGNATURE:
            state = "signature"
        elif state == "signature":
            state = "outside" if mark == _SIGNATURE_END else state
        elif state == "outside" and mark == _SIGNED:
            state = "signed"
            at += _first_line(lines[at : at + _ARMOUR_HEADERS + 1])
        else:
            kept.append(line.removeprefix("- ") if state == "signed" else line)
    return kept


def _first_line(lines: list[str]) -> int:
    """How many headers of the armour, and the empty line below them, stand before the text."""
    for at, line in enumerate(lines[: _ARMOUR_HEADERS + 1]):
        if not line.strip():
            return at + 1
        if not _ARMOUR_HEADER.match(line):
            return at
    return 0


def without_signature_in_page(page: str) -> str:
    """The same for HTML, where only the lines of the frame are known for sure: they are taken out."""
    if _SIGNED not in page:
        return page
    start = page.find(_SIGNATURE)
    end = page.find(_SIGNATURE_END, start) if start >= 0 else -1
    if end >= 0:
        page = page[:start] + page[end + len(_SIGNATURE_END) :]
    head, _frame, tail = page.partition(_SIGNED)
    return head + _HASH_IN_PAGE.sub("", tail, count=1)


def armoured_kind(raw: bytes) -> Kind | None:
    """What the first PGP message is that stands in armour at the start of a line; None where there is none."""
    found = _MESSAGE.search(raw)
    if found is None:
        return None
    body = raw[found.end() : found.end() + _LOOKED_AT].lstrip(b"\r\n")
    while header := _ARMOUR.match(body):
        body = body[header.end() :]
    # An armour that cannot be looked into is what it says: a message of PGP, as a rule encrypted.
    return bare_kind(decode_base64(body[:8])) or "encrypted"


def bare_kind(raw: bytes) -> Kind | None:
    """What the packets are with which some bytes begin.  Other files begin so too: ask for what is named as PGP only."""
    if len(raw) < 2 or not raw[0] & _TAG_OF_PGP:
        return None
    tag = raw[0] & 0x3F if raw[0] & _NEW_FORMAT else raw[0] >> 2 & 0xF
    if tag in _ENCRYPTED_TAGS:
        return "encrypted"
    return "readable" if tag in _READABLE_TAGS else None
