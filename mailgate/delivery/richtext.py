"""Plain text as safe HTML: paragraphs, lists and links that a person would see in it, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

from mailgate.delivery.clean import shown

_BULLET = re.compile(r"[ \t]{0,8}(?:[-*•–—·])[ \t]+(?=\S)")
_NUMBER = re.compile(r"[ \t]{0,8}(\d{1,3})[.)][ \t]+(?=\S)")
_LINK = re.compile(r"https?://[^\s<>\"'„”«»`\\^{|}]{1,2000}", re.IGNORECASE)
_AFTER_LINK = ".,;:!?)]"
_PARAGRAPH = Markup('<p style="margin:0 0 12px 0;">{}</p>')
_BULLETS = Markup('<ul style="margin:0 0 12px 0;padding:0 0 0 26px;">{}</ul>')
_NUMBERED = Markup('<ol start="{}" style="margin:0 0 12px 0;padding:0 0 0 26px;">{}</ol>')
_TABLE = Markup(
    '<table cellpadding="0" cellspacing="0" border="0" style="margin:0 0 12px 0;border-collapse:collapse;">{}</table>'
)
_CELL = Markup(
    '<td valign="top" class="cell" style="padding:4px 10px;border:1px solid #d5d9de;vertical-align:top;">{}</td>'
)
_BAR = " | "
_ITEM = Markup('<li style="margin:0 0 4px 0;">{}</li>')
_ANCHOR = Markup('<a href="{0}" style="color:#0b57a4;">{0}</a>')
_SPACE = Markup("&nbsp;")
_WHOLE = Markup('<span style="white-space:nowrap;">{}</span>')
_LONGEST_WHOLE = 34
"""Characters that stand on one line of a narrow screen; a longer address may be broken."""


@dataclass(slots=True)
class _Table:
    """Lines whose cells are parted by bars, as the text of a table in a mail of HTML is (``quotation.rows``)."""

    rows: list[list[str]]


@dataclass(slots=True)
class _List:
    """Items of a list; ``first`` is the number of the first one, None for bullets."""

    first: int | None
    items: list[list[str]]


def rich(text: str) -> Markup:
    """Paragraphs, lists, tables and http links of a consultant's text; every character of it is escaped."""
    return Markup("\n").join(_html(block) for block in _blocks(shown(text).strip("\n").split("\n")))


def plain_lines(text: str) -> Markup:
    """The text line by line as it is, spaces at the start of lines kept, without links."""
    return Markup("<br>\n").join(_indented(line) for line in shown(text).strip("\n").split("\n"))


def whole_addresses(text: str) -> Markup:
    """The text on one line, escaped; an e-mail address in it is not broken at its hyphens, unless it is too long.

    The word ``e-mail`` is kept whole too, and by a style: a hyphen of another kind would hide a label from readers.
    """
    words = shown(text).split()
    if not any(map(_is_whole, words)):
        return escape(" ".join(words))
    return Markup(" ").join(_WHOLE.format(word) if _is_whole(word) else escape(word) for word in words)


def _is_whole(word: str) -> bool:
    return len(word) <= _LONGEST_WHOLE and ("@" in word or "e-mail" in word)


def _blocks(lines: list[str]) -> Iterator[list[str] | _List | _Table]:
    """Runs of lines between blank ones; within them lists and tables are told apart from running text."""
    running: list[str] = []
    position = 0
    while position < len(lines):
        table = _table_at(lines, position)
        if table:
            if running:
                yield running
                running = []
            yield table
            position += len(table.rows)
            continue
        found = _list_at(lines, position) if not running or _starts_item(lines[position]) else None
        if found and (found.first is None or len(found.items) > 1):
            if running:
                yield running
                running = []
            yield found
            position += sum(len(item) for item in found.items)
            continue
        if lines[position].strip():
            running.append(lines[position])
        elif running:
            yield running
            running = []
        position += 1
    if running:
        yield running


def _table_at(lines: list[str], start: int) -> _Table | None:
    """The table that begins at a line: two rows or more of as many cells each, or None."""
    columns = lines[start].count(_BAR)
    end = start
    while columns and end < len(lines) and lines[end].count(_BAR) == columns:
        end += 1
    return _Table([line.split(_BAR) for line in lines[start:end]]) if end - start > 1 else None


def _starts_item(line: str) -> bool:
    return bool(_BULLET.match(line) or _NUMBER.match(line))


def _list_at(lines: list[str], start: int) -> _List | None:
    """The list that begins at a line, or None.  Numbers must follow one another: a list never renumbers a text."""
    number = _NUMBER.match(lines[start])
    pattern = _NUMBER if number else _BULLET
    found = _List(int(number[1]) if number else None, [])
    for line in lines[start:]:
        match = pattern.match(line)
        if match and (found.first is None or int(match[1]) == found.first + len(found.items)):
            found.items.append([line[match.end() :]])
        elif found.items and line.startswith(("  ", "\t")) and line.strip() and not _starts_item(line):
            found.items[-1].append(line.strip())
        else:
            break
    return found if found.items else None


def _html(block: list[str] | _List | _Table) -> Markup:
    if isinstance(block, list):
        return _PARAGRAPH.format(_joined(block))
    if isinstance(block, _Table):
        rows = (Markup("").join(_CELL.format(_linked(cell.strip())) for cell in row) for row in block.rows)
        return _TABLE.format(Markup("").join(Markup("<tr>{}</tr>").format(row) for row in rows))
    items = Markup("").join(_ITEM.format(_joined(item)) for item in block.items)
    return _BULLETS.format(items) if block.first is None else _NUMBERED.format(block.first, items)


def _joined(lines: list[str]) -> Markup:
    return Markup("<br>\n").join(_linked(line) for line in lines)


def _linked(line: str) -> Markup:
    """The line escaped, its links made live; a link shows where it leads, so it cannot pretend."""
    parts: list[Markup] = []
    position = 0
    for match in _LINK.finditer(line):
        address = _without_closing(match[0])
        before = line[position : match.start()]
        parts.append(escape(before) if position else _indented(before))
        parts.append(_ANCHOR.format(address))
        position = match.start() + len(address)
    parts.append(escape(line[position:]) if position else _indented(line))
    return Markup("").join(parts)


def _without_closing(address: str) -> str:
    """A sentence's punctuation after a link is not part of it, but a bracket that the link itself opened is."""
    while address[-1] in _AFTER_LINK:
        if address[-1] == ")" and address.count("(") >= address.count(")"):
            break
        address = address[:-1]
    return address


def _indented(line: str) -> Markup:
    """The line escaped, the spaces at its start kept (at most sixteen)."""
    bare = line.expandtabs(4).lstrip(" ")
    spaces = min(len(line.expandtabs(4)) - len(bare), 16)
    return _SPACE * spaces + escape(bare)
