"""The numbers and bullets that Word draws before paragraphs: they stand in the definitions of lists alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from mailgate.extract.word.xml import child, children, local, number, value

_BULLET = "- "
_MAX_LEVEL = 8
_MAX_NUMBER = 100_000


@dataclass(frozen=True, slots=True)
class _Level:
    """One level of a list: how its number is written (``decimal``) and in what text (``%1.``)."""

    kind: str
    text: str
    start: int


@dataclass(slots=True)
class Lists:
    """The lists of a document with their counters; ``mark`` is asked once a paragraph, in reading order."""

    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)
    abstract: dict[str, str] = field(default_factory=dict)
    of_style: dict[str, tuple[str, int]] = field(default_factory=dict)
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)

    def mark(self, paragraph: etree._Element) -> str:
        """What Word draws before a paragraph (``1. ``, ``a) ``, ``- ``), or "" where it is in no list."""
        number_id, level = self._place(paragraph)
        definition = self.levels.get(self.abstract.get(number_id, ""), {}).get(level)
        if definition is None or number_id == "0":
            return ""
        if definition.kind == "bullet":
            return _BULLET
        if definition.kind == "none":
            return ""
        counts = self._counts.setdefault(self.abstract[number_id], {})
        counts[level] = min(counts.get(level, definition.start - 1) + 1, _MAX_NUMBER)
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        return self._drawn(number_id, definition, counts)

    def _place(self, paragraph: etree._Element) -> tuple[str, int]:
        properties = child(paragraph, "pPr")
        numbering = child(properties, "numPr")
        style = value(child(properties, "pStyle")) or ""
        styled_id, styled_level = self.of_style.get(style, ("", 0))
        number_id = value(child(numbering, "numId")) or styled_id
        level = number(child(numbering, "ilvl"), styled_level)
        return number_id, min(max(level, 0), _MAX_LEVEL)

    def _drawn(self, number_id: str, definition: _Level, counts: dict[int, int]) -> str:
        text = definition.text
        for level in range(_MAX_LEVEL + 1):
            sign = f"%{level + 1}"
            if sign in text:
                kind = self.levels[self.abstract[number_id]].get(level, definition).kind
                text = text.replace(sign, written(counts.get(level, 1), kind))
        return f"{text} " if text else ""


def read_lists(numbering: etree._Element | None, styles: etree._Element | None) -> Lists:
    """The lists that ``word/numbering.xml`` and the paragraph styles define."""
    lists = Lists()
    for element in children(numbering):
        if local(element) == "abstractNum":
            lists.levels[_attribute(element, "abstractNumId")] = dict(_levels(element))
        elif local(element) == "num":
            lists.abstract[_attribute(element, "numId")] = value(child(element, "abstractNumId")) or ""
    for style in children(styles):
        numbered = child(child(style, "pPr"), "numPr")
        if numbered is not None:
            place = (value(child(numbered, "numId")) or "", number(child(numbered, "ilvl"), 0))
            lists.of_style[_attribute(style, "styleId")] = place
    return lists


def _levels(abstract: etree._Element) -> Iterator[tuple[int, _Level]]:
    for element in children(abstract):
        if local(element) == "lvl":
            index = _attribute(element, "ilvl")
            kind = value(child(element, "numFmt")) or "decimal"
            text = value(child(element, "lvlText")) or ""
            if index.isdigit():
                yield int(index), _Level(kind, text, number(child(element, "start"), 1))


def _attribute(element: etree._Element, name: str) -> str:
    return next((str(text) for key, text in element.attrib.items() if str(key).endswith("}" + name)), "")


def written(count: int, kind: str) -> str:
    """A number as a list shows it: 3 is ``3``, ``c``, ``C``, ``iii`` or ``III``."""
    if kind in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (count - 1) % 26) * min((count - 1) // 26 + 1, 5)
        return letter if kind == "lowerLetter" else letter.upper()
    if kind in ("lowerRoman", "upperRoman"):
        return _roman(count) if kind == "upperRoman" else _roman(count).lower()
    return f"0{count}" if kind == "decimalZero" and count < 10 else str(count)


def _roman(count: int) -> str:
    signs = ""
    rest = min(count, 3999)
    for size, sign in (
        (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"),
        (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    ):  # fmt: skip
        signs += sign * (rest // size)
        rest %= size
    return signs
