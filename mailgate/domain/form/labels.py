"""The labels of HOT-01, known by what their words mean and not by one spelling.

A label is what stands before a colon, a gap, dots to write on or the end of a line, if every word of it belongs to the
vocabulary of one field and the words that make that field are among them.  So ``3) ZWROTNY NUMER TEL. i/lub e-mail:``
is one and ``Nazwa Urzędu jest pusta`` is none.  Nothing in here looks further than the beginning of a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailgate.domain.form.lostletters import LostLetters
from mailgate.domain.form.placeholders import without_leaders
from mailgate.domain.form.vocabulary import (
    WORDS,
    LabelField,
    Meaning,
    Part,
    is_misspelled,
    may_be_in_a_label,
    meaning_of_words,
)
from mailgate.domain.polish.words import Word, fold, folded_words, words_of
from mailgate.domain.remembered import remembered


@dataclass(frozen=True, slots=True)
class Label:
    """A label in a line: it stands at ``start:end``, its value from ``value_start`` on.

    ``weight`` says how surely the words belong to a HOT-01: 3 as the form prints them, 1 for words found anywhere.
    ``part`` says which part of a name or contact alone is meant.
    """

    field: LabelField
    start: int
    end: int
    value_start: int
    weight: int
    part: Part = ""


_AS_PRINTED = tuple(
    sorted(
        (
            folded_words(text)
            for text in (
                "Imię i nazwisko Użytkownika",
                "Imię i nazwisko",
                "Nazwa Urzędu",
                "Zwrotny nr telefonu, e-mail",
                "Zwrotny numer telefonu, e-mail",
                "Zwrotny numer telefonu i/lub e-mail",
                "Zwrotny nr telefonu i/lub e-mail",
                "Treść pytania",
            )
        ),
        key=len,
        reverse=True,
    )
)
_GLUED: dict[str, LabelField] = {
    "imieinazwiskouzytkownika": "user_name",
    "imieinazwisko": "user_name",
    "nazwaurzedu": "office",
    "zwrotnynrtelefonuemail": "contact",
    "zwrotnynumertelefonuemail": "contact",
    "trescpytania": "question",
}
_NUMBERING = re.compile(
    r"[\s|*_#>•·▪●○◦§–—-]{0,8}"
    r"(?:(?:pkt\.?|poz\.?|\()?\s?(?:\d{1,2}|[a-zA-Z](?=[.)])|[IVX]{1,5}(?=[.)]))\s?(?:[.):/]{1,2}"
    # A number alone stands before a capital, or before a label as the form prints it.
    r"|(?=\s(?:[A-ZŻŹĆŁŚ]|(?:imi[eę] i|nazwa urz|zwrotny n|tre[sś][cć] pyt))))\s*"
    # The bullet of an inner list, as clients write it in plain text.
    r"|o\s{1,8}(?=[A-ZŻŹĆŁŚ]))?"
    r"[\s|*_„\"•·–—-]{0,4}"
)
_NUMBER = re.compile(r"[*\s]{0,3}(?:pkt\s)?\(?(?:(\d{1,2})|([a-hA-H]))[.)]{1,2}(?:\s|(?=[^\W\d]))")
_REMARK = re.compile(r"\((?!\d+\))[^()@]{0,80}\)|\[[^\[\]@]{0,80}\]|/[^/@]{0,40}/(?=\s*:)")
_NOT_IN_A_PAIR = re.compile(r"[^\w\s,/.&+-]|\s{2,}|\t")
_REMARK_SIGNS = frozenset(")]/")
_REMARK_OPENS = frozenset("([/")
_END_OF_LABEL = re.compile(
    r":|\s?[-–=]{1,2}>\s?|\s?[→►»]\s?|\t|\s{2,}|\||\.{3,}|_{2,}|…|\s[-–—]\s|\s?[–—]\s|\s?=\s?|;|$"
)
_AFTER_LABEL = " \t:.|*=_…·–—"
_LONGEST_LABEL = 120
_ENDS_A_CELL = frozenset("|\t._…")
"""No label goes on behind the dots on which its value is written."""
_AS_ON_THE_FORM = 3
_MOST_WORDS = 12
_VALUE_AFTER_PHONE = re.compile(r"[.:]?\s{0,3}(?=[+(]{0,2}\d)")
_VALUE_AFTER_MAIL = re.compile(r"[.:]?\s{1,3}(?=[^\s@]{1,64}@)")
_ADDRESS = re.compile(r"[^\s@]{1,64}@[^\s@]")
_GAP_BEFORE = re.compile(r"(?:[,;.|/]\s?|\s{2,}|\t|^)$")
_FIRST_WORD = re.compile(r"[^\W\d_]+(?=\s|$)")
_COLONS_LOOKED_AT = 12
_WORDS_OF_A_NAME = 2
HEADER: frozenset[str] = frozenset({"date", "reference"})
CERTAIN = 2
"""The weight of a label that no value begins with by chance: "tel." and "data" weigh less."""
VALUE_AFTER = {
    "date": re.compile(
        # ``data Nowy Sącz, 10 marca 2026``
        r"[.:]?\s{1,4}(?=(?:[A-ZŻŹĆŁŚ][^\W\d_]{1,20}(?:[ -][A-ZŻŹĆŁŚ][^\W\d_]{1,20})?(?:,\s|\s(?=dn)))?"
        r"(?:dnia\s|dn\.\s?)?\S{0,6}\d)"
    ),
    "reference": re.compile(r"[.:]?\s{1,4}(?=(?:[Ll]\.?\s?dz\.?\s?|[A-ZŁŚŻ]{1,6}\s)?[^\W\d_]{0,8}[./-]?\S{0,12}\d)"),
}
"""What stands behind a label of the header that no sign ends, without which it is a word of a sentence."""
_BEGIN_A_TITLE = frozenset(folded_words("zgłoszenie pytanie pytania formularz"))


@remembered(most=4096)
def label_at_start(text: str) -> Label | None:
    """The label with which a line begins, its numbering aside."""
    text = restored(text)
    numbering = _NUMBERING.match(text)
    start = numbering.end() if numbering else 0
    if start >= len(text) or not (text[start].isalpha() or text[start] in "([<{"):
        return None
    if text[start] in BRACKETS:
        enclosed = in_brackets(text, start)
        if enclosed is not None or text[start] != "[":
            return enclosed
    if text[start].isalpha() and not _may_begin(next(words_of(text, start)).folded):
        return None
    return _before_sign(text, start) or _without_sign(text, start)


BRACKETS = {"[": "]", "<": ">", "{": "}"}


def in_brackets(text: str, start: int) -> Label | None:
    """A label that brackets enclose, its value behind them: ``[Nazwa Urzędu] Urząd Gminy Łąck``."""
    closing = text.find(BRACKETS[text[start]], start, start + _LONGEST_LABEL)
    # What follows at once belongs to a tag (``<data>2026-11-20</data>``) or to a word.
    if closing < 0 or text[closing + 1 : closing + 2].strip(_AFTER_LABEL):
        return None
    meaning = _meaning_of(text, start + 1, closing)
    if meaning is None:
        return None
    value = past_signs(text, closing + 1)
    return Label(meaning.field, start, closing + 1, value, meaning.weight, meaning.part)


_GLUED_BEGINNINGS = frozenset(glued[:length] for glued in _GLUED for length in range(1, len(glued) + 1))
_GLUED_ENDS = frozenset(glued[place:] for glued in _GLUED for place in range(len(glued)))


def _may_begin(word: str) -> bool:
    """False for a word (folded) with which no label begins: most lines need not be looked at any further."""
    return may_be_in_a_label(word) or word in _GLUED_BEGINNINGS


def cannot_begin_a_label(text: str) -> bool:
    """True for a line whose first word, which is no numbering, begins no label whatever follows it."""
    word = _FIRST_WORD.match(text)
    return word is not None and word[0] not in ("pkt", "poz") and not _may_begin(fold(word[0]))


def _may_end(word: str) -> bool:
    return may_be_in_a_label(word) or word in _GLUED_ENDS


def number_of(text: str) -> int:
    """The number with which a field's line begins (``2. Nazwa Urzędu``, ``b)``), 0 for none."""
    found = _NUMBER.match(text)
    if found is None:
        return 0
    return int(found[1]) if found[1] else ord(found[2].lower()) - ord("a") + 1


