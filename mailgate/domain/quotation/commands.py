"""Commands to the program in the block at the top of a consultant's reply (``replies/CONTRACT.md``, point 4)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from mailgate.domain.quotation.rows import Row, fold

KNOWN_COMMANDS: Final = ("dokumentacja", "notatka", "telefon", "przypisz", "zamknij")
_COMMAND: Final = re.compile(r"#([^\W\d_][\w-]*)(.*)", re.DOTALL)
_LIKE_A_COMMAND: Final = re.compile(r"[\W_]{0,20}(?:(?:\d{1,2}|[a-z])[.)][\W_]{0,20})?#[\W_]{0,10}([^\W\d_]{4,})")
_LONGEST_LEAD: Final = 120


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


def looks_like_command(line: str) -> bool:
    """True for a line of text that was meant as a command, as ``command_meant`` tells it."""
    return command_meant(line) is not None


def command_meant(line: str) -> str | None:
    """The known command that a line of text was meant to give, or None: ``- #notatka``, ``*#notatka*``, ``＃notatka``, ``# Notatki``.

    It begins with a known word, be it shortened or misspelt at its end, behind a ``#`` and marks of a list, of emphasis or
    of quotation.  ``#`` within prose is no command.
    """
    plain = fold("".join(c for c in line[:_LONGEST_LEAD] if unicodedata.category(c) != "Cf"))
    found = _LIKE_A_COMMAND.match(plain)
    return next((command for command in KNOWN_COMMANDS if found and found[1][:5] == command[:5]), None)


def _argument(rest: str) -> str:
    argument = rest.strip().removeprefix(":").strip()
    return argument if re.search(r"\w", argument) else ""
