"""HTML and plain text that Outlook has wrapped into RTF: the text that was there before (MS-OXRTFEX).

Only for RTF that says so itself (``\\fromhtml1``, ``\\fromtext``); other RTF is a document, and has a reader of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final, Literal, assert_never

from mailgate.extract.rtf.tokens import CHARSETS, Token, codec_of_page, tokens

MAX_DEPTH: Final = 500
MAX_FONTS: Final = 2_000

Wrapped = Literal["html", "text"]

_LOOKED_AT: Final = 1_000
_CHARACTERS: Final = {
    "par": "\r\n", "line": "\r\n", "tab": "\t", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
    "bullet": "•", "endash": "–", "emdash": "—",
}  # fmt: skip
_SIGNS: Final = {
    "~": "\N{NO-BREAK SPACE}",
    "_": "-",
    "-": "",
    "{": "{",
    "}": "}",
    "\\": "\\",
    "\r": "\r\n",
    "\n": "\r\n",
}
_HIDDEN: Final = frozenset({
    "fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "footer", "pntext", "listtext", "mhtmltag",
    "generator",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Group:
    """What holds inside one pair of braces."""

    hidden: bool = False
    rtf_only: bool = False
    """Between ``\\htmlrtf`` and ``\\htmlrtf0`` stands what only readers of RTF shall see."""
    markup: bool = False
    fonts: bool = False
    font: int = -1
    fallbacks: int = 1
    """How many characters follow a ``\\u`` for readers that do not know it."""


def wrapped_in(rtf: bytes) -> Wrapped | None:
    """What was wrapped into the RTF, None where it is RTF of its own."""
    head = rtf[:_LOOKED_AT]
    if re.search(rb"\\fromhtml1?(?![0-9a-z])", head):
        return "html"
    return "text" if re.search(rb"\\fromtext(?![0-9a-z])", head) else None


def unwrapped(rtf: bytes) -> str:
    """The HTML or text in RTF for which ``wrapped_in`` tells which it is.  Linear, and never raises."""
    reader = _Reader()
    for token in tokens(rtf.decode("latin-1")):
        if not reader.take(token):
            break
    return reader.text()


class _Reader:
    """Collects what is to be seen, token by token."""

    def __init__(self) -> None:
        self._group = _Group()
        self._outer: list[_Group] = []
        self._out: list[str] = []
        self._bytes = bytearray()
        self._codec_of_bytes = ""
        self._default = "cp1250"
        self._codecs: dict[int, str] = {}
        self._font_in_table = -1
        self._to_skip = 0
        self._starred = False

    def text(self) -> str:
        """Everything collected; halves of characters beyond the basic plane are joined."""
        self._flush()
        return "".join(self._out).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def take(self, token: Token) -> bool:
        """Takes a token; False where the groups are nested too deeply to go on."""
        match token.kind:
            case "open" | "close":
                return self._brace(opening=token.kind == "open")
            case "word":
                self._word(token.text, token.number)
            case "sign":
                self._sign(token.text)
            case "byte" | "text":
                self._starred = False
                self._raw(token.text.encode("latin-1"))
            case _:
                assert_never(token.kind)
        return True

    def _brace(self, *, opening: bool) -> bool:
        self._flush()
        self._to_skip = 0
        self._starred = False
        if opening:
            self._outer.append(self._group)
            return len(self._outer) <= MAX_DEPTH
        if self._outer:
            self._group = self._outer.pop()
        return True

    def _word(self, word: str, number: int | None) -> None:
        starred, self._starred = self._starred, False
        match word:
            case "htmlrtf":
                self._set(replace(self._group, rtf_only=number != 0))
            case "htmltag":
                self._set(replace(self._group, markup=True))
            case "ansicpg" if number:
                self._default = codec_of_page(number) or self._default
            case "fonttbl":
                self._set(replace(self._group, fonts=True, hidden=True))
            case "f" if number is not None:
                self._font(number)
            case "fcharset" if self._group.fonts and number is not None and len(self._codecs) < MAX_FONTS:
                self._codecs[self._font_in_table] = CHARSETS.get(number, "")
            case "uc" if number is not None:
                self._set(replace(self._group, fallbacks=max(0, min(number, 10))))
            case "u" if number is not None:
                self._character(chr(number & 0xFFFF))
                self._to_skip = self._group.fallbacks
            case _ if starred or word in _HIDDEN:
                self._set(replace(self._group, hidden=True))
            case _ if word in _CHARACTERS:
                self._character(_CHARACTERS[word])

    def _set(self, group: _Group) -> None:
        self._flush()
        self._group = group

    def _font(self, number: int) -> None:
        if self._group.fonts:
            self._font_in_table = number
        else:
            self._set(replace(self._group, font=number))

    def _sign(self, sign: str) -> None:
        if sign == "*":
            self._starred = True
        elif sign in _SIGNS:
            self._character(_SIGNS[sign])

    def _seen(self) -> bool:
        return not (self._group.hidden or self._group.rtf_only)

    def _character(self, character: str) -> None:
        if self._to_skip:
            self._to_skip -= 1
        elif self._seen():
            self._flush()
            self._out.append(character)

    def _raw(self, text: bytes) -> None:
        """Bytes in the code page of the font; a letter may be spread over several tokens."""
        skipped = min(self._to_skip, len(text))
        self._to_skip -= skipped
        if skipped < len(text) and self._seen():
            self._bytes += text[skipped:]

    def _flush(self) -> None:
        if self._bytes:
            codec = "" if self._group.markup else self._codecs.get(self._group.font, "")
            self._out.append(self._bytes.decode(codec or self._default, "replace"))
            self._bytes.clear()
