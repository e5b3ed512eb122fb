"""The last net before an answer leaves: does it, or a file that goes along, hold a letter of ours to a consultant?

What a reply quotes is cut off in ``reply`` by its structure.  Here nothing counts but what our letters alone say, in
whatever shape, encoding or container it stands: nothing internal may reach a clerk.
"""

from __future__ import annotations

import lzma
import re
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Final

from mailgate.domain.mail import Attachment
from mailgate.domain.message.headers import decode_base64
from mailgate.domain.quotation.marks import LAST_LINE, MARKER_LINE

MAX_BYTES: Final = 64 * 1024 * 1024
MAX_MEMBERS: Final = 200
MAX_MEMBER: Final = 8 * 1024 * 1024
MAX_UNPACKED: Final = 32 * 1024 * 1024
MAX_DEPTH: Final = 3
"""Archives in archives, and base64 in what was base64."""

_GAP: Final = rb"[^a-z0-9]{1,16}(?:[a-z]{1,12}[>|] ?)?"
_LETTER: Final = rb".{0,8}?"
"""A letter outside ASCII as any encoding writes it: bytes, an entity, quoted-printable, or its plain neighbour."""
_INVISIBLE: Final = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"))
_TOKEN: Final = rb"[a-z2-7]{24}(?![a-z0-9])"


def _phrase(text: str) -> bytes:
    """A pattern for a phrase however it is encoded, wrapped and marked; linear, for each piece is literal."""
    words = re.findall(r"\w+", text.lower())
    return _GAP.join(b"".join(letter.encode() if letter.isascii() else _LETTER for letter in word) for word in words)


def _pattern(*parts: bytes) -> re.Pattern[bytes]:
    return re.compile(b"".join(parts), re.DOTALL)


_SURE: Final = {
    "the marker line of our letters": _pattern(_phrase(MARKER_LINE)),
    "the beginning of the marker line of our letters": _pattern(
        rb"#{2,3}[ _*]{0,2}-{1,3}[ _*]{0,2}", _phrase(" ".join(MARKER_LINE.split()[1:3]))
    ),
    "the last line of our letters": _pattern(_phrase(" ".join(LAST_LINE.split()[:9]))),
    "the token of a letter of ours": _pattern(rb"hot01\.[0-9]{1,19}\.", _TOKEN),
    "a reply address of ours": _pattern(rb"\+r\.", _TOKEN),
    "the code of a letter of ours": _pattern(
        _phrase("Kod wiadomości"), rb"[^a-z0-9]{0,40}(?:[a-z]{1,12}[>|] ?)?", _TOKEN
    ),
}
_TYPICAL: Final = tuple(
    _pattern(pattern)
    for pattern in (
        _phrase("Nowe pytanie HOT 01") + rb"/[0-9]{4}/",
        _phrase("Dopisek do pytania HOT 01") + rb"/[0-9]{4}/",
        _phrase("Termin potwierdzenia") + rb" ?:",
        _phrase("Kod wiadomości") + rb" ?:",
        _phrase("dokumentacja TYTUŁ, rozdz., s."),
        _phrase("napisana nad pierwszym wierszem tej wiadomości zostanie przekazana"),
        _phrase("Użytkownik nie otrzymał tej odpowiedzi"),
        _phrase("Tekst, który nie został przekazany") + rb" ?:",
    )
)
_ENOUGH: Final = 2


def leak_in(new_text: str | None, files: Sequence[Attachment]) -> str | None:
    """What of ours an answer would give away, as an English clause; None where nothing is found.

    ``new_text`` is the text to be sent, ``files`` those that would go along.  Linear in their length; what is beyond the
    limits is not looked at.
    """
    if new_text and (found := _found_in(_plain_bytes(new_text))):
        return f"its text holds {found}"
    for file in files:
        if found := leak_in_file(file.content):
            return f"the file {file.name!r} holds {found}"
    return None


def leak_in_file(content: bytes) -> str | None:
    """What of a letter of ours the bytes of a file hold, as an English noun; None where nothing is found."""
    for piece in _pieces(content[:MAX_BYTES]):
        if found := _found_in(piece):
            return found
    return None


def _plain_bytes(text: str) -> bytes:
    return unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).encode("utf-8", "replace")


def _found_in(content: bytes) -> str | None:
    # UTF-16 is plain letters with NULs between them; quoted-printable breaks lines at any place.
    lowered = re.sub(rb"=\r?\n", b"", content.replace(b"\0", b"")).lower()
    for name, pattern in _SURE.items():
        if pattern.search(lowered):
            return name
    typical = sum(pattern.search(lowered) is not None for pattern in _TYPICAL)
    return "lines of a letter of ours" if typical >= _ENOUGH else None


_BASE64_LINES: Final = re.compile(rb"(?:[A-Za-z0-9+/]{40,}\r?\n){1,}[A-Za-z0-9+/]*={0,2}|[A-Za-z0-9+/]{56,}={0,2}")


def _pieces(content: bytes) -> Iterator[bytes]:
    """The bytes themselves, and what is packed or encoded in them, to a certain depth and amount."""
    left = MAX_UNPACKED
    waiting = [(0, iter((content,)))]
    while waiting:
        depth, pieces = waiting[-1]
        piece = next(pieces, None)
        if piece is None or left < 0:
            waiting.pop()
            continue
        if depth:
            left -= len(piece)
        yield piece
        if depth < MAX_DEPTH:
            waiting.append((depth + 1, _members(piece) if piece.startswith(b"PK\x03\x04") else _encoded(piece)))


def _encoded(content: bytes) -> Iterator[bytes]:
    """The parts of a saved mail that are base64."""
    plain = content.replace(b"\0", b"")
    if b"base64" not in plain.lower():
        return
    for run in _BASE64_LINES.finditer(plain):
        yield decode_base64(run[0])


def _members(content: bytes) -> Iterator[bytes]:
    """What a ZIP holds, within the limits; what cannot be unpacked here is passed over."""
    if content.count(b"PK\x01\x02") > 10 * MAX_MEMBERS:
        return
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            for member in archive.infolist()[:MAX_MEMBERS]:
                yield _unpacked(archive, member)
    except (zipfile.BadZipFile, OSError, ValueError, struct.error, NotImplementedError):
        return


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(member) as opened:
            return opened.read(MAX_MEMBER)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, ValueError, EOFError, RuntimeError, struct.error):
        return b""
