"""The parts of a Word document's package: text, styles, lists, notes, page headers and footers."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from lxml import etree

from mailgate.extract.safezip import SafeZip, UnsafeContainer, parse_xml
from mailgate.extract.word.xml import child, children, is_on, local, value

_MAIN_PART = "word/document.xml"


class Parts:
    """The parts of the package and how they refer to each other (ECMA-376 part 2)."""

    def __init__(self, package: SafeZip) -> None:
        self._package = package
        self._name = self._main_name()
        raw = package.read(self._name)
        self.main = parse_xml(raw)
        self.may_hold_lists = b"numPr" in raw or b"pStyle" in raw
        """A paragraph is in a list by itself or by its style; where none has either, list definitions need no look."""
        self._targets = self._relations(self._name)

    def _main_name(self) -> str:
        if self._package.has("_rels/.rels"):
            for relation in self._package.xml("_rels/.rels"):
                if (value(relation, "Type") or "").endswith("/officeDocument"):
                    name = (value(relation, "Target") or "").lstrip("/")
                    if self._package.has(name):
                        return name
        return _MAIN_PART

    def _relations(self, name: str) -> dict[str, tuple[str, str]]:
        """Relation id to (kind, member's name)."""
        folder, base = posixpath.split(name)
        relations = f"{folder}/_rels/{base}.rels"
        if not self._package.has(relations):
            return {}
        return {
            value(one, "Id") or "": (
                (value(one, "Type") or "").rpartition("/")[2],
                _joined(folder, value(one, "Target") or ""),
            )
            for one in self._package.xml(relations)
            if value(one, "TargetMode") != "External"
        }

    def optional(self, kind: str, mentioning: bytes = b"") -> etree._Element | None:
        """The part of a kind (``numbering``), or None where there is none that can be read.

        A part whose bytes do not hold ``mentioning`` is not parsed, and None as well: Word's styles are long, and few
        documents use what is looked for in them.
        """
        for found, name in self._targets.values():
            if found == kind and self._package.has(name):
                try:
                    raw = self._package.read(name)
                    return parse_xml(raw) if mentioning in raw else None
                except UnsafeContainer:
                    return None
        return None

    def note_parts(self) -> Iterator[etree._Element]:
        """Footnotes and endnotes."""
        for kind in ("footnotes", "endnotes"):
            part = self.optional(kind)
            if part is not None:
                yield part

    def page_parts(self, kind: str) -> Iterator[etree._Element]:
        """The page headers or footers that Word shows: those of first and even pages only where switched on."""
        even = is_on(child(self.optional("settings"), "evenAndOddHeaders"))
        for section in self.main.iter("{*}sectPr"):
            first = is_on(child(section, "titlePg"))
            for reference in children(section):
                shown = {"first": first, "even": even}.get(value(reference, "type") or "default", True)
                _, name = self._targets.get(value(reference, "id") or "", ("", ""))
                if local(reference) == f"{kind}Reference" and shown and self._package.has(name):
                    yield self._package.xml(name)


def _joined(folder: str, target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
