"""The vocabulary of the labels of HOT-01: which words mean which field, in which forms and with which companions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from mailgate.domain.polish.words import NearWords

LabelField = Literal["date", "reference", "user_name", "office", "contact", "question"]
Part = Literal["", "first name", "surname", "phone", "fax", "mail", "and reference"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the words of a label mean; ``weight`` and ``part`` as in ``Label``."""

    field: LabelField
    weight: int
    part: Part


@dataclass(frozen=True, slots=True)
class _Kind:
    """Words that make a label of a field, in order of preference, each with its weight."""

    field: LabelField
    patterns: tuple[tuple[str, int, Part], ...]
    others: str


# Inflected and shortened forms of words, to the one form that the patterns below use ("nazw." may be short for two).
_FORMS = {
    form: word
    for word, forms in {
        "imie": "imiona imienia",
        "nazwisko": "nazwiska",
        "uzytkownik": "uzytkownika uzytkowniku uzytk uzyt",
        "zglaszajacy": "zglaszajacego zglaszajacej zglaszajaca zglasz",
        "pytajacy": "pytajacego pytajacej pytajaca",
        "osoba": "osoby",
        "pracownik": "pracownika",
        "nazwa": "nazwe naz",
        "urzad": "urzedu urzedzie urz",
        "jednostka": "jednostki jedn",
        "instytucja": "instytucji inst instyt",
        "organ": "organu",
        "placowka": "placowki",
        "organizacyjna": "organizacyjnej org organiz",
        "telefon": "telefonu telefony tel telef telefoniczny telefoniczne telefonie nrtelefonu komorka kom komorkowy",
        "mail": "mailowy mailowe maila email emaila emailowy",
        "kontakt": "kontaktu kontaktowy kontaktowe kontaktowa kont",
        "fax": "faks faksu faxu",
        "poczta": "poczty",
        "elektroniczna": "elektronicznej elektroniczny elektr",
        "zwrotny": "zwrotne zwrotnego zwr zwrot",
        "numer": "nr numery numeru num",
        "adres": "adresu adresy adr",
        "pytanie": "pytania pytan zapytanie zapytania pyt zapyt",
        "zgloszenie": "zgloszenia zgl zglosz",
        "problem": "problemu",
        "szczegolowy": "szczegolowa szczeg",
        "data": "date",
        "znak": "znaku",
        "pismo": "pisma",
        "sprawa": "sprawy",
        "dokument": "dokumentu",
        "sygnatura": "sygn",
    }.items()
    for form in forms.split()
}
_JOINING = "i lub oraz albo a e nr numer"
_KINDS = (
    # First of all, for "pytanie Użytkownika" is no name.
    _Kind(
        "question",
        (
            ("tresc pytanie", 3, ""),
            ("opis pytanie", 3, ""),
            ("tresc zgloszenie", 3, ""),
            ("opis zgloszenie", 2, ""),
            ("tresc problem", 2, ""),
            ("opis problem", 2, ""),
            ("pytanie", 2, ""),
        ),
        "szczegolowy tresc opis uzytkownik zglaszanego prosze o podanie problem do zgloszenie question content text"
        " description of the",
    ),
    _Kind(
        "user_name",
        (
            ("imie nazwisko", 3, ""),
            ("imie nazw", 3, ""),
            ("uzytkownik", 2, ""),
            ("zglaszajacy", 2, ""),
            ("osoba zglaszajacy", 2, ""),
            ("osoba kontakt", 2, ""),
            ("pytajacy", 2, ""),
            ("imie", 1, "first name"),
            ("nazwisko", 1, "surname"),
        ),
        "osoba dane pelne pracownik kontakt do pytanie zgloszenie user name surname first last full and of the",
    ),
    _Kind(
        "office",
        (
            ("nazwa urzad", 3, ""),
            # The address has a label of its own where the form has two; the name is what is asked for.
            ("adres urzad", 1, ""),
            ("adres jednostka", 1, ""),
            ("adres instytucja", 1, ""),
            ("urzad", 2, ""),
            ("jednostka", 2, ""),
            ("instytucja", 2, ""),
            ("organ", 2, ""),
            ("placowka", 2, ""),
            ("podmiot", 2, ""),
        ),
        "nazwa nazw pelna organizacyjna adres siedziba miejsce pracy osrodek uzytkownik zglaszajacy office institution name"
        " the of",
    ),
    _Kind(
        "contact",
        (
            ("zwrotny telefon mail", 3, ""),
            ("zwrotny telefon", 3, "phone"),
            ("zwrotny mail", 3, "mail"),
            ("telefon mail", 2, ""),
            ("kontakt telefon", 2, "phone"),
            ("kontakt mail", 2, "mail"),
            ("kontakt", 2, ""),
            ("telefon fax", 1, "phone"),
            ("telefon", 1, "phone"),
            ("mail", 1, "mail"),
            ("poczta elektroniczna", 1, "mail"),
            ("fax", 1, "fax"),
        ),
        "zwrotny adres dane do elektroniczna poczta sluzbowy stacjonarny uzytkownik urzad osoba pracownik"
        " telefon fax mail phone telephone number contact return address and or",
    ),
    _Kind(
        "date",
        (("data znak", 1, "and reference"), ("data numer", 1, "and reference"), ("data", 1, "")),
        "sprawa nasz dokument pismo zgloszenie wypelnienia sporzadzenia formularza z wystawienia pytanie document of the",
    ),
    _Kind(
        "reference",
        (
            ("znak", 1, ""),
            ("sygnatura", 1, ""),
            ("numer sprawa", 1, ""),
            ("numer pismo", 1, ""),
            ("numer dokument", 1, ""),
        ),
        "sprawa pismo nasz dokument reference sign ref no",
    ),
)
_PATTERNS = tuple(
    (kind.field, frozenset(words.split()), weight, part) for kind in _KINDS for words, weight, part in kind.patterns
)
_VOCABULARY = {
    kind.field: frozenset(f"{_JOINING} {kind.others} {' '.join(p[0] for p in kind.patterns)}".split())
    for kind in _KINDS
}
WORDS: Final = frozenset({*_FORMS, *(word for words in _VOCABULARY.values() for word in words)})
"""Every word that a label may have, folded, in all its forms."""
nearest = NearWords({*WORDS, "hot", "csizs"})


