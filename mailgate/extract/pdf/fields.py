"""What people put into a PDF without changing its pages: fields of forms, and text typed on top of a page.

Neither needs to be drawn to be there: many programs store a field's value and leave the drawing to the viewer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pypdf.generic import ArrayObject, DictionaryObject

from mailgate.domain.document import Field
from mailgate.domain.form.fieldnames import label_of_name
from mailgate.domain.message.charset import tidy
from mailgate.extract.page.shapes import Box, Word

_HIDDEN = 2
_NO_VIEW = 32
_PASSWORD = 1 << 13
_MAX_PARENTS = 30
_MAX_ANNOTATIONS = 2_000
_LONGEST_VALUE = 100_000
_LINE = 12.0
"""The usual distance between the lines of a field, in points."""
_LETTER = 5.0
"""The usual width of a letter, in points: it only has to keep short values short."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A value on a page: the field's names from full name to tooltip (none for text on top), text, rectangle."""

    names: tuple[str, ...]
    text: str
    box: tuple[float, float, float, float]
    """As the PDF has it: left, bottom, right, top, in points, ``y`` growing upwards."""


def typed_on(page: DictionaryObject) -> tuple[Typed, ...]:
    """The fields and typed texts of a page in the order in which the file has them, hidden ones left out."""
    return tuple(_typed(page.get("/Annots")))


def _typed(annotations: Any) -> Iterator[Typed]:
    found = _resolved(annotations)
    for entry in found[:_MAX_ANNOTATIONS] if isinstance(found, ArrayObject) else ():
        annotation = _resolved(entry)
        if not isinstance(annotation, DictionaryObject) or _flags(annotation, "/F") & (_HIDDEN | _NO_VIEW):
            continue
        box = _box(annotation)
        kind = annotation.get("/Subtype")
        if kind == "/FreeText" and box:
            yield Typed((), _text(annotation.get("/Contents")), box)
        elif kind == "/Widget" and box:
            yield Typed(_names(annotation), _value(annotation), box)


def named_fields(typed: Sequence[Typed]) -> tuple[Field, ...]:
    """The fields by that of their names which tells most: the one that means a field of the form, if any does."""
    fields: dict[tuple[str, ...], Field] = {}
    for one in typed:
        if one.names:
            telling = next((name for name in one.names if label_of_name(name)), one.names[0])
            before = fields.get(one.names)
            if before is None or not before.value:
                fields[one.names] = Field(telling, one.text)
    return tuple(fields.values())


def is_xfa_alone(root: DictionaryObject) -> bool:
    """True for a form that only Adobe's own reader shows: its pages ask to wait, its fields are elsewhere, in XML."""
    form = _resolved(root.get("/AcroForm"))
    return isinstance(form, DictionaryObject) and "/XFA" in form and not _resolved(form.get("/Fields"))


def words_of(typed: Typed, box: Box) -> tuple[Word, ...]:
    """A value as words, one a line, in a rectangle of the page as it is seen."""
    lines = typed.text.split("\n") if typed.text.strip() else []
    step = min(_LINE, box.height / len(lines)) if lines else _LINE
    top = box.top if len(lines) > 1 or box.height > 2 * _LINE else (box.top + box.bottom - step) / 2
    return tuple(
        Word(line.strip(), _line_box(box, top + step * index, step, line), final=True)
        for index, line in enumerate(lines)
        if line.strip()
    )


def _line_box(box: Box, top: float, step: float, line: str) -> Box:
    return Box(box.x0, top + 0.05 * step, min(box.x1, box.x0 + _LETTER * len(line)), top + 0.95 * step)


def _names(widget: DictionaryObject) -> tuple[str, ...]:
    """The full name, then the tooltip that people see, then the name for exports."""
    parts = [_text(each.get("/T")) for each in _family(widget)]
    name = ".".join(part for part in reversed(parts) if part)
    others = [_text(_inherited(widget, key)) for key in ("/TU", "/TM")]
    return tuple(dict.fromkeys(one for one in (name, *others) if one)) or ("?",)


def _family(widget: DictionaryObject) -> Iterator[DictionaryObject]:
    """A widget, the field it belongs to, and the fields above; a circle of parents is left after a while."""
    current: Any = widget
    for _ in range(_MAX_PARENTS):
        if not isinstance(current, DictionaryObject):
            return
        yield current
        current = _resolved(current.get("/Parent"))


def _inherited(widget: DictionaryObject, key: str) -> Any:
    return next((_resolved(each[key]) for each in _family(widget) if key in each), None)


def _value(widget: DictionaryObject) -> str:
    """A field's value as a person sees it; "" for an empty one, a password, a button, a box that is not ticked."""
    kind = _inherited(widget, "/FT")
    value = _inherited(widget, "/V")
    if kind == "/Btn" or (kind == "/Tx" and _flags(widget, "/Ff") & _PASSWORD):
        return ""
    if kind == "/Ch":
        return "\n".join(_choice(widget, one) for one in (value if isinstance(value, ArrayObject) else [value]))
    return _text(value)


def _choice(widget: DictionaryObject, value: Any) -> str:
    """What a list shows for a value: its options may have a value for the machine and one for people."""
    chosen = _text(value)
    options = _inherited(widget, "/Opt")
    for option in options if isinstance(options, ArrayObject) else ():
        pair = _resolved(option)
        if isinstance(pair, ArrayObject) and len(pair) == 2 and _text(pair[0]) == chosen:
            return _text(pair[1])
    return chosen


def _text(value: Any) -> str:
    """A string of the PDF, tidy; PDFDocEncoding and UTF-16 are already told apart by pypdf.  Long texts are streams."""
    found = _resolved(value)
    if hasattr(found, "get_data"):
        found = _decoded(found.get_data())
    elif isinstance(found, bytes):
        found = _decoded(found)
    if not isinstance(found, str):
        return ""
    text = found[:_LONGEST_VALUE].replace("\r\n", "\n").replace("\r", "\n")
    return tidy(text).strip()


def _decoded(raw: bytes) -> str:
    if raw.startswith(b"\xfe\xff"):
        return raw[2:].decode("utf-16-be", "replace")
    if raw.startswith(b"\xff\xfe"):
        return raw[2:].decode("utf-16-le", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1250", "replace")


def _flags(holder: DictionaryObject, key: str) -> int:
    value = _inherited(holder, key) if key == "/Ff" else _resolved(holder.get(key))
    return int(value) if isinstance(value, int) else 0


def _box(annotation: DictionaryObject) -> tuple[float, float, float, float] | None:
    found = _resolved(annotation.get("/Rect"))
    if not isinstance(found, ArrayObject) or len(found) != 4:
        return None
    numbers = [_resolved(number) for number in found]
    if not all(isinstance(number, int | float) for number in numbers):
        return None
    x0, y0, x1, y1 = (float(number) for number in numbers)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _resolved(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value
