"""Whether a consultant only says yes to a letter that gave his reply back: such a word is no answer for a clerk.

Cautious by its way of asking: every word must be one of consent, of courtesy or of the author's own name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from mailgate.domain.polish.words import folded_words

_MOST_WORDS: Final = 30
_CONSENT: Final = frozenset(folded_words(
    "tak ok okej oczywiscie zgoda zgadzam potwierdzam potwierdzamy prosze przekazac przekazanie wyslac wyslanie przeslac "
    "przeslanie przekazcie wyslijcie przekaz wyslij yes send"
))  # fmt: skip
_WORDS: Final = frozenset(folded_words(
    "dzien dobry witam czesc hej szanowni panstwo panstwa jak najbardziej mimo to wszystko sie na o ja ja jeszcze raz "
    "te ta ten ja moja moje odpowiedz odpowiedzi wiadomosc uzupelnienie uzupelnieniem tresc jako i w do z dalej uzytkownikowi "
    "uzytkownika klientowi it bardzo uprzejmie dziekuje pozdrawiam pozdrowienia powazaniem wyrazami szacunku please"
))  # fmt: skip


def only_consents(text: str, author: Iterable[str]) -> bool:
    """True where the newly written text says nothing but that something may go; ``author`` are his own names."""
    if re.search(r"[?\d]", text):
        return False
    words = set(folded_words(text))
    own = {word for name in author for word in folded_words(name)}
    return len(words) <= _MOST_WORDS and not words.isdisjoint(_CONSENT) and words <= _CONSENT | _WORDS | own
