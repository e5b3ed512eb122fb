"""RTF bytes to tokens, and its numbers of charsets to codecs (RTF specification 1.9.1, syntax and font table).

Bytes are carried as Latin-1 text, one character a byte, until the font that they stand in tells their charset.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_TOKEN = re.compile(
    r"\\([A-Za-z]{1,40})(-?\d{1,10})? ?"
    r"|\\'([0-9A-Fa-f]{2})"
    r"|\\(.)"
    r"|([{}])"
    r"|([^\\{}]+)",
    re.DOTALL,
)

CHARSETS = {
    77: "mac-roman", 128: "cp932", 129: "cp949", 130: "johab", 134: "gbk", 136: "big5", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
    254: "cp437", 255: "cp852",
}  # fmt: skip
"""``\\fcharsetN`` to Python's codecs; 0 and 1 stand for the document's own, 2 for symbols."""
_CODE_PAGES = {"10000": "mac-roman", "10029": "mac-latin2", "65001": "utf-8", "28592": "iso-8859-2"}

Kind = Literal["word", "byte", "sign", "open", "close", "text"]


@dataclass(frozen=True, slots=True)
class Token:
    """A control word with its number, a byte (``\\'b9``), a control sign, a brace, or characters."""

    kind: Kind
    text: str
    number: int | None = None


def tokens(content: str) -> Iterator[Token]:
    """The tokens of an RTF file in one pass; what ``\\binN`` announces is passed over."""
    place = 0
    while found := _TOKEN.match(content, place):
        place = found.end()
        word, number, byte, sign, brace, text = found.groups()
        if word is not None:
            value = int(number) if number is not None else None
            if word == "bin":
                place += min(max(value or 0, 0), len(content))
            else:
                yield Token("word", word, value)
        elif byte is not None:
            yield Token("byte", chr(int(byte, 16)))
        elif sign is not None:
            yield Token("sign", sign)
        elif brace is not None:
            yield Token("open" if brace == "{" else "close", brace)
        else:
            # Line ends in the file are no text; Word breaks lines anywhere.
            yield Token("text", text.replace("\r", "").replace("\n", ""))


def codec_of_page(number: int | None) -> str | None:
    """Python's codec for a Windows code page by its number, or None."""
    name = _CODE_PAGES.get(str(number), f"cp{number}")
    try:
        "".encode(name)
    except LookupError:
        return None
    return name
