"""Files that old programs put into the text itself, uuencoded between ``begin`` and ``end``."""

from __future__ import annotations

import binascii
import re
from typing import Final

_BEGIN: Final = re.compile(r"begin [0-7]{3,4} ([^\n]{1,200})")
_LINE: Final = re.compile(r"[ -`]{1,90}")
MAX_FILES: Final = 50


def split(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text without the enclosed files, and those (name, content).  What does not end, or decode, stays text."""
    if "\nend" not in text or "begin " not in text:
        return text, []
    lines = text.split("\n")
    kept: list[str] = []
    files: list[tuple[str, bytes]] = []
    at = 0
    while at < len(lines):
        begin = _BEGIN.fullmatch(lines[at]) if len(files) < MAX_FILES else None
        enclosed = _enclosed(lines, at + 1) if begin else None
        if begin is None or enclosed is None:
            kept.append(lines[at])
            at += 1
        else:
            content, at = enclosed
            files.append((begin.group(1).strip(), content))
    return "\n".join(kept), files


def _enclosed(lines: list[str], start: int) -> tuple[bytes, int] | None:
    """The content that starts at a line, and the line after its ``end``; None at the first line that does not fit."""
    content = bytearray()
    for at in range(start, len(lines)):
        line = lines[at]
        if line == "end":
            return bytes(content), at + 1
        if line and not _LINE.fullmatch(line):
            return None
        try:
            content += binascii.a2b_uu(line) if line else b""
        except binascii.Error:
            return None
    return None
