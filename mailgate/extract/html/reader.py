"""HTML, as a body or as a file, to lines and tables in the order in which a person reads them.

How quotes come out, for those who build on it:

- ``Line.quoted`` counts blockquotes (not those that only indent) and clients' quote containers.  Gmail's wrapper of
  attribution and quote does not count by itself, since people answer inside it.
- Outlook's header block ("Od: Wysłano: Do: Temat:") is no container: its lines are ``attribution``, and all that
  follows in the same mail or quote counts one level deeper.  It looks the same over a forwarded mail; only the
  words tell.
- Gmail's and Thunderbird's forwards are no quotes; their "---------- Forwarded message" lines are ``attribution``.
- A blank line is a ``Line`` with empty text, never two in a row; a ruler is an empty line with the cue ``rule``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final, Literal
from urllib.parse import unquote

from mailgate.domain.document import Block, Cell, Document
from mailgate.domain.message.charset import decode_html, tidy
from mailgate.extract.html import marks
from mailgate.extract.html.flow import Context, Flow, Grid, Holder, Numbering, write_table
from mailgate.extract.html.links import address_to_show
from mailgate.extract.html.tree import Node, parse_html

MAX_TABLES_DEEP: Final = 25
_MAX_CONTENT_ID: Final = 998

_SPACE: Final = re.compile(r"[ \t\r\n\f]+")
_NO_MARGIN_RULE: Final = re.compile(r"(?:^|[\s,};>])p\s*\{[^}]{0,300}margin(?:-top|-bottom)?\s*:\s*0", re.IGNORECASE)
_NO_MARGIN: Final = re.compile(r"margin(?:-top|-bottom)?:0")
_NUMBERING: Final = re.compile(r"\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)]", re.IGNORECASE)


def read_html_bytes(raw: bytes, source: str, charset: str | None = None) -> Document:
    """A page's bytes, read; ``charset`` is what MIME declares, else the page's own ``meta`` counts."""
    text, guessed = decode_html(raw, charset)
    document = read_html(text, source)
    if guessed is None:
        return document
    return replace(document, notes=(*document.notes, f"charset guessed: {guessed}"))


def read_html(html: str, source: str) -> Document:
    """A page, read, in time and memory in proportion to its size, under the limits of ``tree``; never raises."""
    root, notes = parse_html(html)
    reader = _Reader(paragraphs_touch=_NO_MARGIN_RULE.search(html[:50_000]) is not None)
    for step, what in _walk(root):
        if step == "text":
            reader.text(str(what))
        elif isinstance(what, Node):
            (reader.open if step == "open" else reader.close)(what)
    blocks = reader.finish()
    if reader.flattened:
        notes = (*notes, f"tables nested deeper than {MAX_TABLES_DEEP} levels read as lines")
    return Document(source=source, blocks=blocks, notes=notes)


def _walk(root: Node) -> Iterator[tuple[Literal["open", "text", "close"], Node | str]]:
    """Every visible node and text in order, without recursion: hostile pages are deep."""
    waiting: list[tuple[Node, Iterator[Node | str]]] = [(root, iter(root.children))]
    while waiting:
        node, children = waiting[-1]
        for child in children:
            if isinstance(child, str):
                yield "text", child
            elif not marks.hidden(child):
                yield "open", child
                waiting.append((child, iter(child.children)))
                break
        else:
            waiting.pop()
            if node is not root:
                yield "close", node


@dataclass(slots=True)
class _OpenTable:
    node: Node
    grid: Grid = field(default_factory=Grid)
    cell: Node | None = None
    framed: bool = False


class _Reader:
    """Takes the walk's steps, keeps what holds at the place, and writes lines and tables."""

    def __init__(self, *, paragraphs_touch: bool) -> None:
        self.paragraphs_touch = paragraphs_touch
        self.flattened = False
        self.flows: list[Flow] = [Flow()]
        self.tables: list[_OpenTable] = []
        self.contexts: list[Context] = [Context(Holder(0))]
        self.link_starts: list[tuple[Flow, int]] = []

    @property
    def flow(self) -> Flow:
        """That of the innermost open cell, else the page's."""
        return self.flows[-1]

    @property
    def context(self) -> Context:
        return self.contexts[-1]

    def finish(self) -> tuple[Block, ...]:
        return self.flows[0].finish()

    def text(self, text: str) -> None:
        flow = self.flow
        if self.context.preformatted:
            first, *others = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
            flow.add(first, self.context)
            for line in others:
                flow.flush(even_empty=True)
                flow.add(line, self.context)
            return
        text = _SPACE.sub(" ", text)
        if flow.words and flow.words[-1].endswith(" "):
            text = text.lstrip(" ")
        if text and (flow.words or text != " "):
            flow.add(text, self.context)

    def open(self, node: Node) -> None:
        if node.tag in marks.BLOCKS:
            self._separate(node)
        self.contexts.append(self._context_in(node))
        match node.tag:
            case "br":
                self._break()
            case "hr":
                self.flow.rule(self.context.quoted)
            case "img":
                self._picture(node)
            case "li":
                self.flow.prefix = self._item_mark(node)
            case "a":
                self.link_starts.append((self.flow, len(self.flow.words)))
            case "input" | "select" | "textarea":
                self._form_value(node)
            case "table" | "tr" | "td" | "th":
                self._open_table_part(node)
            case _ if "mso-list:ignore" in node.style:
                self._outlook_bullet(node)

    def close(self, node: Node) -> None:
        if node.tag == "a":
            self._close_link(node)
        context = self.contexts.pop()
        if node.tag in marks.BLOCKS:
            self._separate(node)
        if node.tag in {"td", "th", "table"}:
            self._close_table_part(node)
        if marks.opens_quote(node):
            context.holder.after += 1

    def _context_in(self, node: Node) -> Context:
        context = self.context
        if marks.is_quote(node):
            context = context._replace(holder=Holder(context.quoted + 1), cue="text")
        elif context.cue == "text" and node.attributes:
            if marks.is_attribution(node):
                context = context._replace(cue="attribution")
            elif marks.is_signature(node):
                context = context._replace(cue="signature")
        if node.tag in {"ol", "ul", "menu", "dir"}:
            start = node.get("start")
            numbering = Numbering(node.tag == "ol", int(start) if re.fullmatch(r"\d{1,6}", start) else 1)
            context = context._replace(numbering=numbering)
        if node.tag in {"pre", "listing", "plaintext", "xmp"} or "white-space:pre" in node.style:
            return context._replace(preformatted=True)
        return context

    def _separate(self, node: Node) -> None:
        """A block begins or ends: so does the line, and paragraphs leave a gap."""
        flow = self.flow
        flow.flush()
        if node.tag in marks.SPACED and not flow.in_cell and flow.blocks and not self._touches(node):
            flow.gap = True

    def _touches(self, node: Node) -> bool:
        if self.context.numbering is not None:
            return True
        if node.tag == "p" and (self.paragraphs_touch or node.get("class").lower().startswith("mso")):
            return True
        return _NO_MARGIN.search(node.style) is not None

    def _break(self) -> None:
        flow = self.flow
        if not flow.words:
            flow.add("", self.context)
        flow.flush(even_empty=True)

    def _picture(self, node: Node) -> None:
        """A picture of the mail itself stands where its ``cid:`` names it; one from elsewhere is nothing to us."""
        scheme, _, content_id = node.get("src").strip().partition(":")
        if scheme.lower() == "cid" and content_id:
            self.flow.picture(unquote(content_id)[:_MAX_CONTENT_ID], self.context)

    def _item_mark(self, node: Node) -> str:
        numbering = self.contexts[-2].numbering
        if numbering is None or not numbering.ordered:
            return "- "
        if re.fullmatch(r"\d{1,6}", node.get("value")):
            numbering.next = int(node.get("value"))
        numbering.next += 1
        return f"{numbering.next - 1}. "

    def _outlook_bullet(self, node: Node) -> None:
        """Word writes the bullet as text in a symbol font (``·``, ``o``), and the number as it is seen."""
        mark = tidy("".join(_texts(node))).strip()
        node.children.clear()
        self.flow.add(f"{mark} " if _NUMBERING.fullmatch(mark) else "- ", self.context)

    def _form_value(self, node: Node) -> None:
        """What somebody filled in is text; a select box shows its chosen line."""
        if node.tag == "input":
            value = _input_value(node)
        elif node.tag == "select":
            value = _chosen(node)
            node.children.clear()
        else:
            value = "".join(_texts(node)).strip("\n")
            node.children.clear()
        self.contexts[-1] = self.context._replace(preformatted=True)
        if value:
            # Where no colon ends the label before the control, the control's frame does.
            if not _is_box(node) and "".join(self.flow.words).rstrip(" :") == "".join(self.flow.words).rstrip() != "":
                self.flow.add("\t", self.context)
            self.text(value)

    def _close_link(self, node: Node) -> None:
        flow, start = self.link_starts.pop()
        if flow is not self.flow:
            return
        words = "".join(flow.words[start:])
        address = address_to_show(node.get("href"), tidy(words))
        if address and words.strip():
            flow.add(f" <{address}>", self.context)

    def _open_table_part(self, node: Node) -> None:
        if node.tag == "table":
            if len(self.tables) < MAX_TABLES_DEEP:
                self.tables.append(_OpenTable(node, framed=marks.draws_frame(node)))
            else:
                self.flattened = True
            return
        # A row or a cell of a table that was too deep, or of none, is a block like any other.
        table = self.tables[-1] if self.tables else None
        if table is None or table.cell is not None:
            return
        if node.tag == "tr" or not table.grid.rows:
            table.grid.begin_row()
        if node.tag != "tr":
            table.framed = table.framed or marks.draws_frame(node)
            table.cell = node
            self.flows.append(Flow(in_cell=True))

    def _close_table_part(self, node: Node) -> None:
        table = self.tables[-1] if self.tables else None
        if table is None:
            return
        if table.cell is node:
            cell = Cell(self.flows.pop().finish())
            table.grid.add(cell, rows=marks.span(node, "rowspan"), columns=marks.span(node, "colspan"))
            table.cell = None
        elif table.node is node:
            self.tables.pop()
            write_table(self.flow, table.grid.rows, framed=table.framed)


def _texts(node: Node) -> Iterator[str]:
    for step, what in _walk(node):
        if step == "text":
            yield str(what)


_BOXES: Final = {"checkbox": ("[x]", "[ ]"), "radio": ("(x)", "( )")}
_SILENT_INPUTS: Final = frozenset({"hidden", "submit", "button", "reset", "image", "password", "file"})


def _is_box(node: Node) -> bool:
    """True for what is ticked: its words stand after it."""
    return node.tag == "input" and node.get("type").lower() in _BOXES


def _input_value(node: Node) -> str:
    kind = node.get("type").lower()
    if kind in _BOXES:
        return _BOXES[kind][0 if "checked" in node.attributes else 1]
    return "" if kind in _SILENT_INPUTS else node.get("value")


def _chosen(node: Node) -> str:
    options = [child for step, child in _walk(node) if step == "open" and isinstance(child, Node)]
    options = [option for option in options if option.tag == "option"]
    chosen = [option for option in options if "selected" in option.attributes] or options[:1]
    return " ".join("".join(_texts(option)).strip() for option in chosen)
