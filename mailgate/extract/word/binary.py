"""The binary structure of Word 97 to 2003 files: streams, pieces of text, and the properties of paragraphs and runs.

Names and offsets are those of [MS-DOC]: Word Binary File Format, sections 2.4 (algorithms), 2.5 (FIB), 2.6 (sprms), 2.8
(PLCs) and 2.9.  ``doc`` makes lines and tables of what is told here.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from struct import unpack_from

from mailgate.extract.olefiles import stream, stream_names
from mailgate.extract.safezip import MAX_MEMBER_BYTES, UnsafeContainer

_WORD = 0xA5EC
_BEFORE_WORD_97 = (b"\xdb\xa5", b"\x9b\xa5", b"\xdc\xa5")
_WORD_MARK = b"\xec\xa5"
_FIRST_FIB = 0xC1
_ENCRYPTED = 0x0100
_SECOND_TABLE = 0x0200
_PAGE = 512
_MAX_PIECES = 200_000
_FC_LCB = 0x9A
_COUNTS = 0x4C
# Indices into FibRgFcLcb97 ([MS-DOC] 2.5.6).
STYLES, SECTIONS, HEADERS, RUN_PAGES, PARAGRAPH_PAGES, DOCUMENT, PIECES = 1, 6, 11, 12, 13, 31, 33
ANCHORS, BOXES, LISTS, LIST_OVERRIDES = 40, 56, 73, 74
_HUGE_PAPX = (0x6645, 0x6646)
_TABLE_PROPERTIES = 0x646B
_DEFINE_TABLE = 0xD608
_CHANGE_TABS = 0xC615
_SIZES = {0: 1, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2, 7: 3}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text: its first character position, its characters, where they lie in the file, bytes each."""

    start: int
    text: str
    offset: int
    width: int