def is_label_alone(text: str) -> bool:
    """True for a label with nothing but leaders after it."""
    label = label_at_start(text)
    return label is not None and not without_leaders(text[label.value_start :])


def labels_within(text: str, start: int) -> Iterator[Label]:
    """Labels further on in a line, each ended by a colon: ``data: 20.11.2026  znak: DSP.1.2026``."""
    text = restored(text)
    done = start
    for _ in range(_COLONS_LOOKED_AT):
        colon = text.find(":", done)
        if colon < 0:
            return
        label = _ending_at(text, max(done, colon - _LONGEST_LABEL), colon)
        if label is not None:
            yield label
        done = colon + 1


def _before_sign(text: str, start: int) -> Label | None:
    """The longest beginning of a line that is a label and is ended by a sign; a colon decides."""
    found: Label | None = None
    for sign in _END_OF_LABEL.finditer(text, start, min(len(text), start + _LONGEST_LABEL)):
        meaning = _meaning_of(text, start, sign.start())
        if not sign.group() and is_misspelled(folded_words(text[start:])):
            meaning = None
        if meaning is not None:
            value = sign.start() if sign.group() in ("", ";") else past_signs(text, sign.end())
            found = Label(meaning.field, start, sign.start(), value, meaning.weight, meaning.part)
        if sign.group() in (":", "") or (found is not None and sign.group()[0] in _ENDS_A_CELL):
            break
    return found


