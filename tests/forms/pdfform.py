"""PDF files written object by object: forms with fields, with and without appearances, and text typed on top."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

WIDTH, HEIGHT = 595, 842


@dataclass(frozen=True)
class Widget:
    """A field: its name (with dots for parents), value, and rectangle as left, bottom, right, top."""

    name: str
    value: str | bytes | None
    box: tuple[float, float, float, float]
    tooltip: str | None = None
    kind: str = "/Tx"
    flags: int = 0
    shown: int = 4
    options: Sequence[tuple[str, str]] = ()


def form(
    widgets: Sequence[Widget],
    texts: Sequence[tuple[float, float, str]] = (),
    typed: Sequence[Widget] = (),
    rotate: int = 0,
) -> bytes:
    """A page with texts at places, the fields, and free texts typed on top; nothing draws the fields' values.

    The font has no Polish letters: where they matter texts are values of fields.
    """
    writer = PdfWriter()
    page = writer.add_blank_page(WIDTH, HEIGHT)
    if rotate:
        page[NameObject("/Rotate")] = NumberObject(rotate)
    font = DictionaryObject({
        NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1"),
        NameObject("/BaseFont"): NameObject("/Helvetica"), NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
    })  # fmt: skip
    fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    stream = DecodedStreamObject()
    stream.set_data(
        "\n".join(f"BT /F1 10 Tf 1 0 0 1 {x} {y} Tm ({text}) Tj ET" for x, y, text in texts).encode("cp1252")
    )
    page[NameObject("/Contents")] = writer._add_object(stream)
    roots: dict[str, DictionaryObject] = {}
    fields = ArrayObject()
    annotations = ArrayObject()
    for widget in widgets:
        made = _widget(widget)
        reference = writer._add_object(made)
        annotations.append(reference)
        *parents, last = widget.name.split(".")
        made[NameObject("/T")] = TextStringObject(last)
        if not parents:
            fields.append(reference)
            continue
        parent = roots.get(parents[0])
        if parent is None:
            parent = DictionaryObject(
                {NameObject("/T"): TextStringObject(parents[0]), NameObject("/Kids"): ArrayObject()}
            )
            roots[parents[0]] = parent
            fields.append(writer._add_object(parent))
        parent["/Kids"].append(reference)
        made[NameObject("/Parent")] = parent.indirect_reference
    annotations += [writer._add_object(_free_text(one)) for one in typed]
    page[NameObject("/Annots")] = annotations
    writer._root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): fields})
    return written(writer)


def written(writer: PdfWriter) -> bytes:
    """The bytes of what a writer holds."""
    raw = io.BytesIO()
    writer.write(raw)
    return raw.getvalue()


def _rectangle(box: tuple[float, float, float, float]) -> ArrayObject:
    return ArrayObject([FloatObject(number) for number in box])


def _string(text: str | bytes) -> TextStringObject | ByteStringObject:
    return ByteStringObject(text) if isinstance(text, bytes) else TextStringObject(text)


def _widget(widget: Widget) -> DictionaryObject:
    made = DictionaryObject({
        NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject("/Widget"),
        NameObject("/FT"): NameObject(widget.kind), NameObject("/Rect"): _rectangle(widget.box),
        NameObject("/F"): NumberObject(widget.shown), NameObject("/Ff"): NumberObject(widget.flags),
    })  # fmt: skip
    if widget.value is not None:
        is_name = widget.kind == "/Btn"
        made[NameObject("/V")] = NameObject(str(widget.value)) if is_name else _string(widget.value)
    if widget.tooltip is not None:
        made[NameObject("/TU")] = TextStringObject(widget.tooltip)
    if widget.options:
        pairs = [ArrayObject([TextStringObject(a), TextStringObject(b)]) for a, b in widget.options]
        made[NameObject("/Opt")] = ArrayObject(pairs)
    return made


def _free_text(one: Widget) -> DictionaryObject:
    return DictionaryObject({
        NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject("/FreeText"),
        NameObject("/Rect"): _rectangle(one.box), NameObject("/Contents"): _string(one.value or ""),
        NameObject("/DA"): TextStringObject("/Helv 10 Tf"),
    })  # fmt: skip