@dataclass(frozen=True, slots=True)
class Runs:
    """Properties of stretches of the file: those from ``starts[i]`` on are ``values[i]``."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    values: tuple[tuple[int, bytes], ...]
    """For each stretch its style (``istd``; 0 for runs) and its list of property changes (``grpprl``)."""

    def at(self, offset: int) -> tuple[int, bytes, int]:
        """Style, changes, and where the stretch around an offset ends."""
        place = bisect_right(self.starts, offset) - 1
        if place < 0 or offset >= self.ends[place]:
            following = self.starts[place + 1] if place + 1 < len(self.starts) else offset + (1 << 30)
            return 0, b"", following
        return (*self.values[place], self.ends[place])


class WordFile:
    """An opened Word document; raises ``UnsafeContainer`` where it is none, is encrypted or damaged."""

    def __init__(self, content: bytes) -> None:
        self.main, self._table, self._data = _streams(content)
        if len(self.main) < _FC_LCB + 8 * (LIST_OVERRIDES + 1) or self._u16(0) != _WORD or self._u16(2) < _FIRST_FIB:
            raise UnsafeContainer("no document of Word 97 or later")
        self.counts = unpack_from("<8i", self.main, _COUNTS)
        """Characters of: text, footnotes, headers, macros, annotations, endnotes, boxes, boxes of headers."""
        if any(count < 0 for count in self.counts):
            raise UnsafeContainer("damaged")

    def _u16(self, offset: int) -> int:
        return int(unpack_from("<H", self.main, offset)[0])

    def part(self, index: int) -> bytes:
        """A structure of the table stream by its index in the FIB, b"" where there is none."""
        offset, size = unpack_from("<II", self.main, _FC_LCB + 8 * index)
        return self._table[offset : offset + size] if size else b""

    def list_table(self) -> bytes:
        """The definitions of lists with their levels, which lie behind the size that the FIB gives."""
        offset, size = unpack_from("<II", self.main, _FC_LCB + 8 * LISTS)
        return self._table[offset:] if size else b""

    def pieces(self) -> tuple[Piece, ...]:
        """The text in the order in which it is read ([MS-DOC] 2.4.1)."""
        clx = self.part(PIECES)
        place = 0
        while place + 3 <= len(clx) and clx[place] == 1:
            place += 3 + int(unpack_from("<H", clx, place + 1)[0])
        if place + 5 > len(clx) or clx[place] != 2:
            raise UnsafeContainer("no pieces of text")
        return tuple(self._pieces(clx[place + 5 :]))

    def _pieces(self, plc: bytes) -> Iterator[Piece]:
        positions, records = plc_of(plc, 8)
        total = 0
        for number, record in enumerate(records[:_MAX_PIECES]):
            start, end = positions[number], positions[number + 1]
            compressed = unpack_from("<I", record, 2)[0]
            width, offset = (1, (compressed & 0x3FFFFFFF) // 2) if compressed & 0x40000000 else (2, compressed)
            raw = self.main[offset : offset + max(end - start, 0) * width]
            total += len(raw)
            if total > MAX_MEMBER_BYTES:
                raise UnsafeContainer("pieces that repeat the text")
            yield Piece(start, _decoded(raw, width), offset, width)

    def paragraphs(self) -> Runs:
        """The properties of paragraphs (PAPX)."""
        return self._runs(PARAGRAPH_PAGES, 13, self._papx)

    def characters(self) -> Runs:
        """The properties of runs of characters (CHPX)."""
        return self._runs(RUN_PAGES, 1, _chpx)

    def _runs(self, index: int, width: int, read: Callable[[bytes, int], tuple[int, bytes]]) -> Runs:
        found: dict[int, tuple[int, tuple[int, bytes]]] = {}
        _, records = plc_of(self.part(index), 4)
        for record in records:
            start = (unpack_from("<I", record)[0] & 0x3FFFFF) * _PAGE
            page = self.main[start : start + _PAGE]
            if len(page) < _PAGE:
                continue
            count = page[_PAGE - 1]
            if 4 * (count + 1) + width * count > _PAGE - 1:
                continue
            bounds = unpack_from(f"<{count + 1}I", page)
            for number in range(count):
                offset = 2 * page[4 * (count + 1) + width * number]
                value = read(page, offset) if offset else (0, b"")
                found[bounds[number]] = (bounds[number + 1], value)
        ordered = sorted(found.items())
        return Runs(
            tuple(start for start, _ in ordered),
            tuple(end for _, (end, _) in ordered),
            tuple(value for _, (_, value) in ordered),
        )

    def _papx(self, page: bytes, offset: int) -> tuple[int, bytes]:
        size = 2 * page[offset] - 1
        if size < 0:
            offset += 1
            size = 2 * page[offset]
        raw = page[offset + 1 : offset + 1 + size]
        if len(raw) < 2:
            return 0, b""
        return int.from_bytes(raw[:2], "little"), self._whole(raw[2:])

    def _whole(self, grpprl: bytes) -> bytes:
        """Property changes together with those that had no room in the page and lie in the data stream."""
        whole = grpprl
        for code, operand in sprms(grpprl):
            if code in (*_HUGE_PAPX, _TABLE_PROPERTIES) and len(operand) == 4:
                at = int.from_bytes(operand, "little")
                if at + 2 <= len(self._data):
                    size = int.from_bytes(self._data[at : at + 2], "little")
                    whole += self._data[at + 2 : at + 2 + size]
        return whole

    def data_at(self, offset: int) -> bytes:
        """The record of the data stream at an offset (a picture's or form field's), b"" for none."""
        if offset < 0 or offset + 4 > len(self._data):
            return b""
        size = int.from_bytes(self._data[offset : offset + 4], "little")
        return self._data[offset : offset + min(size, 1 << 20)]


def _streams(content: bytes) -> tuple[bytes, bytes, bytes]:
    """The streams WordDocument, 0Table or 1Table, and Data."""
    if len(content) > MAX_MEMBER_BYTES:
        raise UnsafeContainer(f"larger than {MAX_MEMBER_BYTES} bytes")
    main = stream(content, "WordDocument")
    if main[:2] in _BEFORE_WORD_97 or (main[:2] == _WORD_MARK and int.from_bytes(main[2:4], "little") < _FIRST_FIB):
        # Such a document has no table stream either.
        raise UnsafeContainer("a document of Word before 1997, which a person must open")
    flags = int.from_bytes(main[10:12], "little")
    if flags & _ENCRYPTED:
        raise UnsafeContainer("encrypted")
    table = stream(content, "1Table" if flags & _SECOND_TABLE else "0Table")
    return main, table, stream(content, "Data") if "data" in stream_names(content) else b""


def _decoded(raw: bytes, width: int) -> str:
    """One-byte pieces are windows-1252 with a few gaps, two-byte ones UTF-16 ([MS-DOC] 2.9.73)."""
    if width == 2:
        return "".join(chr(unit) for unit in unpack_from(f"<{len(raw) // 2}H", raw))
    return "".join(bytes([byte]).decode("cp1252", "replace") if 0x80 <= byte < 0xA0 else chr(byte) for byte in raw)


def _chpx(page: bytes, offset: int) -> tuple[int, bytes]:
    return 0, page[offset + 1 : offset + 1 + page[offset]]


def plc_of(raw: bytes, size: int) -> tuple[tuple[int, ...], tuple[bytes, ...]]:
    """A PLC's positions and its records of ``size`` bytes, one fewer than positions ([MS-DOC] 2.2.2)."""
    count = (len(raw) - 4) // (4 + size)
    if count < 0:
        return (), ()
    positions = unpack_from(f"<{count + 1}i", raw)
    base = 4 * (count + 1)
    return positions, tuple(raw[base + size * number : base + size * (number + 1)] for number in range(count))


def sprms(grpprl: bytes) -> Iterator[tuple[int, bytes]]:
    """The property changes in a list: code and operand; it ends where the list is damaged."""
    place = 0
    while place + 3 <= len(grpprl):
        code = int.from_bytes(grpprl[place : place + 2], "little")
        place += 2
        kind = code >> 13
        if code == _DEFINE_TABLE:
            size = int.from_bytes(grpprl[place : place + 2], "little") + 1
        elif kind == 6:
            size = grpprl[place] + 1
            if code == _CHANGE_TABS and size == 256:
                return
        else:
            size = _SIZES[kind]
        yield code, grpprl[place : place + size]
        place += size
