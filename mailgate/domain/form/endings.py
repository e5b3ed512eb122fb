"""Where what a person wrote ends: sign-offs, signatures, advertisements of mail clients, disclaimers, rulers, quotes.

One question is answered here, for a line and the lines after it; who asks decides what is cut.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from mailgate.domain.form.lostletters import LostLetters
from mailgate.domain.form.placeholders import is_ruler
from mailgate.domain.polish.words import fold, folded_words
from mailgate.domain.quotation.adverts import is_advert
from mailgate.domain.quotation.rows import Row

_PARAGRAPH = 700
_PARAGRAPH_LINES = 12

_SIGN_OFFS = (
    "pozdrawiam", "pozdrawiamy", "z powazaniem", "z wyrazami szacunku", "z wyrazami powazania", "lacze wyrazy",
    "laczymy wyrazy", "z szacunkiem", "serdecznie pozdrawiam", "serdecznie pozdrawiamy", "z pozdrowieniami", "pozdr",
    "pozdrowienia", "serdeczne pozdrowienia", "lacze pozdrowienia", "dziekuje i pozdrawiam", "dziekujemy i pozdrawiamy",
    "z gory dziekuje i pozdrawiam", "z gory dziekujemy i pozdrawiamy", "wyrazy szacunku", "uklony", "z uklonami",
    "z uszanowaniem", "milego dnia", "zycze milego dnia", "best regards", "kind regards", "regards", "yours sincerely",
    "z powazaniem w imieniu", "pozdrawiam serdecznie", "z upowaznienia", "z up", "serdecznosci", "wszystkiego dobrego",
)  # fmt: skip
_AFTER_SIGN_OFF = frozenset(
    folded_words(
        "serdecznie goraco cieplo i zycze milego dnia panstwa pania pana szacunku powazania uszanowania wyrazy pozdrowienia"
        " dziekuje weekendu oraz dobrego w imieniu w z best kind regards sincerely"
    )
)
_NAMES_AFTER_SIGN_OFF = 5
# "Z góry dziękuję za pomoc" ends a letter like "Pozdrawiam" does, if nothing is said after it.
_THANKS = frozenset({"dziekuje", "dziekujemy", "dzieki", "podziekowaniem", "podziekowania"})
_BESIDE_THANKS = frozenset(
    folded_words(
        "z gory i a za bardzo serdecznie uprzejmie slicznie pieknie najmocniej odpowiedz odpowiedzi pomoc informacje"
        " wyjasnienie wyjasnienia udzielenie udzielona szybka rychla rychle pilna pilne pilny kontakt rozpatrzenie wsparcie"
        " uwage czas poswiecony zrozumienie rozwiazanie sprawy problemu w sprawie tej pozytywne zyczliwosc wszelka wszelkie"
        " pania panstwa pana panstwu"
    )
)
_LONGEST_CLOSING_LINE = 80
_WORDS_OF_A_SENTENCE = 4
_MOST_CLOSING_LINES = 8
_LONGEST_SIGN_OFF = 160
_restored = LostLetters({word for phrase in _SIGN_OFFS for word in phrase.split()} | _AFTER_SIGN_OFF | {"dziekujemy"})
_NOT_BEFORE_SIGN_OFF = tuple("-–•*>„\"'")

_ADVERTISEMENTS = (
    "pobierz aplikacje outlook", "pobierz program outlook", "uzyskaj aplikacje outlook", "pobierz outlook",
    "uzyskaj outlook", "sent from my", "sent from outlook", "sent from mail for", "sent from yahoo", "get outlook for",
    "informacja programu eset", "informacje programu eset", "information from eset",
)  # fmt: skip
_SENT_FROM = re.compile(r"wyslan[aeoy] (?:z|ze|za pomoca|przy uzyciu|przez) (\w+)")
_DEVICES = (
    "iphone", "ipad", "mojego", "mojej", "moj", "telefon", "outlook", "smartfon", "tablet", "android", "gmail",
    "wp", "onet",
    "interia", "o2", "yahoo", "samsung", "huawei", "xiaomi", "komork", "poczt", "motorol",
)  # fmt: skip
# Words that may begin a sentence as well ("Wysłane z systemu pismo ..."), unless a maker is named in the line.
_DEVICES_WITH_MAKER = ("programu", "aplikacji", "systemu", "urzadzenia", "serwera", "klienta")
_MAKERS = (
    "android", "ios", "windows", "outlook", "poczt", "onet", "wp", "interia", "gmail", "mobiln", "thunderbird",
    "o2", "samsung",
    "mail", "huawei", "yahoo", "apple", "microsoft", "iphone", "ipad",
)  # fmt: skip
_SCANNED = ("sprawdz", "skanow", "zawiera", "scan", "check", "free", "woln", "wykry", "znalez", "found", "chroni")
_SCANNERS = ("wirus", "virus", "avast", "eset nod", "kaspersky", "bitdefender", "avg ")
_LONGEST_ADVERTISEMENT = 160

# How disclaimers begin, and the words of which an opening must have at least one in its paragraph.
_DISCLAIMERS = (
    "tresc tej wiadomosci", "tresc niniejszej wiadomosci", "niniejsza wiadomosc", "niniejszy e mail", "niniejszy email",
    "niniejsza korespondencja", "niniejsza informacja", "ta wiadomosc", "ten e mail", "wiadomosc ta",
    "wiadomosc niniejsza", "ta korespondencja", "informacja zawarta", "informacje zawarte", "informacja prawna",
    "informacje prawne", "informacja o przetwarzaniu", "informacja dotyczaca przetwarzania", "klauzula informacyjna",
    "klauzula poufnosci", "klauzula rodo", "klauzula o poufnosci", "rodo", "zgodnie z art", "na podstawie art 13",
    "administratorem", "administrator danych", "uwaga niniejsza", "uwaga ta wiadomosc", "uwaga wiadomosc",
    "uwaga tresc", "uwaga ten e mail", "wiadomosc zawiera", "wiadomosc jest przeznaczona",
    "wiadomosc przeznaczona", "przekazane informacje", "poufnosc", "zastrzezenie", "nota prawna", "jezeli nie jestes",
    "jezeli nie sa panstwo", "jesli nie sa panstwo", "jesli nie jestes", "jezeli nie jest pan", "jesli nie jest pan",
    "jezeli otrzymali", "jesli otrzymali", "jesli otrzymales", "zanim wydrukujesz",
    "przed wydrukowaniem", "pomysl o srodowisku", "prosimy o rozwazenie", "chron srodowisko", "dbaj o srodowisko",
    "this message", "this e mail", "this email", "the information contained", "the information in this",
    "confidentiality notice", "disclaimer", "please consider the environment", "zalaczniki do niniejszej",
    "wszelkie informacje zawarte", "korespondencja zawarta", "dane osobowe", "panstwa dane osobowe",
    "pani pana dane osobowe", "e mail ten", "tajemnica", "zawartosc tej wiadomosci", "zawartosc niniejszej",
)  # fmt: skip
_DISCLAIMER_STEMS = (
    "poufn", "adresat", "odbiorc", "usun", "rodo", "2016 679", "przetwarza", "danych osobow", "dane osobow",
    "administratorem danych", "tajemnic", "zabronion", "niedozwolon", "wydruk", "srodowisk", "confidential", "intended",
    "recipient", "privileged", "environment", "kodeksu cywilnego", "oferty", "nadawc", "rozpowszechni", "prawnie chron",
    "inspektor ochrony", "niezamierzon", "omylk", "bledn", "wylacznie",
)  # fmt: skip
_DISCLAIMER_STEMS_NEEDED = 2
_TELLTALE_OPENINGS = ("klauzula", "zanim wydrukujesz", "pomysl o srodowisku", "confidentiality", "disclaimer",
                      "please consider the environment", "chron srodowisko", "dbaj o srodowisko",
                      "nota prawna")  # fmt: skip

_FOLLOWS_THE_FORM = (
    "opis formularza", "nazwa pola", "podpis uzytkownika", "podpis i pieczec", "data i podpis", "podpis zglaszajacego",
    "wypelnia wykonawca", "wypelnia konsultant", "wypelnia hot line", "czytelny podpis", "pieczec i podpis",
    "wersja formularza", "wersja druku", "wersja wzoru", "niepotrzebne skreslic", "pola oznaczone", "pola obowiazkowe",
    "formularz nalezy", "wypelniony formularz nalezy",
)  # fmt: skip
_QUOTES = " \"'”»"
_PLACE_TO_SIGN = re.compile(r"podpis\s?(?::|\s?[._…]{3,})[\s:._…]*", re.IGNORECASE)
_LINKS = re.compile(r"(?:links|linki|odnośniki|łącza):", re.IGNORECASE)
_PAGE_NUMBER = re.compile(
    r"\W{0,4}(?:strona|str\.?|page)\s{0,2}\d{1,4}(?:\s{0,2}(?:z|/|of)\s{0,2}\d{1,4})?\W{0,4}", re.IGNORECASE
)
_COLUMNS_OF_A_FOOTER = re.compile(r"\s*[|•·\t]\s*")
_LONGEST_FOOTER = 120
_BARE_PAGE_NUMBER = re.compile(r"[-–—]\s?\d{1,3}\s?[-–—]|\d{1,3}\s{0,1}/\s{0,1}\d{1,3}")


def ending(lines: Sequence[str], index: int) -> str | None:
    """Why the text of a person ends before ``lines[index]`` (English), or None where it goes on."""
    line = lines[index].strip()
    if not line:
        return None
    if is_signature_mark(lines[index]):
        return "a signature"
    if is_ruler(line):
        return "a ruler"
    if is_sign_off(line) or _is_last_thanks(lines, index):
        return "a sign-off"
    if is_advertisement(line):
        return "an advertisement of a mail client or scanner"
    if is_disclaimer(lines, index):
        return "a disclaimer"
    if _is_list_of_links(lines, index):
        return "a list of links"
    if _opening(line[:80]).lstrip("0123456789 ").startswith(_FOLLOWS_THE_FORM) or _PLACE_TO_SIGN.fullmatch(line[:80]):
        return "a part of the form that is not the question"
    return None


def _is_list_of_links(lines: Sequence[str], index: int) -> bool:
    """True for ``Links:`` and a line drawn below it, which clients put before the targets of ``[1]`` and ``[2]``."""
    return bool(_LINKS.fullmatch(lines[index].strip())) and index + 1 < len(lines) and is_ruler(lines[index + 1])


def is_signature_mark(line: str) -> bool:
    """True for ``-- ``, also where its space was lost on the way (RFC 3676 section 4.3)."""
    return line.strip() in ("--", "—")


def is_sign_off(line: str) -> bool:
    """True for ``Z poważaniem``, alone or with a name after it, not for a sentence that begins so."""
    return len(line) <= _LONGEST_SIGN_OFF and _is_sign_off(line)


@lru_cache(maxsize=4096)
def _is_sign_off(line: str) -> bool:
    if line[:1] in _NOT_BEFORE_SIGN_OFF:
        return False
    line = _restored(line)
    words = folded_words(line)
    phrase = next((p for p in _BY_FIRST_WORD.get(words[0], ()) if words[: len(p)] == p), None) if words else None
    if phrase is None:
        return False
    rest = [word for word in re.findall(r"[^\W_]+", line)[len(phrase) :] if fold(word) not in _AFTER_SIGN_OFF]
    return len(rest) <= _NAMES_AFTER_SIGN_OFF and all(word[0].isupper() for word in rest)


def _is_last_thanks(lines: Sequence[str], index: int) -> bool:
    """True for thanks after which nobody says anything more: a name, an office and a telephone may follow."""
    if not _is_thanks(lines[index].strip()[: _LONGEST_SIGN_OFF + 1]):
        return False
    following = [line.strip() for line in lines[index + 1 : index + 1 + 4 * _MOST_CLOSING_LINES] if line.strip()]
    for line in following[:_MOST_CLOSING_LINES]:
        if is_signature_mark(line) or is_ruler(line) or is_sign_off(line) or is_advertisement(line):
            return True
        if len(line) > _LONGEST_CLOSING_LINE or _is_sentence(line):
            return False
    return True


@lru_cache(maxsize=4096)
def _is_thanks(line: str) -> bool:
    line = _restored(line)
    if len(line) > _LONGEST_SIGN_OFF or line.endswith("?"):
        return False
    words = folded_words(line)
    if not _THANKS.intersection(words[:4]):
        return False
    rest = [word for word in re.findall(r"[^\W_]+", line) if fold(word) not in _BESIDE_THANKS | _THANKS]
    return len(rest) <= _NAMES_AFTER_SIGN_OFF and all(word[0].isupper() for word in rest)


def _is_sentence(line: str) -> bool:
    return line.endswith((".", "?", "!", ":", ",")) and len(line.split()) >= _WORDS_OF_A_SENTENCE


def is_advertisement(line: str) -> bool:
    """True for what a mail client, a provider or a virus scanner adds: ``Wysłane z iPhone'a``."""
    return _is_advertisement(line[: _LONGEST_ADVERTISEMENT + 1], line.endswith("?"), "?" in line)


