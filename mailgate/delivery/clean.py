"""What strangers wrote, made harmless for showing: no control characters, no tricks with the direction of writing."""

from __future__ import annotations

import re

_LEAST_CUT = 10
"""Characters of a line's beginning that still say something."""
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# C0 and C1 controls but tab and line feed, the marks that turn the direction of writing, lone surrogates, a stray BOM.
_UNSHOWABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
# Every character of either kind: most texts hold none, and asking for both at once halves the price of that.
_TO_MEND = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")


def shown(text: str) -> str:
    """The text with line feeds alone at the ends of lines and every unshowable character as U+FFFD, so that nothing hides or vanishes."""
    # Most values are one plain line, and asking that costs a tenth of a search.
    if text.isprintable() or not _TO_MEND.search(text):
        return text
    return _UNSHOWABLE.sub("\ufffd", _LINE_ENDS.sub("\n", text))


def one_line(text: str) -> str:
    """The text on one line, each run of white space as one space."""
    return " ".join(shown(text).split())


def beginning(text: str, length: int, most_lines: int = 8) -> str:
    """The first lines of a text without blank ones, cut at a word where they are longer than about ``length``."""
    lines = [line.rstrip() for line in shown(text).split("\n") if line.strip()]
    kept: list[str] = []
    for line in lines:
        left = length - sum(map(len, kept))
        if len(kept) == most_lines or left < min(len(line), _LEAST_CUT):
            return f"{chr(10).join(kept)}…" if kept else shortened(line, length)
        if len(line) > left:
            return "\n".join((*kept, shortened(line, left)))
        kept.append(line)
    return "\n".join(kept)


def shortened(text: str, length: int) -> str:
    """The text on one line, cut at a word where it is longer than ``length`` characters."""
    line = one_line(text)
    if len(line) <= length:
        return line
    head, _, _ = line[:length].rpartition(" ")
    return (head if len(head) > length // 2 else line[: length - 1]).rstrip(" ,;:-") + "…"