def _without_sign(text: str, start: int) -> Label | None:
    """A label as the form prints it straight before a value, or a short word before digits or an address."""
    words = list(_first(words_of(text, start, start + _LONGEST_LABEL), _MOST_WORDS))
    folded = tuple(word.folded for word in words)
    for phrase in _AS_PRINTED:
        if folded[: len(phrase)] == phrase and len(words) > len(phrase) and _begins_value(text, words[len(phrase)]):
            end = words[len(phrase) - 1].end
            meaning = meaning_of_words(phrase)
            if meaning is not None:
                return Label(meaning.field, start, end, past_signs(text, end), 2)
    return _short_word(text, start, words)


def _begins_value(text: str, word: Word) -> bool:
    return text[word.start].isupper() or text[word.start].isdigit() or _ADDRESS.match(text, word.start) is not None


def _short_word(text: str, start: int, words: Sequence[Word]) -> Label | None:
    for count in (3, 2, 1):
        meaning = meaning_of_words(tuple(word.folded for word in words[:count])) if len(words) > count else None
        if meaning is None:
            continue
        end = words[count - 1].end
        shape = {"phone": _VALUE_AFTER_PHONE, "fax": _VALUE_AFTER_PHONE, "mail": _VALUE_AFTER_MAIL}.get(meaning.part)
        if meaning.field in HEADER:
            shape = VALUE_AFTER[meaning.field]
        value = shape.match(text, end) if shape else None
        if value:
            return Label(meaning.field, start, end, value.end(), 1, meaning.part)
    return None


def _ending_at(text: str, start: int, colon: int) -> Label | None:
    """The longest label that ends at a colon."""
    words = list(words_of(text, start, colon))[-_MOST_WORDS:]
    if not words or (not _may_end(words[-1].folded) and not _REMARK_SIGNS.intersection(text[start:colon])):
        return None
    for first in range(len(words)):
        begin = words[first].start
        if begin > 0 and text[begin - 1] in "@.-/" and first > 0:
            continue
        # Most words of a sentence need no further look; one that opens a remark in brackets is no part of the label.
        if not _may_begin(words[first].folded) and text[begin - 1 : begin] not in _REMARK_OPENS:
            continue
        meaning = _meaning_of(text, begin, colon)
        if meaning is not None and meaning.field in HEADER and words[first].folded in _BEGIN_A_TITLE:
            # ``Zgłoszenie pytania (HOT-01)  data:`` is a title and a label.
            continue
        if meaning is not None and _is_in_a_sentence(text, begin, meaning):
            return None
        if meaning is not None:
            return Label(meaning.field, begin, colon, past_signs(text, colon), meaning.weight, meaning.part)
    return None


def _is_in_a_sentence(text: str, begin: int, meaning: Meaning) -> bool:
    """True for ``Mam pytanie: ...``; in a row of labels a sign or a gap stands before ``Pytanie:``."""
    common = meaning.field == "question" and meaning.weight < _AS_ON_THE_FORM
    return common and not _GAP_BEFORE.search(text, max(0, begin - 3), begin)


def past_signs(text: str, place: int) -> int:
    """The place behind the colon, the gap and the dots to write on at ``place``."""
    while place < len(text) and text[place] in _AFTER_LABEL:
        place += 1
    return place


def _meaning_of(text: str, start: int, end: int) -> Meaning | None:
    """What ``text[start:end]`` means as a label, remarks in parentheses aside."""
    whole = text[start:end]
    plain = _REMARK.sub(" ", whole)
    # ``(imię i nazwisko):`` below the rest of a label is one by itself.
    words = folded_words(plain) or folded_words(whole)
    if not words or len(words) > _MOST_WORDS:
        glued = "".join(words)
        return Meaning(_GLUED[glued], 3, "") if glued in _GLUED else None
    found = meaning_of_words(words)
    if found is not None and _ends_in_a_name(plain.split()):
        return None
    if found is not None:
        return None if found.part == "and reference" and _NOT_IN_A_PAIR.search(whole) else found
    glued = "".join(words)
    return Meaning(_GLUED[glued], 3, "") if glued in _GLUED else None


def _ends_in_a_name(written: Sequence[str]) -> bool:
    """True for ``Imię i nazwisko Dana Name``: two capitalised words that are near to a label's, and none of one."""
    last = written[-_WORDS_OF_A_NAME:]
    return len(written) > _WORDS_OF_A_NAME and all(
        word.istitle() and is_misspelled(folded_words(word)) for word in last
    )


def _first(words: Iterator[Word], count: int) -> Iterator[Word]:
    for _, word in zip(range(count), words, strict=False):
        yield word


TITLE_WORDS = frozenset(
    folded_words(
        "csizs zgloszenie zgloszenia pytanie pytania formularz formularza wzor wzoru zalacznik nr numer do hot line"
        " hotline wersja w v uzytkownika uzytkownikow systemu systemie i dot dotyczy rozdzial z wypelniony druk strona pytan"
    )
)
restored = LostLetters(WORDS | TITLE_WORDS)
