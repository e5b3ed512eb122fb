"""The parameters of Content-Type and Content-Disposition as programs write them (RFC 2231, RFC 2047, raw 8-bit)."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote_to_bytes

from mailgate.domain.message.charset import decode, tidy
from mailgate.domain.message.headers import decode_text, raw_bytes, unfold

MAX_PARAMETERS: Final = 100

# A quoted string (with an end or cut), or all up to the next semicolon: names with bare spaces are common.
_PARAMETER: Final = re.compile(r';\s*([^\s=;"]{1,80})\s*=\s*("(?:[^"\\]|\\.)*"?|[^;"]*)', re.DOTALL)
_QUOTED_PAIR: Final = re.compile(r'\\(["\\])')
_PIECE: Final = re.compile(r"([^*]+)\*(?:(\d{1,3})(\*)?)?$")


def split_parameters(value: str) -> tuple[str, dict[str, str]]:
    """The main value in lower case, and the parameters by lower-case name, decoded.

    ``value`` is raw (bytes beyond ASCII as surrogates).  ``name*`` stands before ``name``, as RFC 6266 has it; pieces
    (``name*0*``, ``name*1``) are joined in the order of their numbers, and their bytes decoded together.
    """
    value = unfold(value)
    main = value.partition(";")[0].strip().lower()
    if ";" not in value:
        return _bare(main), {}
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for count, found in enumerate(_PARAMETER.finditer(value)):
        if count >= MAX_PARAMETERS:
            break
        name, text = found.group(1).lower(), _unquoted(found.group(2))
        piece = _PIECE.match(name)
        if piece is None:
            plain.setdefault(name, decode_text(text))
        else:
            number = int(piece.group(2) or 0)
            encoded = piece.group(2) is None or piece.group(3) is not None
            pieces.setdefault(piece.group(1), {}).setdefault(number, (text, encoded))
    plain.update({name: _joined(numbered) for name, numbered in pieces.items()})
    return _bare(main), plain


def _bare(main: str) -> str:
    return tidy(decode(raw_bytes(main))[0]).strip()


def _unquoted(text: str) -> str:
    text = text.strip()
    if not text.startswith('"'):
        return text
    body = text[1:-1] if len(text) > 1 and text.endswith('"') else text[1:]
    # A backslash that escapes nothing is kept: C:\Moje dokumenty\plik.doc of old Outlook.
    return _QUOTED_PAIR.sub(r"\1", body)


def _joined(numbered: dict[int, tuple[str, bool]]) -> str:
    charset: str | None = None
    raw = b""
    for place, number in enumerate(sorted(numbered)):
        text, encoded = numbered[number]
        if encoded and place == 0 and text.count("'") >= 2:
            charset, _language, text = text.split("'", 2)
        raw += unquote_to_bytes(raw_bytes(text)) if encoded else raw_bytes(text)
    text = decode(raw, charset or None)[0]
    return decode_text(text) if "=?" in text else tidy(text)
