"""The font table of RTF files: which charset the bytes of a run are in (RTF specification 1.9.1, section on fonts)."""

from __future__ import annotations

from dataclasses import dataclass, field

from mailgate.extract.rtf.tokens import CHARSETS, codec_of_page

SYMBOLS = "symbols"
_BY_NAME = ((" CE", "cp1250"), (" Cyr", "cp1251"), (" Greek", "cp1253"), (" Tur", "cp1254"), (" Baltic", "cp1257"))
_SYMBOL_FONTS = ("symbol", "wingdings", "webdings", "marlett", "zapfdingbats", "opensymbol")
_OWN_CHARSETS = {"mac": "mac-roman", "pc": "cp437", "pca": "cp852"}

_SYMBOL_CHARSET = 2
_POLISH = 1045
_WESTERN = "cp1252"
_LONGEST_NAME = 200


@dataclass(slots=True)
class _Font:
    """A font while its entry is read."""

    number: int | None = None
    charset: int | None = None
    page: int | None = None
    name: str = ""


@dataclass(slots=True)
class Fonts:
    """The fonts of a document by their numbers, and what the document says of its own charset."""

    _codecs: dict[int, str] = field(default_factory=dict)
    _open: _Font = field(default_factory=_Font)
    _own: str = _WESTERN
    _default_font: int | None = None
    _is_polish: bool = False

    def begin(self, number: int | None) -> None:
        """The entry of a font begins, and with it the one before is over."""
        self.end()
        self._open.number = number

    def tell(self, word: str, number: int | None) -> None:
        """The open font's charset (``\\fcharset``) or code page (``\\cpg``)."""
        if word == "fcharset":
            self._open.charset = number
        else:
            self._open.page = number

    def name(self, text: str) -> None:
        """A piece of the open font's name."""
        self._open.name = (self._open.name + text)[:_LONGEST_NAME]

    def end(self) -> None:
        """The open entry is over."""
        if self._open.number is not None:
            self._codecs[self._open.number] = _codec_of(self._open)
        self._open = _Font()

    def document_word(self, word: str, number: int | None) -> bool:
        """Takes what a document says of charset, language and default font; False for any other word."""
        if word == "ansicpg":
            self._own = codec_of_page(number) or self._own
        elif word in _OWN_CHARSETS:
            self._own = _OWN_CHARSETS[word]
        elif word == "deff":
            self._default_font = number
        elif word in ("deflang", "lang"):
            # Programs that know but one charset call it Western and write Polish all the same.
            self._is_polish = self._is_polish or number == _POLISH
        else:
            return False
        return True

    def codec(self, font: int | None) -> str:
        """The codec of characters in a font (None: the default font), or SYMBOLS."""
        own = "cp1250" if self._is_polish and self._own == _WESTERN else self._own
        number = self._default_font if font is None else font
        return (self._codecs.get(number) if number is not None else None) or own


def _codec_of(font: _Font) -> str:
    """What the font table says, else what the font's name says; "" for the document's own charset."""
    name = font.name.strip(" ;")
    if font.charset == _SYMBOL_CHARSET or name.lower().startswith(_SYMBOL_FONTS):
        return SYMBOLS
    by_page = codec_of_page(font.page) if font.page else None
    by_name = next((codec for ending, codec in _BY_NAME if name.endswith(ending)), None)
    return CHARSETS.get(font.charset or 0) or by_page or by_name or ""
