"""Whether the text above a quote says that the answers stand further down: "Odpowiedzi poniżej."

Clients that mark nothing let people write into the quote, where their words cannot be told from it.  An answer's own
list may be announced in the same way, so text that follows, or a colon, takes the sign back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from mailgate.domain.quotation.rows import Row, fold
from mailgate.domain.quotation.signatures import is_sign_off

_BELOW: Final = r"\b(?:ponizej|nizej|below)\b"
_WITHIN: Final = (
    r"\b(?:w (?:tresci|tekscie|cytacie|mailu|wiadomosci|pytaniu|korespondencji)|(?:pod|przy|obok|za) (?:\w+ )?pytani\w+"
    r"|miedzy (?:wierszami|liniami|pytaniami)|na (?:czerwono|niebiesko|zielono|zolto|kolorowo)|(?:\w+ )?(?:kolorem|czcionka)"
    r"|w kolorze|pogrubieniem|inline|in ?line|in (?:red|blue|green)|in the text)\b"
)
_PLACE: Final = re.compile(rf"{_BELOW}|{_WITHIN}")
_OF_AN_ANSWER: Final = re.compile(
    r"\b(?:odpowied\w+|odpis\w+|odp\b|uwag[iae]?\b|komentarz\w*|wyjasnieni\w+|dopis\w+|wpis\w+|napisal[ae]m|pisal[ae]m"
    r"|(?:za|o)znaczyl[ae]m|naniosl[ae]m|moj[ae]\b|swoj[ae]\b|answer\w*|comment\w*|repl(?:y|ies)\b|respon\w+)"
)
_POLITE: Final = re.compile(r"(?:w razie|w przypadku|gdyby|jesli|jezeli|prosze o kontakt|pozostaj|dziekuj|milego|dobrego)\b")
_FEW_WORDS: Final = 4
_FEW_WORDS_WITHIN: Final = 2


def points_below(rows: Sequence[Row], author: str) -> bool:
    """True where a row of the text above a quote points below itself, and its author wrote no answer under it there."""
    filled = [row for row in rows if not row.blank]
    return any(
        _is_pointer(row.key) and not _is_continued(filled[index + 1 :], author) for index, row in enumerate(filled)
    )


def _is_pointer(key: str) -> bool:
    if key.endswith(":") or _PLACE.search(key) is None:
        return False
    words = len(re.findall(r"\w+", key))
    alone = words <= _FEW_WORDS if re.search(_BELOW, key) else words <= _FEW_WORDS_WITHIN
    return alone or _OF_AN_ANSWER.search(key) is not None


def _is_continued(rows: Sequence[Row], author: str) -> bool:
    """Something stands below that may be the announced answer: neither greeting, name nor a polite phrase."""
    own = set(fold(author).split())
    for row in rows:
        if is_sign_off(row):
            return False
        if not own.issuperset(row.key.split()) and _POLITE.match(row.key) is None:
            return True
    return False
