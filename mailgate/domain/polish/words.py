"""Words as they are compared: without case, diacritics and punctuation, and forgiving one wrong letter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

_WORD = re.compile(r"[^\W_]+")
# Polish l with a stroke has no canonical decomposition, so NFD alone would keep it.
# The other Polish letters are here to spare most texts that decomposition.
_STROKES = str.maketrans("łŁđøąćęńóśźżĄĆĘŃÓŚŹŻ", "lldoacenoszzACENOSZZ")


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


def _fold(text: str) -> str:
    plain = text.translate(_STROKES)
    if plain.isascii():
        return plain.lower()
    decomposed = unicodedata.normalize("NFD", plain)
    return "".join(char for char in decomposed if not unicodedata.combining(char)).lower()


_LONGEST_KEPT = 40
_fold_word = lru_cache(maxsize=16384)(_fold)


def words_of(text: str, start: int = 0, end: int | None = None) -> Iterator[Word]:
    """The words of ``text[start:end]`` in order, letters and digits only."""
    for match in _WORD.finditer(text, start, len(text) if end is None else end):
        yield Word(fold(match.group()), match.start(), match.end())


def folded_words(text: str) -> tuple[str, ...]:
    """The words of a text as they are compared."""
    return tuple(map(fold, _WORD.findall(text)))


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
