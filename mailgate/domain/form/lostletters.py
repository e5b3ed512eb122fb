"""Labels whose Polish letters were lost on the way: ``Tre?? pytania``, ``Imi\ufffd i nazwisko U\ufffdytkownika``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from mailgate.domain.polish.words import fold
from mailgate.domain.remembered import remembered

_QUESTION_MARK: Final = "?"
_REPLACEMENT: Final = "\ufffd"
_WITH_LOST = re.compile(r"(?:[^\W\d_]|[?\ufffd]){2,30}")
_RUN = re.compile(r"[?\ufffd]+")
# What the nine letters are without their marks, as words are compared.
_LETTERS = "acelnosz"
_NO_WIDTH = "\u200b"
_LONGEST = 400
_FEWEST_LETTERS = 2


class LostLetters:
    """Gives words of a vocabulary (folded) their letters back."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = sorted(frozenset(words), key=lambda word: (-len(word), word))
        self._meant = lru_cache(maxsize=1024)(self._look_up)
        self._restored = remembered(most=1024)(self._restore)

    def __call__(self, text: str) -> str:
        """The text with the words put in that are surely meant, every sign after them at its old place."""
        return self._restored(text) if _QUESTION_MARK in text or _REPLACEMENT in text else text

    def _restore(self, text: str) -> str:
        return _WITH_LOST.sub(lambda found: self._meant(found.group()), text[:_LONGEST]) + text[_LONGEST:]

    def _look_up(self, token: str) -> str:
        """The longest word that the token may have been; a letter of two bytes may have become two signs."""
        kept = _RUN.sub("", token)
        if len(kept) < _FEWEST_LETTERS or len(kept) == len(token):
            return token
        pattern = re.compile(
            "".join(
                f"[{_LETTERS}]{{{(len(piece) + 1) // 2},{len(piece)}}}"
                if _RUN.fullmatch(piece)
                else re.escape(fold(piece))
                for piece in re.split(r"([?\ufffd]+)", token)
            )
        )
        word = next((word for word in self._words if pattern.fullmatch(word)), None)
        return token if word is None else word + _NO_WIDTH * (len(token) - len(word))