@lru_cache(maxsize=4096)
def _is_advertisement(line: str, asks: bool, holds_question: bool) -> bool:
    words = " ".join(folded_words(line[:_LONGEST_ADVERTISEMENT]))
    if words.startswith(_ADVERTISEMENTS):
        return True
    if any(name in words for name in _SCANNERS) and any(stem in words for stem in _SCANNED):
        return not holds_question
    if len(line) > _LONGEST_ADVERTISEMENT or asks:
        return False
    return _names_device(words) or is_advert(Row(line))


def _names_device(words: str) -> bool:
    sent = _SENT_FROM.match(words)
    if sent is None:
        return False
    if sent[1] in _DEVICES_WITH_MAKER:
        return any(word.startswith(_MAKERS) for word in words[sent.end() :].split())
    return sent[1].startswith(_DEVICES)


def is_disclaimer(lines: Sequence[str], index: int) -> bool:
    """True where a paragraph begins that a law or an office's habit puts below mails."""
    opening = _opening(lines[index][:120])
    if not opening.startswith(_DISCLAIMERS):
        return False
    if opening.startswith(_TELLTALE_OPENINGS) and len(opening) <= 60:
        return True
    paragraph = _paragraph(lines, index)
    return _has_stems_of_a_disclaimer(" ".join(paragraph)) and not _begins_with_other_words(paragraph)


