"""format=flowed undone (RFC 3676): soft line ends joined, so that a value is not broken in two."""

from __future__ import annotations


def unflow(text: str, *, delete_space: bool) -> str:
    """``text`` with ``\\n`` line ends, its soft ones joined; ``delete_space`` is the parameter DelSp.

    A line that ends in a space flows into the next one of the same quote depth.  The signature's ``-- `` never flows.
    Quote marks are kept, written once before the joined line.
    """
    lines: list[str] = []
    parts: list[str] = []
    depth = -1
    for line in text.split("\n"):
        marks, words = _parted(line)
        signature = words == "-- "
        if parts and (len(marks) != depth or signature):
            lines.append(_whole(depth, parts))
            parts = []
        depth = len(marks)
        flows = words.endswith(" ") and not signature
        parts.append(words[:-1] if flows and delete_space else words)
        if not flows:
            lines.append(_whole(depth, parts))
            parts = []
    if parts:
        lines.append(_whole(depth, parts))
    return "\n".join(lines)


def _parted(line: str) -> tuple[str, str]:
    """The quote marks, and the words without the space that was stuffed before them (RFC 3676 section 4.4)."""
    words = line.lstrip(">")
    marks = line[: len(line) - len(words)]
    return marks, words.removeprefix(" ")


def _whole(depth: int, parts: list[str]) -> str:
    words = "".join(parts)
    return f"{'>' * depth} {words}" if depth > 0 and words else ">" * depth + words
