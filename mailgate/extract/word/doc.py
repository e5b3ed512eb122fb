"""Word 97 to 2003 documents (.doc, .dot): the text with its marks of cells, rows, fields and hidden text, to tables.

Programs that print the text (catdoc, antiword) lose where a cell ends; so the file is read here.  Names are those of
[MS-DOC].
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from struct import error as StructError  # noqa: N812 - it is an error
from struct import unpack_from

from mailgate.domain.document import Block, Document
from mailgate.extract.letters import is_picture, paired, without_pictures
from mailgate.extract.page.furniture import as_page, distinct
from mailgate.extract.safezip import UnsafeContainer
from mailgate.extract.word.binary import ANCHORS, BOXES, DOCUMENT, HEADERS, SECTIONS, Piece, WordFile, plc_of, sprms
from mailgate.extract.word.celltables import CUT, CellTables, Merged
from mailgate.extract.word.doclists import Styles, read_lists

_IN_TABLE, _ROW_END, _DEPTH, _INNER_CELL, _INNER_ROW = 0x2416, 0x2417, 0x6649, 0x244B, 0x244C
_LIST, _LEVEL, _DEFINE_TABLE, _VERTICAL_MERGE = 0x460B, 0x260A, 0xD608, 0xD62B
_DELETED, _HIDDEN, _SYMBOL, _PICTURE, _STYLE_OF_RUN, _TITLE_PAGE = 0x0800, 0x083C, 0x6A09, 0x6A03, 0x4A30, 0x300A
_FIELD_BEGIN, _FIELD_RESULT, _FIELD_END, _PICTURE_SIGN, _ANCHOR, _SYMBOL_SIGN = (
    "\x13",
    "\x14",
    "\x15",
    "\1",
    "\x08",
    "(",
)
_SPLIT = re.compile(r"([\x00-\x1f])")
_SIGNS = {"\x0b": "\n", "\x1e": "-", "\t": "\t"}
_ENDS = frozenset("\r\x07\x0c\x0e")
_HEADER_STORIES = 6
_NOT_CHOSEN = 25


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """What the properties at a paragraph's end say of its place."""

    depth: int = 0
    ends_cell: bool = False
    ends_row: bool = False
    list_number: int = 0
    level: int = 0
    merged: tuple[Merged, ...] = ()


@dataclass(frozen=True, slots=True)
class _Look:
    """What the properties of a run say of its characters."""

    hidden: bool = False
    symbol: str | None = None
    picture: int = -1


@dataclass(slots=True)
class _Story:
    """One stream of text while it is read (the main text, a note, a header, a box)."""

    tables: CellTables = field(default_factory=CellTables)
    text: list[str] = field(default_factory=list)
    boxes: list[Block] = field(default_factory=list)
    fields: list[bool] = field(default_factory=list)
    """For each open field, innermost last: True while its code is read, which nobody sees."""


