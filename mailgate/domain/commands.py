"""Commands to the program in the block at the top of a consultant's reply (``replies/CONTRACT.md``, point 4)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from mailgate.domain.rows import Row, fold

_COMMAND: Final = re.compile(r"#([^\W\d_][\w-]*)(.*)", re.DOTALL)


def split_commands(rows: Sequence[Row]) -> tuple[tuple[tuple[str, str], ...], tuple[Row, ...]]:
    """The (name, argument) pairs at the top, names folded, and the rows below them.

    ``#`` stands directly before a letter: ``#2`` and ``# 2`` are text.  Blank rows may stand between commands.
    """
    commands: list[tuple[str, str]] = []
    below = 0
    for index, row in enumerate(rows):
        if row.blank:
            continue
        found = _COMMAND.fullmatch(row.text)
        if found is None:
            break
        commands.append((fold(found[1]), _argument(found[2])))
        below = index + 1
    return tuple(commands), tuple(rows[below:])


def _argument(rest: str) -> str:
    argument = rest.strip().removeprefix(":").strip()
    return argument if re.search(r"\w", argument) else ""