_KNOWN = frozenset().union(*_VOCABULARY.values())


def _is_spelled_right(word: str) -> bool:
    return word in _FORMS or word in _KNOWN


@lru_cache(maxsize=8192)
def _known_as(word: str) -> str:
    """The form in which the vocabularies have a word; most words of a text are in none, and are asked for again."""
    near = nearest(word)
    return _FORMS.get(near, near)


def may_be_in_a_label(word: str) -> bool:
    """True for a word (folded) that the label of some field may have."""
    return _known_as(word) in _KNOWN


def is_misspelled(words: Sequence[str]) -> bool:
    """True for a single word that is none of the vocabularies', only near to one: ``Irmina`` is near to ``Imiona``."""
    return len(words) == 1 and not _is_spelled_right(words[0])


def meaning_of_words(words: Sequence[str]) -> Meaning | None:
    """The field that words mean as a label, or None where one of them does not belong or none of them decides."""
    return _meaning_of_words(tuple(words))


@lru_cache(maxsize=4096)
def _meaning_of_words(words: tuple[str, ...]) -> Meaning | None:
    meant = frozenset(map(_known_as, words))
    # One word in two may have a wrong letter: more of them are the name of somebody ("Maria Zwrotek").
    if not meant <= _KNOWN or (len(words) > 1 and 2 * sum(map(_is_spelled_right, words)) < len(words)):
        return None
    for field, needed, weight, part in _PATTERNS:
        if needed <= meant <= _VOCABULARY[field]:
            return Meaning(field, weight, part)
    return None
