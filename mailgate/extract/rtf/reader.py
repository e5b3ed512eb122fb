"""RTF files by an own reader, in one pass without recursion: what is seen, with its tables.

Libraries join the cells of a table and print deleted text.  Deleted, hidden and field code text is left out here; text
boxes come after their paragraph, page headers and footers and notes have the cue ``page``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mailgate.domain.document import Block, Document, Line
from mailgate.domain.message.charset import tidy
from mailgate.extract.letters import is_picture
from mailgate.extract.page.furniture import as_page
from mailgate.extract.rtf.fonts import SYMBOLS, Fonts
from mailgate.extract.rtf.state import Flow, FormField, State
from mailgate.extract.rtf.tokens import Token, tokens
from mailgate.extract.rtf.words import (
    BOXES,
    CHARACTERS,
    PAGE_PARTS,
    PARAGRAPH_ENDS,
    READ_THOUGH_STARRED,
    SIGNS,
    TEXT_OF_SHAPE,
    UNREAD,
)
from mailgate.extract.safezip import MAX_MEMBER_BYTES, UnsafeContainer
from mailgate.extract.word.celltables import CUT, Merged

MAX_TOKENS = 2_000_000
"""Some thousand pages; a file made of nothing but control words would take a minute of the processor."""
_MAX_GROUPS = 2_000
_MAX_FLOWS = 5_000
_START = b"{\\rtf"
_BULLET = "- "


class _Reader:
    """Goes through the tokens once; each kind of token has its method."""

    def __init__(self) -> None:
        self._state = State()
        self._stack: list[State] = []
        self._flows = [Flow("")]
        self._begun = 0
        self._too_long = False
        self._parts: dict[str, list[Block]] = {}
        self._fonts = Fonts()
        self._bytes: list[str] = []
        self._to_skip = 0
        self._high = 0
        self._starred = False
        self._merged: dict[bool, list[Merged]] = {False: [], True: []}
        self._cell_belongs: Merged = ""
        self._has_first_page = False
        self._has_facing_pages = False
        self._form_field = FormField()
        self._property = ""
        self._shape_text = ""

    def read(self, content: str) -> None:
        """Reads a whole file; ends where its outermost group ends or the limits are reached."""
        handlers: dict[str, Callable[[Token], None]] = {
            "open": self._open, "close": self._close, "word": self._word, "sign": self._sign, "byte": self._byte,
            "text": self._characters,
        }  # fmt: skip
        for number, token in enumerate(tokens(content)):
            handlers[token.kind](token)
            self._too_long = number >= MAX_TOKENS
            if (token.kind == "close" and not self._stack) or self.is_cut:
                break
        while len(self._flows) > 1:
            self._end_flow()
        self._end_text()

    @property
    def is_cut(self) -> bool:
        """True where the file is longer than the limits."""
        return self._too_long or self._flows[0].tables.full or self._flows[-1].tables.full

    def result(self) -> tuple[Block, ...]:
        """The blocks: headers, text, notes, footers."""
        first = ("f",) if self._has_first_page else ()
        facing = ("l",) if self._has_facing_pages else ()
        kinds = ("", "r", *facing, *first)
        heads = [block for kind in kinds for block in self._parts.get(f"header{kind}", [])]
        feet = [block for kind in kinds for block in self._parts.get(f"footer{kind}", [])]
        notes = self._parts.get("footnote", [])
        return (*as_page(heads), *self._flows[0].tables.blocks(), *as_page(notes), *as_page(feet))

    # groups

    def _open(self, token: Token) -> None:  # noqa: ARG002 - one of several of this shape
        self._flush()
        self._to_skip = 0
        if len(self._stack) >= _MAX_GROUPS:
            raise UnsafeContainer("nested too deeply")
        self._stack.append(self._state)
        self._starred = False

    def _close(self, token: Token) -> None:  # noqa: ARG002
        self._flush()
        self._to_skip = 0
        self._starred = False
        if not self._stack:
            return
        ended, self._state = self._state, self._stack.pop()
        if ended.where == "fonts":
            self._fonts.end()
        elif ended.where == "shape's text" and self._state.where != "shape's text":
            self._flows[-1].boxes += [Line(line.strip()) for line in tidy(self._shape_text).splitlines()]
            self._shape_text = ""
        elif ended.where == "form field" and self._state.where != "form field":
            self._end_form_field()
        if ended.flow != self._state.flow:
            self._end_flow()

    def _begin_flow(self, name: str) -> None:
        self._begun += 1
        if self._begun > _MAX_FLOWS:
            self._state = replace(self._state, where="nowhere")
            return
        self._flows.append(Flow(name))
        self._state = replace(
            self._state, flow=f"{len(self._flows)}{name}", where="text", in_table=False, depth=1, deleted=False
        )

    def _end_flow(self) -> None:
        """A box, note, header or footer is over: its blocks go where they are seen."""
        self._end_text()
        flow = self._flows.pop()
        blocks = flow.tables.blocks()
        if flow.name in BOXES:
            self._flows[-1].boxes += blocks
        elif blocks not in [tuple(known) for known in self._parts.values()] or flow.name == "footnote":
            self._parts.setdefault(flow.name, []).extend(blocks)

    # control words

    def _word(self, token: Token) -> None:
        self._flush()
        word, number = token.text, token.number
        if word == "u":
            self._unicode(number or 0)
            return
        if self._to_skip:
            self._to_skip -= 1
            return
        if self._starred and word not in READ_THOUGH_STARRED:
            self._state = replace(self._state, where="nowhere")
        self._starred = False
        if self._state.where == "nowhere" and word != "ud":
            return
        if not (self._destination(word) or self._format(word, number) or self._table_word(word)):
            self._document_word(word, number)

    def _destination(self, word: str) -> bool:
        """A group's first word may say what the group is for."""
        if word in UNREAD:
            self._state = replace(self._state, where="form field" if word == "fldinst" else "nowhere")
            if word == "fldinst":
                self._form_field = FormField()
        elif word == "fonttbl":
            self._state = replace(self._state, where="fonts")
        elif word in PAGE_PARTS or word in BOXES:
            self._begin_flow(word)
        elif word in ("listtext", "pntext"):
            self._state = replace(self._state, where="mark")
        elif word == "fldrslt" and self._state.where == "form field":
            self._state = replace(self._state, where="text")
        elif word == "ffl" and self._state.where == "form field":
            self._state = replace(self._state, where="entry")
            self._form_field.entries.append("")
        elif word == "sn":
            self._property = ""
            self._state = replace(self._state, where="property")
        elif word == "sv":
            self._state = replace(self._state, where="shape's text" if self._property == TEXT_OF_SHAPE else "nowhere")
        elif word == "nesttableprops":
            self._state = replace(self._state, nested_row=True)
        elif word == "ud":
            self._state = replace(self._state, where=self._stack[-2].where if len(self._stack) > 1 else "text")
        else:
            return False
        return True

    def _format(self, word: str, number: int | None) -> bool:
        """Words that say how the following characters look, and characters by name."""
        is_on = number != 0
        if word in CHARACTERS:
            self._write(CHARACTERS[word])
        elif word == "f":
            self._choose_font(number)
        elif word == "plain":
            self._state = replace(self._state, font=None, hidden=False, deleted=False)
        elif word == "v":
            self._state = replace(self._state, hidden=is_on)
        elif word == "deleted":
            self._state = replace(self._state, deleted=is_on)
        elif word == "uc":
            self._state = replace(self._state, skipped=min(max(number or 0, 0), 20))
        elif word == "pard":
            self._state = replace(self._state, in_table=False, depth=1)
        elif word == "intbl":
            self._state = replace(self._state, in_table=is_on)
        elif word == "itap":
            self._state = replace(self._state, in_table=bool(number), depth=number or 1)
        elif word in ("fcharset", "cpg"):
            self._fonts.tell(word, number)
        else:
            return False
        return True

    def _table_word(self, word: str) -> bool:
        """Marks at the ends of paragraphs, cells and rows, and the definition of rows."""
        flow = self._flows[-1]
        if word in PARAGRAPH_ENDS:
            if not (self._state.deleted and word == "par"):
                self._end_paragraph()
        elif word in ("cell", "nestcell"):
            depth = 1 if word == "cell" else self._nested_depth()
            self._end_paragraph(depth)
            flow.tables.end_cell(depth)
        elif word in ("row", "nestrow"):
            is_nested = word == "nestrow"
            flow.tables.end_row(self._nested_depth() if is_nested else 1, self._merged[is_nested])
            flow.in_row = flow.in_row and is_nested
        elif word == "trowd":
            self._merged[self._state.nested_row] = []
            flow.in_row = True
        elif word in ("clmrg", "clvmrg", "cldel"):
            self._cell_belongs = "above" if word == "clvmrg" else "before"
        elif word == "cellx":
            self._merged[self._state.nested_row].append(self._cell_belongs)
            self._cell_belongs = ""
        else:
            return False
        return True

    def _nested_depth(self) -> int:
        return max(self._state.depth, 2)

    def _document_word(self, word: str, number: int | None) -> None:
        """Words about the whole document, and about fields of forms."""
        if self._fonts.document_word(word, number):
            return
        if word == "titlepg":
            self._has_first_page = True
        elif word == "facingp":
            self._has_facing_pages = True
        elif word == "ffres":
            self._form_field.chosen = number if number is not None else -1
        elif word == "ffdefres":
            self._form_field.default = number or 0

    # characters

    def _sign(self, token: Token) -> None:
        if token.text == "*":
            self._starred = True
            return
        self._flush()
        if self._to_skip:
            self._to_skip -= 1
        elif token.text in "\r\n":
            self._word(Token("word", "par"))
        elif token.text in SIGNS:
            self._write(SIGNS[token.text])

    def _byte(self, token: Token) -> None:
        if self._to_skip:
            self._to_skip -= 1
        else:
            # Characters of two bytes come as two such tokens: they are put together before they are decoded.
            self._bytes.append(token.text)

    def _characters(self, token: Token) -> None:
        text = token.text[self._to_skip :]
        self._to_skip -= len(token.text) - len(text)
        if text:
            self._bytes.append(text)

    def _flush(self) -> None:
        """Writes the bytes that were gathered, in the charset of the font they stand in."""
        if not self._bytes:
            return
        raw = "".join(self._bytes)
        self._bytes.clear()
        codec = self._fonts.codec(self._state.font)
        if codec == SYMBOLS:
            # The letters of symbol fonts are pictures; digits and marks of lists mostly are what they seem.
            self._write("".join(sign for sign in raw if sign.isascii()))
        else:
            self._write(raw if raw.isascii() else raw.encode("latin-1").decode(codec, "replace"))

    def _unicode(self, number: int) -> None:
        """``\\uN``: a UTF-16 unit, signed, and then so many characters for old programs that are to be passed over."""
        unit = number & 0xFFFF
        self._to_skip = self._state.skipped
        if 0xD800 <= unit < 0xDC00:
            self._high = unit
            return
        if 0xDC00 <= unit < 0xE000:
            point = 0x10000 + ((self._high - 0xD800) << 10) + (unit - 0xDC00) if self._high else 0xFFFD
        else:
            point = unit
        self._high = 0
        if point >= 32 and not is_picture(point):
            self._write(chr(point))

    def _write(self, text: str) -> None:
        state = self._state
        if state.where == "fonts":
            self._fonts.name(text)
        elif state.where == "entry":
            self._form_field.entries[-1] += text
        elif state.where == "property":
            self._property = (self._property + text).strip()[:200]
        elif state.where == "shape's text":
            self._shape_text += text
        elif state.where == "mark":
            self._flows[-1].mark += text
        elif state.where == "text" and not state.hidden and not state.deleted:
            self._flows[-1].text.append(text)

    def _end_paragraph(self, depth: int | None = None) -> None:
        """The characters so far are a paragraph in tables of this depth, by default of that which the text says."""
        self._flush()
        flow = self._flows[-1]
        text, boxes, mark = "".join(flow.text), flow.boxes, flow.mark
        flow.text, flow.boxes, flow.mark = [], [], ""
        if depth is None:
            depth = self._state.depth if self._state.in_table else int(flow.in_row)
        flow.tables.paragraph(_marked(text, mark), depth, boxes)

    def _end_text(self) -> None:
        """The last paragraph of a flow needs no mark at its end; where nothing stands in it, it is none."""
        self._flush()
        flow = self._flows[-1]
        if flow.boxes or "".join(flow.text).strip():
            self._end_paragraph()

    # fonts and fields

    def _choose_font(self, number: int | None) -> None:
        if self._state.where == "fonts":
            self._fonts.begin(number)
        else:
            self._state = replace(self._state, font=number)

    def _end_form_field(self) -> None:
        """The entry chosen in a drop-down field is text where the field stands; 25 means that nothing was chosen."""
        field_ = self._form_field
        chosen = field_.default if field_.chosen in (-1, 25) else field_.chosen
        if 0 <= chosen < len(field_.entries):
            self._write(field_.entries[chosen])
        self._form_field = FormField()


def read_rtf(content: bytes, source: str) -> Document:
    """An RTF file, read.  Raises ``UnsafeContainer`` for what is no RTF, is too large or nested too deeply."""
    if not is_rtf(content):
        raise UnsafeContainer("no RTF")
    if len(content) > MAX_MEMBER_BYTES:
        raise UnsafeContainer(f"larger than {MAX_MEMBER_BYTES} bytes")
    reader = _Reader()
    reader.read(content[content.index(_START) :].decode("latin-1"))
    return Document(source, reader.result(), notes=(CUT,) if reader.is_cut else ())


def is_rtf(content: bytes) -> bool:
    """True for bytes that begin as RTF does."""
    return content[:64].lstrip(b"\xef\xbb\xbf \t\r\n\0").startswith(_START)


def _marked(text: str, mark: str) -> str:
    """A paragraph with the number that stands before it; what is no letter or digit is a bullet."""
    if not mark or not text.strip():
        return text
    shown = mark.strip()
    return f"{shown} {text.lstrip()}" if any(sign.isalnum() for sign in shown) else f"{_BULLET}{text.lstrip()}"
