"""Whether a clerk's further mail only says thank you: such a mail opens no question again.

Cautious by its way of asking: not what sounds like a question is looked for, but whether any word is left that is
neither thanks nor greeting nor the author's own name, office and telephone.  One unknown word is enough for a no.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from mailgate.domain.polish.words import folded_words

_MOST_WORDS: Final = 60
_DIGITS_OF_TELEPHONE: Final = 7
_THANKS: Final = frozenset(
    [
        "dziekuje",
        "dziekujemy",
        "dziekowac",
        "dzieki",
        "podziekowania",
        "podziekowaniami",
        "podziekowaniem",
        "dziekuję",
        "thanks",
        "thank",
        "thx",
    ]
)
_WORDS: Final = frozenset(folded_words(
    # greetings and farewells
    "dzien dobry witam witaj witajcie hej czesc szanowna szanowny szanowni panstwo panstwu panstwa pan pani panu panie "
    "panowie z wyrazami szacunku powazaniem powazania pozdrawiam pozdrawiamy pozdrowieniami pozdrowienia serdeczne "
    "serdecznymi lacze laczymy milego dnia dobrego popoludnia wieczoru weekendu tygodnia zycze zyczymy "
    # thanks, and for what
    "bardzo serdecznie uprzejmie pieknie slicznie goraco jeszcze raz rowniez takze i oraz za w na "
    "odpowiedz odpowiedzi szybka szybkie szybki sprawna sprawne pomoc pomocna wyczerpujaca wyczerpujace wyjasnienie "
    "wyjasnienia informacje informacja przeslana przeslane udzielona udzielone udzielenie "
    "potwierdzenie wsparcie kontakt zaangazowanie reakcje zyczliwosc cierpliwosc poswiecony czas "
    "ta te to wszystko wszystkie very much so you for your the quick help reply answer best kind regards "
    # that it is done
    "juz dziala zadzialalo pomoglo udalo sie rozwiazane zalatwione ok "
    # below a name
    "tel telefon fax faks kom mob nr wew ul mail email e www pl gov com"
))  # fmt: skip
TITLES: Final = frozenset(folded_words(
    "mgr inz dr lic inspektor podinspektor referent starszy starsza mlodszy mlodsza glowny glowna kierownik zastepca "
    "specjalista specjalistka informatyk pracownik socjalny ds spraw dzial referat wydzial sekretarz naczelnik dyrektor "
    "urzad urzedu gmina gminy miasto miasta miejski miejska gminny powiat powiatu powiatowy starostwo powiatowe osrodek "
    "osrodka pomocy spolecznej spolecznego swiadczen rodzinnych rodziny ops gops mops mgops pcpr"
))  # fmt: skip
_ADDRESS: Final = re.compile(r"\S+@\S+|https?://\S+|www\.\S+", re.IGNORECASE)
_ASKS: Final = re.compile(r"\?")


def only_thanks(text: str, author: Iterable[str]) -> bool:
    """True where the newly written text says nothing but thanks.

    ``author`` are texts whose words the author may sign with: the sender's name, the name and office of the form.
    """
    if _ASKS.search(text):
        return False
    words = folded_words(_ADDRESS.sub(" ", text))
    if len(words) > _MOST_WORDS or _THANKS.isdisjoint(words):
        return False
    own = {word for name in author for word in folded_words(name)}
    left = {word for word in words if not word.isdigit()} - _THANKS - _WORDS - own
    return left <= TITLES and _signs_below(text, left, own)


def _signs_below(text: str, titles: set[str], own: set[str]) -> bool:
    """Titles and numbers belong to a signature: below the thanks, and a number to a telephone or to the author.

    A number alone may be the answer to something that was asked.
    """
    thanked = False
    for line in _ADDRESS.sub(" ", text).splitlines():
        words = set(folded_words(line))
        numbers = {word for word in words if word.isdigit()}
        if not thanked and (numbers or words & titles):
            return False
        telephone = sum(map(str.isdigit, line)) >= _DIGITS_OF_TELEPHONE
        if numbers and not (telephone or words & (own | titles)):
            return False
        thanked = thanked or not _THANKS.isdisjoint(words)
    return True
