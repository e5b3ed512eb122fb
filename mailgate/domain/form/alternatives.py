"""How far two texts are one: the same question as two alternatives of a mail, or a body and a file, have it."""

from __future__ import annotations

import re
from collections import Counter

from mailgate.domain.polish.words import folded_words

# What clients write in plain text for what HTML only shows: pictures, the targets of links, the numbers of footnotes
# and the list of their targets at the end.
_SHOWN_MARKS = re.compile(
    r"\[(?:cid|image|img|inline image|obraz|grafika)\s?:[^\[\]\n]{0,300}\]"
    r"|\[[^\[\]\n]{0,120}\.(?:png|jpe?g|gif|bmp|tiff?|webp|svg)\]"
    r"|[<\[(](?:mailto:|tel:|https?://|www\.)[^<>\[\]()\s]{1,2000}[>\])]"
    r"|^\s*\[\d{1,3}\]\s+\S{1,2000}\s*$|\[\d{1,3}\]|^\s*(?:Links|Linki|Odnośniki|Łącza):\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_LOST = re.compile(r"(?<=\w)[?\ufffd]+(?=\w)|\ufffd|\?{2,}(?=\w)|(?<=\w)\?{2,}(?=\s+[^\W\d_A-ZĄĆĘŁŃÓŚŹŻ])")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+|\?+")
_WORDS_OF_A_PARAGRAPH = 3
_MOSTLY_NEW = 0.5


def shared_words(one: str, other: str) -> float:
    """The share of the longer text's words that the other has too; 1 for the same words in the same order."""
    words, others = _words(one, other), _words(other, one)
    if "".join(words) == "".join(others):
        return 1.0
    return min(0.99, _common(words, others) / max(len(words), len(others), 1))


def shared_words_of_shorter(one: str, other: str) -> float:
    """The share of the shorter text's words that the other has too; 1 also where a text holds nothing but marks."""
    words, others = _words(one, other), _words(other, one)
    shorter = min(len(words), len(others))
    return _common(words, others) / shorter if shorter else 1.0


def lacks_a_paragraph(one: str, other: str) -> bool:
    """True where a line of the other is mostly of words that stand nowhere in the first."""
    known = Counter(_words(one, other))
    for line in _unmarked(other).split("\n"):
        words = _words(line, one)
        if len(words) >= _WORDS_OF_A_PARAGRAPH and _common(words, known) <= len(words) * _MOSTLY_NEW:
            return True
    return False


def lost_letters(text: str) -> int:
    """In how many places letters were lost on the way: ``cofn??``, ``wyp?at``."""
    return len(_LOST.findall(_unmarked(text)))


def _common(words: Counter[str] | tuple[str, ...], others: Counter[str] | tuple[str, ...]) -> int:
    return sum((Counter(words) & Counter(others)).values())


def _words(text: str, beside: str) -> tuple[str, ...]:
    """The words of a text as they are compared; where the other has lost its Polish letters, without these."""
    bare = lost_letters(text) or lost_letters(beside)
    unmarked = _unmarked(text)
    return folded_words(_NOT_ASCII.sub("", unmarked) if bare else unmarked)


def _unmarked(text: str) -> str:
    return _SHOWN_MARKS.sub(" ", text) if "[" in text or "<" in text or "(" in text or ":" in text else text
