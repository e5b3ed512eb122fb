"""HTML to a bounded tree of plain nodes.

libxml2's own tree drops text that stands deeper than 256 levels without a word; its events do not, so the tree here is
built from the events, with limits of its own that leave a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final, TypeAlias

from lxml import etree

MAX_CHARACTERS: Final = 4_000_000
MAX_NODES: Final = 150_000
MAX_DEPTH: Final = 2_000

_PIECE: Final = 32 * 1024
_ANY_TAG: Final = re.compile(r"<[^<>]{0,2000}>")
_XML_DECLARATION: Final = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")


@dataclass(slots=True)
class Node:
    """An element: its name and attributes in lower case, and what stands in it, in order."""

    tag: str
    attributes: Mapping[str, str]
    children: list[Child] = field(default_factory=list)

    def get(self, name: str) -> str:
        """An attribute's value, or ""."""
        return self.attributes.get(name) or ""

    @property
    def style(self) -> str:
        """The style attribute in lower case, without white space."""
        written = self.get("style")
        return "".join(written.lower().split()) if written else ""

    @property
    def marks(self) -> list[str]:
        """The words of class, id, and the attributes that clients put marks in, in lower case."""
        written = " ".join(self.get(name) for name in ("class", "id", "name", "data-marker", "fairemail"))
        return written.lower().split()

    def elements(self) -> Iterator[Node]:
        """The child elements."""
        return (child for child in self.children if not isinstance(child, str))


Child: TypeAlias = Node | str


class _Full(Exception):
    """The limit of nodes is reached."""


class _TooDeep(Exception):
    """The limit of depth is reached."""


class _Builder:
    """lxml's parser target."""

    def __init__(self) -> None:
        self.root = Node("root", {})
        self.open = [self.root]
        self.nodes = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._count()
        if len(self.open) > MAX_DEPTH:
            raise _TooDeep
        node = Node(tag.lower(), dict(attributes))
        self.open[-1].children.append(node)
        self.open.append(node)

    def end(self, _tag: str) -> None:
        # libxml2 sends balanced events; the guard is for a version that would not.
        if len(self.open) > 1:
            self.open.pop()

    def data(self, data: str) -> None:
        self._count()
        self.open[-1].children.append(data)

    def comment(self, _text: str) -> None:
        """Dropped, and with it what Outlook hides in ``<!--[if mso]>``."""

    def pi(self, _target: str, _data: str | None = None) -> None:
        """Dropped: ``<?xml:namespace ...>`` of old Outlook."""

    def close(self) -> Node:
        return self.root

    def _count(self) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise _Full


def parse_html(text: str) -> tuple[Node, tuple[str, ...]]:
    """The tree of a page under a root without a name, and notes on what had to be cut.  Never raises."""
    notes = []
    if len(text) > MAX_CHARACTERS:
        text = text[:MAX_CHARACTERS]
        notes.append(f"HTML cut after {MAX_CHARACTERS} characters")
    text = _without_surplus_ends(text.replace("\0", ""))
    builder = _Builder()
    try:
        try:
            _feed(builder, text)
        except _TooDeep:
            notes.append(f"HTML nested deeper than {MAX_DEPTH} levels, read as bare lines")
            builder = _Builder()
            # What is still a "<" opens no tag: libxml2 would take an unfinished one for an element, and go down again.
            _feed(builder, "<br>".join(piece.replace("<", "&lt;") for piece in _ANY_TAG.split(text)))
    except _Full:
        notes.append(f"HTML cut after {MAX_NODES} nodes")
    except (etree.LxmlError, ValueError, AssertionError) as error:
        notes.append(f"HTML broken: {type(error).__name__}")
    return builder.root, tuple(notes)


def _without_surplus_ends(text: str) -> str:
    """The text up to where it has closed more than it may have opened: libxml2 looks for each end through the depth."""
    if text.count("</") <= MAX_NODES:
        return text
    surplus = next(islice(re.finditer("</", text), MAX_NODES, None))
    return text[: surplus.start()]


def _feed(builder: _Builder, text: str) -> None:
    if not text.strip():
        return
    # A declaration of another charset than that in which the text is handed over would be believed.
    raw = _XML_DECLARATION.sub("", text).encode("utf-8", "replace")
    # The stubs want a target that takes bytes as well, which libxml2 has not sent since Python 2.
    target: Any = builder
    parser = etree.HTMLParser(target=target, encoding="utf-8", huge_tree=True, no_network=True)
    # In pieces: an exception of the target stops the parser only at the end of a piece.
    for start in range(0, len(raw), _PIECE):
        parser.feed(raw[start : start + _PIECE])
    parser.close()