class _Reader:
    """From character positions to blocks."""

    def __init__(self, word: WordFile) -> None:
        self._word = word
        self._pieces = word.pieces()
        self._paragraphs = word.paragraphs()
        self._runs = word.characters()
        self._styles = Styles(word)
        self._lists = read_lists(word)
        self._looks: dict[tuple[int, bytes, int], _Look] = {}
        self._boxes = dict(self._box_bounds())
        anchors, records = plc_of(word.part(ANCHORS), 26)
        self._anchored = {anchors[number]: unpack_from("<i", record)[0] for number, record in enumerate(records)}
        self.is_cut = False

    def blocks(self, start: int, end: int) -> tuple[Block, ...]:
        """The lines and tables between two character positions."""
        story = _Story()
        for piece in self._pieces:
            if piece.start < end and piece.start + len(piece.text) > start:
                self._read(piece, max(start - piece.start, 0), min(end - piece.start, len(piece.text)), story)
        if "".join(story.text).strip() or story.boxes:
            story.tables.paragraph(without_pictures(paired("".join(story.text))), 0, story.boxes)
        self.is_cut = self.is_cut or story.tables.full
        return story.tables.blocks()

    def _read(self, piece: Piece, first: int, last: int, story: _Story) -> None:
        """The characters of a piece from ``first`` to ``last``, run by run."""
        while first < last and not story.tables.full:
            offset = piece.offset + first * piece.width
            _, changes, run_end = self._runs.at(offset)
            until = min(last, first + max(1, (run_end - offset + piece.width - 1) // piece.width))
            style, _, paragraph_end = self._paragraphs.at(offset)
            until = min(until, first + max(1, (paragraph_end - offset + piece.width - 1) // piece.width))
            self._run(piece, first, until, self._look(changes, style), story)
            first = until

    def _run(self, piece: Piece, first: int, last: int, look: _Look, story: _Story) -> None:
        place = first
        for part in _SPLIT.split(piece.text[first:last]):
            if len(part) != 1 or part >= " ":
                self._characters(part, look, story)
            elif part in _ENDS:
                self._end(part, piece.offset + place * piece.width, look, story)
            elif part in (_FIELD_BEGIN, _FIELD_RESULT, _FIELD_END):
                _field_sign(part, story)
            elif part == _PICTURE_SIGN:
                self._form_field(look, story)
            elif part == _ANCHOR:
                self._anchor(piece.start + place, story)
            elif part in _SIGNS:
                self._characters(_SIGNS[part], look, story)
            place += len(part)

    def _characters(self, text: str, look: _Look, story: _Story) -> None:
        if look.hidden or any(story.fields):
            return
        if look.symbol is not None and _SYMBOL_SIGN in text:
            text = text.replace(_SYMBOL_SIGN, look.symbol)
        story.text.append(text)

    def _end(self, sign: str, offset: int, look: _Look, story: _Story) -> None:
        """The end of a paragraph, cell or row; a deleted or hidden end of a paragraph joins it to the next one."""
        paragraph = self._paragraph(offset)
        in_cell = sign == "\x07" or paragraph.ends_cell or paragraph.ends_row
        if (look.hidden or any(story.fields)) and not in_cell:
            return
        text, boxes = without_pictures(paired("".join(story.text))), story.boxes
        story.text, story.boxes = [], []
        if paragraph.ends_row:
            story.tables.end_row(paragraph.depth, paragraph.merged)
            return
        mark = self._lists.mark(paragraph.list_number, paragraph.level) if text.strip() else ""
        story.tables.paragraph(mark + text.lstrip() if mark else text, paragraph.depth, boxes)
        if in_cell:
            story.tables.end_cell(paragraph.depth)

    def _anchor(self, position: int, story: _Story) -> None:
        """A drawn object stands here: a box with text comes after the paragraph."""
        bounds = self._boxes.pop(self._anchored.get(position, 0), None)
        if bounds is not None:
            story.boxes += self.blocks(*bounds)

    def _form_field(self, look: _Look, story: _Story) -> None:
        """A drop-down field shows the entry chosen, which is stored apart."""
        # It stands in the field's code; what is chosen is seen all the same.
        if story.fields and look.picture >= 0 and not any(story.fields[:-1]):
            story.text.append(_chosen_entry(self._word.data_at(look.picture)))

    # properties

    def _look(self, changes: bytes, paragraph_style: int) -> _Look:
        key = (paragraph_style, changes, 0)
        found = self._looks.get(key)
        if found is None:
            found = self._looks[key] = self._read_look(changes, paragraph_style)
        return found

    def _read_look(self, changes: bytes, paragraph_style: int) -> _Look:
        told = dict(sprms(changes))
        style = told.get(_STYLE_OF_RUN, b"")
        by_style = self._styles.is_hidden(paragraph_style)
        if len(style) == 2:
            by_style = by_style or self._styles.is_hidden(int.from_bytes(style, "little"))
        hidden = _toggled(told.get(_HIDDEN), by_style=by_style) or _toggled(told.get(_DELETED), by_style=False)
        symbol = told.get(_SYMBOL, b"")
        picture = told.get(_PICTURE, b"")
        return _Look(
            hidden,
            _symbol(symbol) if len(symbol) == 4 else None,
            int.from_bytes(picture, "little", signed=True) if len(picture) == 4 else -1,
        )

    def _paragraph(self, offset: int) -> _Paragraph:
        style, changes, _ = self._paragraphs.at(offset)
        told = dict(sprms(changes))
        in_table = _is_set(told.get(_IN_TABLE))
        depth = max(int.from_bytes(told.get(_DEPTH, b"\1"), "little", signed=True), 1) if in_table else 0
        styled_list, styled_level = self._styles.list_of(style)
        return _Paragraph(
            depth=depth,
            ends_cell=depth > 1 and _is_set(told.get(_INNER_CELL)),
            ends_row=_is_set(told.get(_ROW_END)) or (depth > 1 and _is_set(told.get(_INNER_ROW))),
            list_number=int.from_bytes(told[_LIST], "little") if _LIST in told else styled_list,
            level=int.from_bytes(told[_LEVEL], "little") if _LEVEL in told else styled_level,
            merged=_merged(changes) if _DEFINE_TABLE in told else (),
        )

    # stories beside the text

    def _box_bounds(self) -> Iterator[tuple[int, tuple[int, int]]]:
        """For each box by its shape's number, where its text lies; the last record is empty ([MS-DOC] 2.8.32)."""
        base = sum(self._word.counts[:6])
        positions, records = plc_of(self._word.part(BOXES), 22)
        for number, record in enumerate(records[:-1]):
            bounds = (base + positions[number], base + positions[number + 1])
            yield unpack_from("<i", record, 14)[0], bounds

    def rest_of_boxes(self) -> tuple[Block, ...]:
        """The boxes that are anchored nowhere in the text."""
        bounds = list(self._boxes.values())
        self._boxes.clear()
        return tuple(block for each in bounds for block in self.blocks(*each))

    def notes(self) -> tuple[Block, ...]:
        """Footnotes, then endnotes."""
        counts = self._word.counts
        feet = self.blocks(counts[0], counts[0] + counts[1])
        ends = sum(counts[:5])
        return (*feet, *self.blocks(ends, ends + counts[5]))

    def page_parts(self, kinds: tuple[int, int, int]) -> tuple[Block, ...]:
        """The headers or footers that Word shows; ``kinds``: the stories of even, odd and first pages."""
        base = sum(self._word.counts[:2])
        positions, _ = plc_of(self._word.part(HEADERS), 0)
        even, odd, first = kinds
        shown = [odd, *([even] if self._has_facing_pages() else []), *([first] if self._has_first_page() else [])]
        bounds = [
            (base + positions[number], base + positions[number + 1])
            for number in range(_HEADER_STORIES, len(positions) - 1)
            if number % _HEADER_STORIES in shown
        ]
        return distinct(as_page(self.blocks(*each)) for each in bounds)

    def _has_facing_pages(self) -> bool:
        return bool(self._word.part(DOCUMENT)[:1] and self._word.part(DOCUMENT)[0] & 1)

    def _has_first_page(self) -> bool:
        _, records = plc_of(self._word.part(SECTIONS), 12)
        for record in records:
            offset = unpack_from("<i", record, 2)[0]
            raw = self._word.main[offset : offset + 2] if offset > 0 else b""
            changes = self._word.main[offset + 2 : offset + 2 + int.from_bytes(raw, "little")] if raw else b""
            if _is_set(dict(sprms(changes)).get(_TITLE_PAGE)):
                return True
        return False


def read_doc(content: bytes, source: str) -> Document:
    """A Word document, read: page headers first, then the text, then boxes left over, notes and page footers.

    Raises ``UnsafeContainer`` for what is no document of Word 97 or later, is damaged, encrypted, or too large.
    """
    try:
        reader = _Reader(word := WordFile(content))
        text = reader.blocks(0, word.counts[0])
        heads, feet = reader.page_parts((0, 1, 4)), reader.page_parts((2, 3, 5))
        blocks = (*heads, *text, *reader.rest_of_boxes(), *as_page(reader.notes()), *feet)
    except (StructError, IndexError, OverflowError, RecursionError) as error:
        raise UnsafeContainer(f"damaged: {error}") from error
    return Document(source, blocks, notes=(CUT,) if reader.is_cut else ())


def _field_sign(sign: str, story: _Story) -> None:
    """A field begins, turns from its code to its result, or ends."""
    if sign == _FIELD_BEGIN:
        story.fields.append(True)
    elif sign == _FIELD_RESULT and story.fields:
        story.fields[-1] = False
    elif sign == _FIELD_END and story.fields:
        story.fields.pop()


def _is_set(operand: bytes | None) -> bool:
    return bool(operand) and any(operand or b"")


def _toggled(operand: bytes | None, *, by_style: bool) -> bool:
    """A property that is on, off, as in the style (0x80) or the reverse (0x81) ([MS-DOC] 2.9.327)."""
    if not operand:
        return by_style
    return {0: False, 1: True, 0x80: by_style, 0x81: not by_style}.get(operand[0], by_style)


def _symbol(operand: bytes) -> str:
    """The character that stands for ``(``; those of symbol fonts are pictures and have no meaning as text."""
    point = int.from_bytes(operand[2:4], "little")
    return "" if point < 32 or is_picture(point) or 0xD800 <= point < 0xE000 else chr(point)


def _merged(changes: bytes) -> tuple[Merged, ...]:
    """Which cells of a row belong to the one before or above ([MS-DOC] 2.9.321, TCGRF)."""
    merged: list[Merged] = []
    for code, operand in sprms(changes):
        if code == _DEFINE_TABLE and len(operand) > 3:
            count = operand[2]
            cells = operand[3 + 2 * (count + 1) :]
            flags = [int.from_bytes(cells[20 * number : 20 * number + 2], "little") for number in range(count)]
            merged = ["before" if flag & 3 == 1 else "above" if (flag >> 5) & 3 == 1 else "" for flag in flags]
        elif code == _VERTICAL_MERGE and len(operand) >= 3 and operand[1] < len(merged):
            merged[operand[1]] = "above" if operand[2] == 1 else ""
    return tuple(merged)


def _chosen_entry(raw: bytes) -> str:
    """The entry chosen in a drop-down field ([MS-DOC] 2.9.78, FFData), "" for any other field."""
    try:
        place = unpack_from("<H", raw, 4)[0]
        bits = unpack_from("<H", raw, place + 4)[0]
        if bits & 3 != 2:
            return ""
        place = _behind_string(raw, place + 10)
        default = unpack_from("<H", raw, place)[0]
        place += 2
        for _ in range(5):
            place = _behind_string(raw, place)
        chosen = (bits >> 2) & 31
        return _entry(raw, place, default if chosen == _NOT_CHOSEN else chosen)
    except (StructError, IndexError):
        return ""


def _behind_string(raw: bytes, place: int) -> int:
    return place + 2 + 2 * int(unpack_from("<H", raw, place)[0]) + 2


def _entry(raw: bytes, place: int, chosen: int) -> str:
    """An entry of a table of strings (STTB) by its number."""
    count = unpack_from("<H", raw, place + 2)[0]
    place += 6
    for number in range(count):
        size = unpack_from("<H", raw, place)[0]
        if number == chosen:
            return raw[place + 2 : place + 2 + 2 * size].decode("utf-16-le", "replace")
        place += 2 + 2 * size
    return ""
