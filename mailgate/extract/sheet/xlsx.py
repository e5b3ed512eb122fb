"""Excel workbooks (.xlsx, .xlsm, .xltx): ZIP and XML read straight, within the limits of ``safezip``.

ECMA-376 part 1, section 18, names the elements.  Hidden sheets, rows and columns are not seen, so not read.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from datetime import datetime
from functools import cached_property

from lxml import etree

from mailgate.domain.document import Block, Document, Line
from mailgate.domain.message.charset import tidy
from mailgate.extract.safezip import SafeZip, UnsafeContainer, open_zip
from mailgate.extract.sheet.grid import CUT, MAX_COLUMNS, MAX_ROWS, Grid
from mailgate.extract.sheet.numberformat import BUILT_IN, shown
from mailgate.extract.word.xml import child, children, local, value

_MAX_SHEETS = 50
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_PAGE_CODES = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|\d+|[A-Z&])')
_TRUTH = {"1": "PRAWDA", "0": "FAŁSZ"}


def read_xlsx(content: bytes, source: str) -> Document:
    """A workbook, read: a table a sheet, then the texts of its drawn boxes.

    Raises ``UnsafeContainer`` for what is no workbook, is damaged, encrypted, or breaks a limit.
    """
    with open_zip(content) as package:
        book = _Book(package)
        blocks: list[Block] = []
        cut = False
        try:
            for sheet in book.sheets():
                table = sheet.grid.table()
                cut = cut or sheet.grid.cut
                blocks += [*sheet.page_lines("Header"), *((table,) if table else ()), *sheet.boxes()]
                blocks += sheet.page_lines("Footer")
        except RecursionError as error:
            raise UnsafeContainer("nested too deeply") from error
    return Document(source, tuple(blocks), notes=(CUT,) if cut else ())


def is_xlsx(names: tuple[str, ...]) -> bool:
    """True where the members of a ZIP are those of a workbook."""
    return "xl/workbook.xml" in names


class _Book:
    """A workbook's parts that its sheets refer to: shared texts, formats, the way of counting days."""

    def __init__(self, package: SafeZip) -> None:
        self.package = package
        self._root = package.xml("xl/workbook.xml")
        self.since_1904 = value(child(self._root, "workbookPr"), "date1904") in ("1", "true")

    def sheets(self) -> Iterator[_Sheet]:
        """The sheets that are shown, in order."""
        targets = relations(self.package, "xl/workbook.xml")
        for element in [*children(child(self._root, "sheets"))][:_MAX_SHEETS]:
            kind, name = targets.get(_relation_id(element), ("", ""))
            if value(element, "state") in (None, "visible") and kind == "worksheet" and self.package.has(name):
                yield _Sheet(self, name)

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The shared strings."""
        if not self.package.has("xl/sharedStrings.xml"):
            return ()
        return tuple(_rich_text(item) for item in self.package.xml("xl/sharedStrings.xml") if local(item) == "si")

    @cached_property
    def formats(self) -> tuple[str, ...]:
        """The format code of each cell style, by its index."""
        if not self.package.has("xl/styles.xml"):
            return ()
        root = self.package.xml("xl/styles.xml")
        own = {value(one, "numFmtId"): value(one, "formatCode") or "" for one in children(child(root, "numFmts"))}
        identities = [value(style, "numFmtId") or "0" for style in children(child(root, "cellXfs"))]
        return tuple(own.get(one) or BUILT_IN.get(_whole(one), "General") for one in identities)


class _Sheet:
    """One sheet: its cells, and what is drawn on it."""

    def __init__(self, book: _Book, name: str) -> None:
        self._book = book
        self._name = name
        self._root = book.package.xml(name)
        self.grid = Grid()
        self._read_columns()
        self._read_cells()
        for merged in children(child(self._root, "mergeCells")):
            first, _, last = (value(merged, "ref") or "").partition(":")
            self.grid.merge(*_place(first), *_place(last or first))

    def _read_columns(self) -> None:
        for columns in children(child(self._root, "cols")):
            if _is_true(value(columns, "hidden")):
                first, last = _whole(value(columns, "min")), _whole(value(columns, "max"))
                self.grid.hidden_columns.update(range(first - 1, min(last, MAX_COLUMNS)))

    def _read_cells(self) -> None:
        row_number = -1
        for row in children(child(self._root, "sheetData")):
            row_number = _whole(value(row, "r")) - 1 if value(row, "r") else row_number + 1
            if row_number >= MAX_ROWS or self.grid.full:
                self.grid.cut = True
                break
            if _is_true(value(row, "hidden")):
                self.grid.hidden_rows.add(row_number)
                continue
            column = -1
            for cell in row:
                reference = value(cell, "r")
                column = _place(reference)[1] if reference else column + 1
                self.grid.put(row_number, column, self._shown(cell))

    def _shown(self, cell: etree._Element) -> str:
        kind = value(cell, "t") or "n"
        if kind == "inlineStr":
            return _rich_text(child(cell, "is"))
        found = child(cell, "v")
        text = (found.text or "") if found is not None else ""
        match kind:
            case "s":
                return self._book.texts[int(text)] if text.isdecimal() and int(text) < len(self._book.texts) else ""
            case "b":
                return _TRUTH.get(text, "")
            case "e":
                return ""
            case "d":
                return _iso_date(text)
            case "str":
                return _unescaped(text)
        return self._number(text, cell)

    def _number(self, text: str, cell: etree._Element) -> str:
        try:
            number = float(text)
        except ValueError:
            return text
        style = _whole(value(cell, "s"))
        code = self._book.formats[style] if style < len(self._book.formats) else "General"
        return shown(number, code, self._book.since_1904)

    def boxes(self) -> Iterator[Line]:
        """The texts of the boxes that are drawn on the sheet, line by line."""
        for kind, name in relations(self._book.package, self._name).values():
            if kind == "drawing" and self._book.package.has(name):
                for paragraph in self._book.package.xml(name).iter("{*}p"):
                    pieces = paragraph.iter("{*}t", "{*}br")
                    yield from _lines("".join("\n" if local(one) == "br" else one.text or "" for one in pieces))

    def page_lines(self, kind: str) -> Iterator[Line]:
        """What is printed above or below each page (``Header``, ``Footer``), without page numbers and the like."""
        text = (
            (found.text or "") if (found := child(child(self._root, "headerFooter"), f"odd{kind}")) is not None else ""
        )
        for part in re.split(r"&[LCR]", text):
            written = _PAGE_CODES.sub("", part)
            if written.strip():
                yield from (Line(line.text, cue="page") for line in _lines(written))


def _lines(text: str) -> Iterator[Line]:
    return (Line(line.strip()) for line in tidy(text).split("\n"))


def relations(package: SafeZip, name: str) -> dict[str, tuple[str, str]]:
    """What a part refers to inside its package: relation id to (kind, member's name)."""
    folder, base = posixpath.split(name)
    rels = f"{folder}/_rels/{base}.rels"
    if not package.has(rels):
        return {}
    return {
        value(one, "Id") or "": (
            (value(one, "Type") or "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, value(one, "Target") or "")).lstrip("/"),
        )
        for one in package.xml(rels)
        if value(one, "TargetMode") != "External"
    }


def _relation_id(element: etree._Element) -> str:
    """``r:id``, which stands beside ``sheetId``."""
    return next((str(text) for key, text in element.attrib.items() if str(key).endswith("}id")), "")


def _rich_text(element: etree._Element | None) -> str:
    """A text and its runs; phonetic hints (``rPh``) are not seen."""
    texts: list[str] = []
    for one in children(element):
        if local(one) == "t":
            texts.append(one.text or "")
        elif local(one) == "r":
            texts += [part.text or "" for part in one if local(part) == "t"]
    return _unescaped("".join(texts))


def _unescaped(text: str) -> str:
    """``_x000D_`` and the like as the characters that they stand for (ECMA-376 part 1, 22.9.2.19)."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text).replace("\r\n", "\n").replace("\r", "\n")


def _iso_date(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text.removesuffix("Z"))
    except ValueError:
        return text
    return f"{moment:%d.%m.%Y %H:%M}".removesuffix(" 00:00")


def _place(reference: str | None) -> tuple[int, int]:
    """``B3`` as (2, 1); a place far beyond the limits for what is none."""
    found = _REFERENCE.fullmatch(reference or "")
    if found is None:
        return MAX_ROWS, MAX_COLUMNS
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found[2]) - 1, column - 1


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0


def _is_true(text: str | None) -> bool:
    return text in ("1", "true")