def _begins_with_other_words(paragraph: Sequence[str]) -> bool:
    """True for ``Zgodnie z art. 24 ustawy ...?`` above a disclaimer: what a disclaimer says first is about itself."""
    end = next((place for place, line in enumerate(paragraph) if line.rstrip(_QUOTES).endswith((".", "?", "!"))), None)
    first = " ".join(paragraph[: end + 1]) if end is not None else ""
    return len(first.split()) > _WORDS_OF_A_SENTENCE and _stems_of_a_disclaimer(first) == 0


def _has_stems_of_a_disclaimer(text: str) -> bool:
    return _stems_of_a_disclaimer(text) >= _DISCLAIMER_STEMS_NEEDED


@lru_cache(maxsize=1024)
def _stems_of_a_disclaimer(text: str) -> int:
    paragraph = " ".join(folded_words(text))
    return sum(stem in paragraph for stem in _DISCLAIMER_STEMS)


@lru_cache(maxsize=4096)
def _opening(text: str) -> str:
    """The words of a line's beginning as they are compared."""
    return " ".join(folded_words(text))


def is_page_number(line: str) -> bool:
    """True for a line that only numbers a page: ``Strona 2 z 3``, ``- 2 -``, ``Wersja 1.2 | HOT-01 | Strona 2``."""
    if len(line) < 40 and (_PAGE_NUMBER.fullmatch(line) or _BARE_PAGE_NUMBER.fullmatch(line)):
        return True
    columns = _COLUMNS_OF_A_FOOTER.split(line) if len(line) <= _LONGEST_FOOTER else []
    return len(columns) > 1 and any(_PAGE_NUMBER.fullmatch(column) for column in (columns[0], columns[-1]))


def _paragraph(lines: Sequence[str], index: int) -> list[str]:
    """The beginning of the paragraph at ``index``; bounded, so that asking for each line stays linear."""
    taken: list[str] = []
    size = 0
    for line in lines[index : index + _PARAGRAPH_LINES]:
        if (taken and not line.strip()) or size > _PARAGRAPH:
            break
        taken.append(line[:_PARAGRAPH])
        size += len(line)
    return taken


_BY_FIRST_WORD: dict[str, list[tuple[str, ...]]] = {}
for _phrase in sorted((tuple(phrase.split()) for phrase in _SIGN_OFFS), key=len, reverse=True):
    _BY_FIRST_WORD.setdefault(_phrase[0], []).append(_phrase)
