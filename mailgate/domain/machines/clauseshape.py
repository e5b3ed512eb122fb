"""The shape of a clause: alternatives that are tried at its beginning, and others at the beginning of each word."""

from __future__ import annotations

import re
from typing import Final

from mailgate.domain.machines.phrases import one_of

_OF_A_WORD: Final = r"\b"
_OF_THE_CLAUSE: Final = r"^"


class ClauseShape:
    r"""A pattern for one folded clause, of alternatives of which each begins with ``^`` or with ``\b``.

    Kept apart, most places of a clause cost one look instead of one for each alternative: four fifths of the time.
    """

    def __init__(self, *alternatives: str) -> None:
        opening = [one[1:] for one in alternatives if one.startswith(_OF_THE_CLAUSE)]
        inside = [one.removeprefix(_OF_A_WORD) for one in alternatives if one.startswith(_OF_A_WORD)]
        if len(opening) + len(inside) < len(alternatives):
            raise ValueError("an alternative begins neither with a clause nor with a word")
        self._opening = re.compile(one_of(*opening)) if opening else None
        self._inside = re.compile(_OF_A_WORD + one_of(*inside)) if inside else None

    def search(self, clause: str) -> re.Match[str] | None:
        """The first place in a folded clause that has the shape."""
        found = self._opening.match(clause) if self._opening else None
        return found or (self._inside.search(clause) if self._inside else None)
