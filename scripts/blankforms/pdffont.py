"""Fonts of the PDF form: embedded, one octet a letter in the order of windows-1250, so that typed Polish letters show.

A simple font, since viewers compose what is typed from the font of the field octet by octet, and many cannot use any
other kind there.  The names of the letters tell their meaning to whoever copies or reads text aloud (ISO 32000-1, 9.6.6).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fontTools.agl import UV2AGL
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Pdf, Stream

ENCODING = "cp1250"
_FOLDER = Path(__file__).resolve().parent / "fonts"
_FIRST, _LAST = 32, 255
_NONSYMBOLIC = 32


class EmbeddedFont:
    """A TrueType font in a PDF, and how wide its letters are."""

    def __init__(self, pdf: Pdf, name: str, stem: int) -> None:
        """``name`` is that of the file in ``fonts``; ``stem`` the thickness of its upright strokes, for substitutes."""
        path = _FOLDER / f"{name}.ttf"
        program = path.read_bytes()
        with TTFont(path) as font:
            self._widths = [_advance(font, code) for code in range(_FIRST, _LAST + 1)]
            descriptor = _descriptor(font, name, stem)
        descriptor.FontFile2 = pdf.make_indirect(Stream(pdf, program, Length1=len(program)))
        self.reference: Any = pdf.make_indirect(
            Dictionary(
                Type=Name.Font,
                Subtype=Name.TrueType,
                BaseFont=Name(f"/{name}"),
                FirstChar=_FIRST,
                LastChar=_LAST,
                Widths=Array(self._widths),
                Encoding=Dictionary(
                    Type=Name.Encoding, BaseEncoding=Name.WinAnsiEncoding, Differences=Array(_differences())
                ),
                FontDescriptor=pdf.make_indirect(descriptor),
            )
        )

    def width(self, text: str, size: float) -> float:
        """How wide a text is, in points."""
        return sum(self._widths[code - _FIRST] for code in text.encode(ENCODING)) * size / 1000


def _advance(font: TTFont, code: int) -> int:
    """The width of a letter in thousandths of the font's size; 0 for a code or letter that the font has not."""
    name = font.getBestCmap().get(ord(_letter(code) or "\0"))
    return round(font["hmtx"][name][0] * 1000 / font["head"].unitsPerEm) if name else 0


def _descriptor(font: TTFont, name: str, stem: int) -> Dictionary:
    head, scale = font["head"], 1000 / font["head"].unitsPerEm
    box = [round(edge * scale) for edge in (head.xMin, head.yMin, head.xMax, head.yMax)]
    return Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name(f"/{name}"),
        Flags=_NONSYMBOLIC,
        FontBBox=Array(box),
        ItalicAngle=0,
        Ascent=round(font["hhea"].ascent * scale),
        Descent=round(font["hhea"].descent * scale),
        CapHeight=round(font["OS/2"].sCapHeight * scale),
        StemV=stem,
    )


def _differences() -> list[Any]:
    """Where windows-1250 departs from the base encoding: a code, then the name of its letter."""
    differences: list[Any] = []
    for code in range(128, _LAST + 1):
        letter = _letter(code)
        if letter is not None and letter != _letter(code, "cp1252"):
            differences += [code, Name("/" + UV2AGL.get(ord(letter), f"uni{ord(letter):04X}"))]
    return differences


def _letter(code: int, encoding: str = ENCODING) -> str | None:
    try:
        return bytes([code]).decode(encoding)
    except UnicodeDecodeError:
        return None
