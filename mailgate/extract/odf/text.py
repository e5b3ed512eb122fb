"""The text of OpenDocument files: paragraphs, lists, tables, frames, fields and form controls, as they are seen.

Deleted text of tracked changes stands apart in ``text:tracked-changes``, or in its place between two marks; neither is
seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from mailgate.domain.document import Block, Cell, Line, Table
from mailgate.domain.message.charset import tidy
from mailgate.extract.letters import without_pictures
from mailgate.extract.odf.styles import Count, ListMarks, Styles, is_display_none
from mailgate.extract.word.xml import child, children, local, value

_WHITE = re.compile(r"[ \t\r\n]+")
_MAX_SPACES = 200
_MAX_REPEATED = 50
# What stands inside a paragraph but is not seen there, or is no value.
_UNSEEN = frozenset({
    "annotation", "annotation-end", "note-citation", "placeholder", "ruby-text", "title", "desc", "hidden-paragraph",
    "event-listeners", "script", "alphabetical-index-mark-start", "label", "param", "list-item", "page-variable-set",
    "sender-initials", "soft-page-break", "image", "object", "object-ole", "plugin", "applet",
})  # fmt: skip
_SHAPES = frozenset({
    "frame", "g", "custom-shape", "rect", "line", "polyline", "polygon", "path", "circle", "ellipse", "connector",
    "caption", "measure", "regular-polygon", "a",
})  # fmt: skip
_BLOCK_WRAPPERS = frozenset({
    "section", "index-body", "index-title", "table-of-content", "illustration-index", "table-index", "object-index",
    "user-index", "alphabetical-index", "bibliography", "text-box", "text", "shapes", "page", "drawing",
    "presentation",
})  # fmt: skip
# Elements that only give characters a look, or group them: a change may begin or end inside them.
_STYLED = frozenset({"span", "a", "meta", "meta-field", "content-control", "text-input", "ruby", "ruby-base"})
_ROW_WRAPPERS = frozenset({"table-header-rows", "table-rows", "table-row-group"})


@dataclass(slots=True)
class _Paragraph:
    """A paragraph while it is read: its text, and what is drawn in it."""

    text: list[str] = field(default_factory=list)
    boxes: list[Block] = field(default_factory=list)

    def write(self, text: str | None) -> None:
        """Characters as they stand in the file, where any white space is one space (OpenDocument 1.3, 6.1.2)."""
        if text:
            folded = _WHITE.sub(" ", without_pictures(text))
            if folded.startswith(" ") and (not self.text or self.text[-1].endswith(" ")):
                folded = folded[1:]
            if folded:
                self.text.append(folded)


class TextReader:
    """From elements to lines and tables; notes are gathered apart, for they stand at the page's foot."""

    def __init__(
        self, styles: Styles, controls: dict[str, etree._Element], deletions: frozenset[str] = frozenset()
    ) -> None:
        self._styles = styles
        self._controls = controls
        self._deletions = deletions
        self._deleting: set[str] = set()
        self._carried: list[str] = []
        self._marks = ListMarks(styles)
        self.notes: list[Block] = []

    def blocks(self, parent: etree._Element) -> tuple[Block, ...]:
        """The lines and tables of a body, cell, text box, header or footer."""
        return tuple(self._walk(parent))

    def _walk(self, elements: Iterable[etree._Element]) -> Iterator[Block]:
        for element in elements:
            name = local(element)
            if name in ("p", "h"):
                yield from self._paragraph(element)
            elif name == "list":
                yield from self._list(element, None, 1)
            elif name == "numbered-paragraph":
                yield from self._walk(element)
            elif name == "table":
                yield from self._table(element)
            elif name in _BLOCK_WRAPPERS and not self._is_hidden_section(element):
                yield from self._walk(element)
            elif name in ("change-start", "change-end"):
                self._change(name, value(element, "change-id") or "")
            elif name == "control":
                yield from _as_lines(self._control(element))
            elif name in _SHAPES:
                yield from self._shape(element)

    def _is_hidden_section(self, element: etree._Element) -> bool:
        return is_display_none(element) or (value(element, "style-name") or "") in self._styles.hidden_sections

    # lists

    def _list(self, element: etree._Element, outer: Count | None, depth: int) -> Iterator[Block]:
        count = self._marks.begin(element, outer)
        for item in element:
            if local(item) in ("list-item", "list-header"):
                yield from self._item(item, count, depth)

    def _item(self, item: etree._Element, count: Count, depth: int) -> Iterator[Block]:
        numbered = local(item) == "list-item"
        for element in item:
            name = local(element)
            if name in ("p", "h"):
                mark = self._marks.mark(count, depth, item, element) if numbered else ""
                numbered = False
                yield from self._paragraph(element, mark)
            elif name == "list":
                yield from self._list(element, count, depth + 1)
            else:
                yield from self._walk((element,))

    # tables

    def _table(self, element: etree._Element) -> Iterator[Block]:
        if (value(element, "style-name") or "") not in self._styles.hidden_tables:
            yield Table(tuple(self._rows(element)))

    def _rows(self, parent: etree._Element) -> Iterator[tuple[Cell, ...]]:
        for element in parent:
            name = local(element)
            if name == "table-row" and value(element, "visibility") not in ("collapse", "filter"):
                cells = tuple(self._cells(element))
                if cells:
                    yield from [cells] * _repeated(element, "number-rows-repeated")
            elif name in _ROW_WRAPPERS and value(element, "display") != "false":
                yield from self._rows(element)

    def _cells(self, row: etree._Element) -> Iterator[Cell]:
        """A row's cells; a covered cell belongs to the one before it, or to one above and then keeps its column."""
        beside = 0
        for element in row:
            name, count = local(element), _repeated(element, "number-columns-repeated")
            if name == "table-cell":
                beside = _repeated(element, "number-columns-spanned") - 1
                yield from [Cell(self.blocks(element))] * count
            elif name == "covered-table-cell":
                yield from [Cell(())] * (count - beside)
                beside = max(0, beside - count)

    # paragraphs

    def _paragraph(self, element: etree._Element, mark: str = "") -> Iterator[Block]:
        if (value(element, "style-name") or "") in self._styles.hidden or _is_hidden_paragraph(element):
            return
        paragraph = _Paragraph(self._carried)
        self._carried = []
        self._inline(element, paragraph)
        if self._deleting:
            # The paragraph's end is deleted: what is left of it is the beginning of the next one.
            self._carried = paragraph.text
            yield from paragraph.boxes
            return
        lines = tidy("".join(paragraph.text)).split("\n")
        if mark and lines[0].strip():
            lines[0] = mark + lines[0].strip()
        yield from (Line(line.strip()) for line in lines)
        yield from paragraph.boxes

    def _inline(self, parent: etree._Element, paragraph: _Paragraph) -> None:
        self._write(parent.text, paragraph)
        for element in parent:
            name = local(element)
            if name in ("change-start", "change-end"):
                self._change(name, value(element, "change-id") or "")
            elif not self._deleting:
                self._piece(element, name, paragraph)
            elif name in _STYLED:
                self._inline(element, paragraph)
            self._write(element.tail, paragraph)

    def _write(self, text: str | None, paragraph: _Paragraph) -> None:
        if not self._deleting:
            paragraph.write(text)

    def _change(self, name: str, identity: str) -> None:
        """A tracked change begins or ends; only deletions matter."""
        if name == "change-start" and identity in self._deletions:
            self._deleting.add(identity)
        else:
            self._deleting.discard(identity)

    def _piece(self, element: etree._Element, name: str, paragraph: _Paragraph) -> None:
        if name in _UNSEEN or is_display_none(element):
            return
        if name == "s":
            paragraph.text.append(" " * min(_count(element, "c"), _MAX_SPACES))
        elif name == "tab":
            paragraph.text.append("\t")
        elif name == "line-break":
            paragraph.text.append("\n")
        elif name == "note":
            self.notes.extend(self.blocks(found) if (found := child(element, "note-body")) is not None else ())
        elif name == "control":
            self._inline_control(element, paragraph)
        elif name in _SHAPES and not _is_link(element):
            paragraph.boxes.extend(self._shape(element))
        elif name == "fieldmark":
            paragraph.text.append(_chosen_entry(element))
        elif name == "content-control":
            if value(element, "showing-place-holder") != "true":
                self._inline(element, paragraph)
        elif name != "span" or (value(element, "style-name") or "") not in self._styles.hidden:
            self._inline(element, paragraph)

    # what is drawn

    def _shape(self, element: etree._Element) -> Iterator[Block]:
        """The texts of a frame or shape, and of the shapes that are grouped in it."""
        if local(element) == "frame":
            box = next((one for one in element if local(one) in ("text-box", "table")), None)
            if box is not None:
                yield from self._table(box) if local(box) == "table" else self._walk(box)
        else:
            yield from self._walk(element)

    def _inline_control(self, element: etree._Element, paragraph: _Paragraph) -> None:
        """A control that stands among the characters is read there, one that floats after its paragraph."""
        text = self._control(element)
        if value(element, "anchor-type") == "as-char":
            paragraph.text.append(text)
        else:
            paragraph.boxes.extend(_as_lines(text))

    def _control(self, element: etree._Element) -> str:
        """What a form's control shows: what was typed or chosen, or the text of a label."""
        control = self._controls.get(value(element, "control") or "")
        return "" if control is None else control_text(control)


