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
    r"\b(?:w (?:tresci|tekscie)(?=[\W\d]*$|[.,;!)]| (?:e-?mail|mail|wiadomos|pytan|list|cytat|korespond|oryginal|ponizej|nizej))"
    r"|w cytacie|(?:pod|przy|obok) (?:\w+ )?pytani\w+"
    r"|miedzy (?:wierszami|liniami|pytaniami)|na (?:czerwono|niebiesko|zielono|zolto|kolorowo)|(?:\w+ )?(?:kolorem|czcionka)"
    r"|w kolorze|pogrubieniem|inline|in ?line|in (?:red|blue|green)|in the text)\b"
)
_PLACE: Final = re.compile(rf"{_BELOW}|{_WITHIN}")
_OF_AN_ANSWER: Final = re.compile(
    r"(?<!\bw )\bodpowied\w+|\b(?:odpowiada(?:m|my)|odpisuj\w+|odp|uwagi|komentarz\w*|wyjasnieni[ae]"
    r"|(?:od|do|w|na)?pisal(?:[ae]m|ismy)|(?:za|o)znaczyl(?:[ae]m|ismy)|naniosl[ae]m|moj[ae]|swoj[ae]"
    r"|answer\w*|comments?|repl(?:y|ies)|respon\w+)\b"
)
_POLITE: Final = re.compile(
    r"(?:w razie|w przypadku|gdyby|jesli|jezeli|prosze o kontakt|pozostaj|dziekuj|milego|dobrego)\b"
)
_SENTENCE_ENDS: Final = re.compile(r"(?<=[.!?])\s+(?=\S)")
_FEW_WORDS: Final = 4
_FEW_WORDS_WITHIN: Final = 2


def points_below(rows: Sequence[Row], author: str) -> bool:
    """True where a sentence of the text above a quote points below itself, and its author wrote no answer after it."""
    sentences = [Row(text) for row in rows if row.text for text in _SENTENCE_ENDS.split(row.text)]
    return any(
        _is_pointer(sentence.key) and not _is_continued(sentences[index + 1 :], author)
        for index, sentence in enumerate(sentences)
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
