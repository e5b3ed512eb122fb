"""Styles and lists of Word 97 documents: which text a style hides, and the numbers drawn before paragraphs.

[MS-DOC] 2.9.271 (STSH), 2.9.131 (LFO), 2.9.147 (LSTF), 2.9.150 (LVL) give the structures.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from struct import error as StructError  # noqa: N812 - it is an error
from struct import unpack_from

from mailgate.extract.word.binary import LIST_OVERRIDES, STYLES, WordFile, sprms
from mailgate.extract.word.lists import written

_HIDDEN, _LIST, _LEVEL = 0x083C, 0x460B, 0x260A
_KINDS = {0: "decimal", 1: "upperRoman", 2: "lowerRoman", 3: "upperLetter", 4: "lowerLetter", 22: "decimalZero"}
_BULLET_KIND, _NO_KIND = 23, 255
_BULLET = "- "
_MAX_LISTS = 2_000
_MAX_LEVELS = 9
_MAX_NUMBER = 100_000
_DEEPEST_STYLE = 30


@dataclass(frozen=True, slots=True)
class Style:
    """What a style changes, None where it leaves that to the style ``base``."""

    base: int = 0xFFF
    hidden: bool | None = None
    list_number: int | None = None
    level: int | None = None


@dataclass(frozen=True, slots=True)
class _Level:
    kind: int
    text: str
    start: int


class Styles:
    """The document's styles by their numbers (``istd``)."""

    def __init__(self, word: WordFile) -> None:
        try:
            self._styles = dict(_styles(word.part(STYLES)))
        except (StructError, IndexError):
            self._styles = {}

    def is_hidden(self, style: int) -> bool:
        """True where the style, or one it is based on, hides its text."""
        return next((one.hidden for one in self._ancestry(style) if one.hidden is not None), False)

    def list_of(self, style: int) -> tuple[int, int]:
        """The list number and level that a paragraph has by its style; 0 for no list."""
        number = next((one.list_number for one in self._ancestry(style) if one.list_number is not None), 0)
        level = next((one.level for one in self._ancestry(style) if one.level is not None), 0)
        return number, level

    def _ancestry(self, style: int) -> Iterator[Style]:
        for _ in range(_DEEPEST_STYLE):
            found = self._styles.get(style)
            if found is None:
                return
            yield found
            style = found.base


def _styles(raw: bytes) -> Iterator[tuple[int, Style]]:
    if len(raw) < 6:
        return
    header, count, base_size = unpack_from("<HHH", raw)
    place = 2 + header
    for number in range(count):
        if place + 2 > len(raw):
            return
        size = unpack_from("<H", raw, place)[0]
        if size:
            yield number, _style(raw[place + 2 : place + 2 + size], base_size)
        place += 2 + size + size % 2


def _style(raw: bytes, base_size: int) -> Style:
    kind_and_base = unpack_from("<H", raw, 2)[0]
    kind, base = kind_and_base & 0xF, kind_and_base >> 4
    place = base_size + 2 + 2 * unpack_from("<H", raw, base_size)[0] + 2
    paragraph = b""
    if kind == 1:
        size = unpack_from("<H", raw, place)[0]
        paragraph = raw[place + 4 : place + 2 + size]
        place += 2 + size + size % 2
    elif kind != 2:
        return Style(base)
    size = unpack_from("<H", raw, place)[0] if place + 2 <= len(raw) else 0
    changes = dict(sprms(paragraph)) | dict(sprms(raw[place + 2 : place + 2 + size]))
    return Style(
        base,
        hidden=bool(changes[_HIDDEN][0]) if changes.get(_HIDDEN) else None,
        list_number=int.from_bytes(changes[_LIST], "little") if _LIST in changes else None,
        level=changes[_LEVEL][0] if changes.get(_LEVEL) else None,
    )


@dataclass(slots=True)
class Lists:
    """The lists with their counters; ``mark`` is asked once a paragraph, in reading order."""

    levels: dict[int, list[_Level]] = field(default_factory=dict)
    list_of_override: list[int] = field(default_factory=list)
    _counts: dict[int, dict[int, int]] = field(default_factory=dict)

    def mark(self, number: int, level: int) -> str:
        """What Word draws before a paragraph of list ``number`` (``ilfo``, from 1; 0: none), such as ``1. `` or ``- ``."""
        if not 1 <= number <= len(self.list_of_override):
            return ""
        identity = self.list_of_override[number - 1]
        levels = self.levels.get(identity, [])
        if level >= len(levels):
            return ""
        definition = levels[level]
        if definition.kind == _BULLET_KIND:
            return _BULLET
        counts = self._counts.setdefault(identity, {})
        counts[level] = min(counts.get(level, definition.start - 1) + 1, _MAX_NUMBER)
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        return "" if definition.kind == _NO_KIND else _drawn(levels, definition.text, counts)


def _drawn(levels: list[_Level], text: str, counts: dict[int, int]) -> str:
    """The text of a mark, in which characters below 9 stand for the numbers of levels."""
    shown = "".join(
        written(counts.get(ord(sign), 1), _KINDS.get(levels[ord(sign)].kind, "decimal"))
        if ord(sign) < len(levels) and ord(sign) < _MAX_LEVELS
        else sign
        for sign in text
    )
    return f"{shown} " if shown else ""


def read_lists(word: WordFile) -> Lists:
    """The lists of a document; none where their tables are damaged."""
    lists = Lists()
    try:
        lists.levels.update(_lists(word.list_table()))
        overrides = word.part(LIST_OVERRIDES)
        count = min(unpack_from("<i", overrides)[0], _MAX_LISTS) if overrides else 0
        lists.list_of_override += [unpack_from("<i", overrides, 4 + 16 * number)[0] for number in range(count)]
    except (StructError, IndexError):
        return Lists()
    return lists


def _lists(raw: bytes) -> Iterator[tuple[int, list[_Level]]]:
    if not raw:
        return
    count = min(max(unpack_from("<h", raw)[0], 0), _MAX_LISTS)
    place = 2 + 28 * count
    for number in range(count):
        identity = unpack_from("<i", raw, 2 + 28 * number)[0]
        is_simple = raw[2 + 28 * number + 26] & 1
        levels: list[_Level] = []
        for _ in range(1 if is_simple else _MAX_LEVELS):
            level, place = _level(raw, place)
            levels.append(level)
        yield identity, levels


def _level(raw: bytes, place: int) -> tuple[_Level, int]:
    start, kind = unpack_from("<iB", raw, place)
    runs, paragraphs = raw[place + 24], raw[place + 25]
    place += 28 + runs + paragraphs
    size = unpack_from("<H", raw, place)[0]
    text = raw[place + 2 : place + 2 + 2 * size].decode("utf-16-le", "replace")
    return _Level(kind, text, min(max(start, 0), _MAX_NUMBER)), place + 2 + 2 * size
