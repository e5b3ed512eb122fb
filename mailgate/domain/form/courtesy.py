"""What people write around an attached form without saying anything: greetings, "w załączeniu przesyłam formularz".

Cautious as ``quotation.thanks`` is: one word that is not known here, and the text says something.
"""

from __future__ import annotations

import re
from typing import Final

from mailgate.domain.polish.words import folded_words
from mailgate.domain.quotation.thanks import TITLES

_COVERING: Final = frozenset(folded_words(
    # greetings and farewells
    "dzien dobry witam witamy witaj czesc hej szanowna szanowny szanowni panstwo panstwu panstwa pan pani panu panie panowie "
    "z wyrazami wyrazy szacunku powazaniem powazania pozdrawiam pozdrawiamy pozdrowieniami pozdrowienia serdeczne serdecznie "
    "lacze laczymy milego dobrego udanego dnia popoludnia tygodnia weekendu zycze zyczymy "
    # that a form is sent
    "w we zalaczeniu zalaczniku zalacznikach zalacznik zalaczniki zalaczam zalaczamy zalaczony zalaczone zalaczonego zal "
    "przesylam przesylamy przekazuje przekazujemy wysylam wysylamy skladam skladamy kieruje kierujemy zalaczonym "
    "formularz formularza formularzu formularze formularzem wypelniony wypelnionego wypelnionym wypelnione podpisany "
    "zgloszenie zgloszenia zgloszeniem zgloszen pytanie pytania pytaniem pytan zapytanie zapytania hot hot01 01 1 csizs "
    "hotline line tresc tresci ponizej nizej wyzej powyzej do od na o dot dotyczace dla ze oraz i a takze rowniez jak "
    "niniejszym nasz nasze naszego moje moj mojego ten to tym wiadomosci ponizsze ponizszy ponizszego powyzsze skan skanu "
    "skany zdjecie zrzut ekranu plik pliku pliki pdf docx "
    # and that an answer is hoped for
    "prosze prosimy uprzejmie bardzo odpowiedz odpowiedzi udzielenie pomoc wsparcie rozpatrzenie wyjasnienie wyjasnienia "
    "przyjecie potwierdzenie otrzymania gory dziekuje dziekujemy dzieki za wspolprace "
    # below a name
    "tel telefon fax faks kom mob nr wew ul mail email e www pl gov"
))  # fmt: skip
_SAYS: Final = frozenset(folded_words(
    "ps nb prosze prosimy jest sa jestem bede beda bedzie nie bo poniewaz gdyz dzwonic mozna nalezy uwaga pilne pilna pilny "
    "zmiana zmienil zmienila stary stare nieaktualny nieaktualne dodatkowo jeszcze takze rowniez tylko kiedy dlaczego"
))  # fmt: skip
"""Words that no signature holds."""
_CONTACT_WORDS: Final = frozenset(folded_words(
    "tel telefon fax faks kom mob nr wew ul al pl os mail email e www gov com adres skr pok pokoj nip regon centrala"
))  # fmt: skip
_POSTCODE: Final = re.compile(r"\b\d\d-\d{3}\b")
_ADDRESS: Final = re.compile(r"\S+@\S+|https?://\S+|www\.\S+", re.IGNORECASE)
_STREET: Final = re.compile(r"(?:ul|al|pl|os)\. ?\S", re.IGNORECASE)
_LONGEST_CONTACT_LINE: Final = 90
_SMALL_WORDS_OF_A_SENTENCE: Final = 2
_LETTERS_OF_A_WORD: Final = 3
_DIGITS_OF_TELEPHONE: Final = 9


def says_nothing(text: str, known: frozenset[str]) -> bool:
    """True for an empty text, and for one of courtesies alone; ``known`` are the words of the author's name and office."""
    if "?" in text:
        return False
    return set(folded_words(_ADDRESS.sub(" ", text))) <= _COVERING | TITLES | known


def is_sentence(text: str) -> bool:
    """True for a line below a farewell that no signature holds: something is said there."""
    words = folded_words(text)
    if "?" in text or not _SAYS.isdisjoint(words):
        return True
    small = [word for word in re.findall(r"[^\W\d_]+", text) if word[0].islower() and len(word) >= _LETTERS_OF_A_WORD]
    said = [word for word in small if not set(folded_words(word)) <= TITLES | _CONTACT_WORDS]
    return text.endswith((".", "!", ":")) and len(said) >= _SMALL_WORDS_OF_A_SENTENCE


def is_contact_line(text: str) -> bool:
    """True for a line of an address: ``ul. Szkolna 1, 09-400 Dębowa``; a telephone may be news, and is none."""
    if len(text) > _LONGEST_CONTACT_LINE or is_sentence(text) or sum(map(str.isdigit, text)) >= _DIGITS_OF_TELEPHONE:
        return False
    return bool(_POSTCODE.search(text) or _STREET.match(text))
