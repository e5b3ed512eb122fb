"""Words as they are compared: without case, diacritics and punctuation, and forgiving one wrong letter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from mailgate.domain.remembered import remembered

_WORD = re.compile(r"[^\W_]+")
# Polish l with a stroke has no canonical decomposition, so NFD alone would keep it.
# The other Polish letters are here to spare most texts that decomposition.
_MARKED = tuple(zip("łŁđøąćęńóśźżĄĆĘŃÓŚŹŻ", "lldoacenoszzACENOSZZ", strict=True))


class Word(NamedTuple):
    """One word of a text: ``folded`` as it is compared, and where it stands."""

    folded: str
    start: int
    end: int


def fold(text: str) -> str:
    """The text in lower case and without diacritics; ``Żółć`` is ``zolc``."""
    if text.isascii():
        return text.lower()
    return _fold_word(text) if len(text) <= _LONGEST_KEPT else _fold(text)


def _unmarked(text: str) -> str:
    """The text with the Polish letters as plain ones, each at its place."""
    # One letter after the other: ``translate`` looks up every character, and takes ten times as long.
    for marked, plain in _MARKED:
        text = text.replace(marked, plain)
    return text


def _fold(text: str) -> str:
    plain = _unmarked(text)
    if plain.isascii():
        return plain.lower()
    decomposed = unicodedata.normalize("NFD", plain)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).lower()


_LONGEST_KEPT = 40
_fold_word = lru_cache(maxsize=16384)(_fold)


def _letter_for_letter(text: str) -> str | None:
    """The folded text where each letter has become one letter at its old place, as nearly always; else None.

    Then its words are those of the text: they need not be folded one by one.
    """
    plain = text if text.isascii() else _unmarked(text)
    return plain.lower() if plain.isascii() else None


def words_of(text: str, start: int = 0, end: int | None = None) -> Iterator[Word]:
    """The words of ``text[start:end]`` in order, letters and digits only."""
    piece = text[start:end]
    for match in _WORD.finditer(_letter_for_letter(piece) or piece):
        yield Word(fold(match.group()), start + match.start(), start + match.end())


@remembered(most=4096)
def folded_words(text: str) -> tuple[str, ...]:
    """The words of a text as they are compared."""
    folded = _letter_for_letter(text)
    return tuple(map(fold, _WORD.findall(text)) if folded is None else _WORD.findall(folded))


def squeeze(text: str) -> str:
    """The text with its white space folded and none at its ends."""
    return " ".join(text.split())


class NearWords:
    """A vocabulary that also knows its words with one letter wrong, missing, added or swapped with its neighbour.

    Only words of five letters and more are forgiven: shorter ones turn into other words too easily.  Looking a word
    up costs its length, not the size of the vocabulary (each word is kept with each of its letters left out).
    """

    _SHORTEST = 5
    _LONGEST = 30

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._shortened: dict[str, str] = {}
        for word in sorted(self._words):
            for shorter in self._without_one_letter(word):
                self._shortened.setdefault(shorter, word)

    def __call__(self, word: str) -> str:
        """The vocabulary's word that is meant, or the word itself where none is near."""
        if word in self._words or not self._SHORTEST <= len(word) <= self._LONGEST or word.isdigit():
            return word
        if word in self._shortened:
            return self._shortened[word]
        for shorter in self._without_one_letter(word):
            if shorter in self._words:
                return shorter
            if shorter in self._shortened:
                return self._shortened[shorter]
        return word

    def _without_one_letter(self, word: str) -> Iterator[str]:
        if len(word) >= self._SHORTEST:
            for place in range(len(word)):
                yield word[:place] + word[place + 1 :]
