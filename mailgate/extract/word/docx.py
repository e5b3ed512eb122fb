"""Word documents (.docx, .docm, .dotx): ZIP and XML read straight: the answers stand where libraries do not look.

Content controls, tracked insertions, text boxes and form fields are text; deletions, comments, hidden text and the
prompts of untouched content controls are none.  ECMA-376 part 1 names the elements.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from mailgate.domain.document import Block, Cell, Document, Field, Line, Table, lines_of
from mailgate.domain.message.charset import tidy
from mailgate.extract.safezip import UnsafeContainer, open_zip
from mailgate.extract.word.lists import Lists, read_lists
from mailgate.extract.word.parts import Parts
from mailgate.extract.word.xml import child, children, is_on, local, number, value

_WRAPPERS = frozenset({
    "ins", "moveTo", "customXml", "smartTag", "hyperlink", "fldSimple", "sdtContent", "dir", "bdo", "oMath",
    "oMathPara", "p",
    "f", "num", "den", "e", "sub", "sup", "rad", "deg", "sSub", "sSup", "d", "nary", "func", "fName",
})  # fmt: skip
_SIGNS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_DRAWN = frozenset({"drawing", "pict", "object"})
_PRIVATE_USE = range(0xE000, 0xF900)


def read_docx(content: bytes, source: str) -> Document:
    """A Word document, read: page headers first, then the text, then notes and page footers (cue ``page``).

    Raises ``UnsafeContainer`` for what is no Word document, is damaged, encrypted, or breaks a limit.
    """
    with open_zip(content) as package:
        parts = Parts(package)
        body = child(parts.main, "body")
        if body is None:
            raise UnsafeContainer("no Word document")
        reader = _Reader(_lists(parts), _hidden_styles(parts))
        try:
            blocks = (
                *_as_page(_distinct(reader.blocks(part) for part in parts.page_parts("header"))),
                *reader.blocks(body),
                *_as_page(_distinct(reader.notes(part) for part in parts.note_parts())),
                *_as_page(_distinct(reader.blocks(part) for part in parts.page_parts("footer"))),
            )
        except RecursionError as error:
            raise UnsafeContainer("nested too deeply") from error
        fields = tuple(_titled_controls(parts.main, reader))
    return Document(source, blocks, fields)


def _titled_controls(main: etree._Element, reader: _Reader) -> Iterator[Field]:
    """The content controls that have a title or a tag: it may be all that tells which value is which."""
    for control in main.iter("{*}sdt"):
        properties = child(control, "sdtPr")
        title = value(child(properties, "alias")) or value(child(properties, "tag"))
        if title and next(_content(control).iter("{*}sdt"), None) is None:
            yield Field(title, "" if _is_prompt(control) else reader.content_of(control), in_text=True)


def is_docx(names: tuple[str, ...]) -> bool:
    """True where the members of a ZIP are those of a Word document."""
    return any(name.startswith("word/document") and name.endswith(".xml") for name in names)


def _lists(parts: Parts) -> Lists:
    if not parts.may_hold_lists:
        return Lists()
    return read_lists(parts.optional("numbering"), parts.optional("styles", b"numPr"))


def _hidden_styles(parts: Parts) -> frozenset[str]:
    """The character styles whose text is hidden."""
    styles = children(parts.optional("styles", b"vanish"))
    return frozenset(value(style, "styleId") or "" for style in styles if is_on(child(child(style, "rPr"), "vanish")))


@dataclass(slots=True)
class _Paragraph:
    """A paragraph while it is read: its text, what is drawn in it, and the fields that are open."""

    text: list[str] = field(default_factory=list)
    boxes: list[Block] = field(default_factory=list)
    fields: list[bool] = field(default_factory=list)
    """For each open field, innermost last: True while its code is read, which nobody sees."""


class _Reader:
    """From elements to lines and tables."""

    def __init__(self, lists: Lists, hidden_styles: frozenset[str]) -> None:
        self._lists = lists
        self._hidden_styles = hidden_styles
        self._fields: list[bool] = []
        self._carried = ""

    def blocks(self, parent: etree._Element) -> tuple[Block, ...]:
        """The lines and tables of a body, cell, text box, header or footer."""
        return tuple(self._walk(parent))

    def content_of(self, control: etree._Element) -> str:
        """The text in a content control, whether it holds paragraphs, cells, or characters of one paragraph."""
        content = _content(control)
        if next(content.iter("{*}p"), None) is None:
            paragraph = _Paragraph()
            self._inline(content, paragraph)
            return tidy("".join(paragraph.text)).strip()
        blocks = (block for element in content.iter("{*}p") for block in self._paragraph(element))
        return "\n".join(line.text for line in lines_of(tuple(blocks))).strip()

    def notes(self, part: etree._Element) -> tuple[Block, ...]:
        """The texts of footnotes or endnotes, the drawn separators left out."""
        return tuple(block for note in part if value(note, "type") is None for block in self._walk(note))

    def _walk(self, parent: etree._Element) -> Iterator[Block]:
        for element in parent:
            name = local(element)
            if name == "p":
                yield from self._paragraph(element)
            elif name == "tbl":
                yield Table(tuple(self._rows(element)))
            elif name == "sdt":
                yield from self._walk(_shown_content(element))
            elif name == "AlternateContent":
                yield from self._walk(_alternative(element))
            elif name in ("ins", "moveTo", "customXml", "smartTag", "sdtContent"):
                yield from self._walk(element)

    # tables

    def _rows(self, parent: etree._Element) -> Iterator[tuple[Cell, ...]]:
        for element in parent:
            name = local(element)
            if name == "tr" and child(child(element, "trPr"), "del") is None:
                cells = tuple(self._cells(element))
                if cells:
                    yield cells
            elif name == "sdt":
                yield from self._rows(_content(element))
            elif name in ("ins", "moveTo", "customXml"):
                yield from self._rows(element)

    def _cells(self, parent: etree._Element) -> Iterator[Cell]:
        for element in parent:
            name = local(element)
            if name == "tc":
                properties = child(element, "tcPr")
                if _is_merged_upwards(properties):
                    yield Cell(())
                elif not _is_merged_away(properties):
                    yield Cell(self.blocks(element))
            elif name == "sdt":
                yield from self._controlled_cells(element)
            elif name == "customXml":
                yield from self._cells(element)

    def _controlled_cells(self, control: etree._Element) -> Iterator[Cell]:
        """The cells of a content control; an untouched one leaves its cells empty."""
        for cell in self._cells(_content(control)):
            yield Cell(()) if _is_prompt(control) else cell

    # paragraphs

    def _paragraph(self, element: etree._Element) -> Iterator[Block]:
        mark = self._lists.mark(element)
        paragraph = _Paragraph(fields=self._fields)
        self._inline(element, paragraph)
        text = self._carried + "".join(paragraph.text)
        self._carried = ""
        if child(child(child(element, "pPr"), "rPr"), "del") is not None:
            # The paragraph's end is deleted: what is left of it is the beginning of the next one.
            self._carried = text
        else:
            lines = tidy(text).split("\n")
            if mark and lines[0].strip():
                lines[0] = mark + lines[0].strip()
            yield from (Line(line.strip()) for line in lines)
        yield from paragraph.boxes

    def _inline(self, parent: etree._Element, paragraph: _Paragraph) -> None:
        for element in parent:
            name = local(element)
            if name == "r":
                self._run(element, paragraph)
            elif name == "sdt":
                self._inline(_shown_content(element), paragraph)
            elif name == "AlternateContent":
                self._inline(_alternative(element), paragraph)
            elif name in _WRAPPERS:
                self._inline(element, paragraph)

    def _run(self, run: etree._Element, paragraph: _Paragraph) -> None:
        properties = child(run, "rPr")
        style = value(child(properties, "rStyle")) or ""
        vanish = child(properties, "vanish")
        hidden = is_on(vanish) if vanish is not None else style in self._hidden_styles
        for element in run:
            name = local(element)
            if name == "fldChar":
                self._field(element, paragraph)
            elif not hidden and not any(paragraph.fields):
                self._piece(element, name, paragraph)

    def _piece(self, element: etree._Element, name: str, paragraph: _Paragraph) -> None:
        if name == "t":
            paragraph.text.append((element.text or "").replace("\n", " "))
        elif name in _SIGNS:
            paragraph.text.append(_SIGNS[name])
        elif name == "sym":
            paragraph.text.append(_symbol(element))
        elif name == "AlternateContent":
            for chosen in _alternative(element):
                self._piece(chosen, local(chosen), paragraph)
        elif name in _DRAWN:
            for box in _text_boxes(element):
                paragraph.boxes.extend(self.blocks(box))

    def _field(self, sign: etree._Element, paragraph: _Paragraph) -> None:
        """A field begins, turns from its code to its result, or ends; a drop-down field shows the entry chosen."""
        kind = value(sign, "fldCharType")
        if kind == "begin":
            paragraph.text.append(_chosen_entry(sign))
            paragraph.fields.append(True)
        elif kind == "separate" and paragraph.fields:
            paragraph.fields[-1] = False
        elif kind == "end" and paragraph.fields:
            paragraph.fields.pop()


def _content(control: etree._Element) -> etree._Element:
    content = child(control, "sdtContent")
    return control if content is None else content


def _is_prompt(control: etree._Element) -> bool:
    return is_on(child(child(control, "sdtPr"), "showingPlcHdr"))


def _shown_content(control: etree._Element) -> etree._Element:
    """What a content control holds; nothing where it still shows its prompt."""
    return etree.Element("nothing") if _is_prompt(control) else _content(control)


def _alternative(element: etree._Element) -> etree._Element:
    """The first choice that holds text, else the fallback: both say the same, so only one is read."""
    choices = [one for one in element if local(one) == "Choice"]
    fallback = child(element, "Fallback")
    with_text = next((one for one in choices if next(one.iter("{*}txbxContent", "{*}t"), None) is not None), None)
    if with_text is not None:
        return with_text
    return fallback if fallback is not None else (choices[0] if choices else element)


def _text_boxes(element: etree._Element) -> Iterator[etree._Element]:
    """The contents of text boxes in a drawing, in order; those inside another box come with it."""
    stack = [element]
    while stack:
        current = stack.pop()
        if local(current) == "txbxContent":
            yield current
        elif local(current) == "AlternateContent":
            stack.append(_alternative(current))
        else:
            stack.extend(reversed(current))


def _is_merged_away(properties: etree._Element | None) -> bool:
    """True for a cell that belongs to the one before it, or that was deleted."""
    return child(properties, "cellDel") is not None or _continues(properties, "hMerge")


def _is_merged_upwards(properties: etree._Element | None) -> bool:
    """True for a cell that belongs to the one above it: empty, it keeps its column."""
    return not _is_merged_away(properties) and _continues(properties, "vMerge")


def _continues(properties: etree._Element | None, name: str) -> bool:
    merge = child(properties, name)
    return merge is not None and (value(merge) or "continue") == "continue"


def _symbol(element: etree._Element) -> str:
    """A character by its code; those of symbol fonts are pictures and have no meaning as text."""
    code = value(element, "char") or ""
    try:
        point = int(code, 16)
    except ValueError:
        return ""
    return "" if point in _PRIVATE_USE or not 32 <= point < 0xD800 else chr(point)


def _chosen_entry(sign: etree._Element) -> str:
    """The entry chosen in a drop-down form field, "" for any other field."""
    choice = child(child(sign, "ffData"), "ddList")
    entries = [value(entry) or "" for entry in children(choice) if local(entry) == "listEntry"]
    chosen = number(child(choice, "result"), number(child(choice, "default"), 0))
    return entries[chosen] if 0 <= chosen < len(entries) else ""


def _distinct(parts: Iterator[tuple[Block, ...]]) -> tuple[Block, ...]:
    """The blocks of several parts; a part that says the same as one before is left out."""
    seen: list[tuple[Block, ...]] = []
    for blocks in parts:
        if blocks not in seen:
            seen.append(blocks)
    return tuple(block for blocks in seen for block in blocks)


def _as_page(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks with every line marked as a page's header or footer."""
    return tuple(
        replace(block, cue="page")
        if isinstance(block, Line)
        else Table(tuple(tuple(Cell(_as_page(cell.blocks)) for cell in row) for row in block.rows))
        for block in blocks
    )