def control_text(control: etree._Element) -> str:
    """What a control shows; a button, a box to tick and a control that holds nothing show nothing."""
    name = local(control)
    if name == "fixed-text":
        return value(control, "label") or ""
    if name == "listbox":
        chosen = [one for one in control if value(one, "current-selected") == "true"]
        return ", ".join(value(one, "label") or value(one, "value") or "" for one in chosen)
    if name not in ("text", "textarea", "formatted-text", "combobox", "date", "time", "number", "password"):
        return ""
    typed = value(control, "current-value") or value(control, "value")
    if typed is None:
        return "\n".join("".join(str(text) for text in one.itertext()) for one in control if local(one) == "p")
    return typed


def _as_lines(text: str) -> Iterator[Line]:
    return (Line(line.strip()) for line in tidy(text).split("\n")) if text else iter(())


def _is_hidden_paragraph(element: etree._Element) -> bool:
    return any(value(one, "is-hidden") == "true" for one in element.iter("{*}hidden-paragraph"))


def _is_link(element: etree._Element) -> bool:
    """True for ``text:a``, which is text; ``draw:a`` is a shape."""
    return local(element) == "a" and "xmlns:text" in str(element.tag)


def _count(element: etree._Element, name: str) -> int:
    text = value(element, name) or ""
    return int(text) if text.isdecimal() and len(text) < 9 else 1


def _repeated(element: etree._Element, name: str) -> int:
    return min(_count(element, name), _MAX_REPEATED)


def _chosen_entry(element: etree._Element) -> str:
    """The entry chosen in a drop-down form field, "" for any other field without text (LibreOffice's own elements)."""
    entries: list[str] = []
    chosen = ""
    for parameter in children(element):
        name, text = value(parameter, "name") or "", value(parameter, "value") or ""
        if name == "Dropdown_ListEntry":
            entries.append(text)
        elif name == "Dropdown_Selected":
            chosen = text
    return entries[int(chosen)] if chosen.isdecimal() and len(chosen) < 6 and int(chosen) < len(entries) else ""
