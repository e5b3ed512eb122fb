"""What a form prints or people leave where a value should be: leaders, hints and signs that say "none"."""

from __future__ import annotations

import re

from mailgate.domain.form.vocabulary import WORDS
from mailgate.domain.polish.words import folded_words, squeeze
from mailgate.domain.remembered import remembered

_LEADER_SIGNS = "._…·‥"
_LEADERS = re.compile(r"(?:_{2}|…|\.{2}|·{2})[._…·]*")
_EDGE = " \t:;,|*=•-–—_…·"
_LONG_LEADER = re.compile(r"\.{5,}|_{3,}|…{2,}|·{4,}")
_RULER_SIGNS = frozenset("-_=*~—–─━═#+|. …·•")

_NOTHING = frozenset({
    ("n", "d"), ("nd",), ("n", "a"), ("na",), ("nie", "dotyczy"), ("nie", "dot"), ("brak",), ("bz",), ("b", "z"), ("b", "d"),
    ("bd",), ("x",),
    ("xx",), ("xxx",), ("xxxx",), ("xxxxx",), ("none",), ("null",), ("brak", "danych"), ("bez", "znaku"),
    ("brak", "znaku"), ("nie", "posiadam"), ("do", "uzupelnienia"), ("uzupelnic",), ("puste",), ("jw",), ("tbd",),
    ("dd", "mm", "rrrr"), ("dd", "mm", "yyyy"), ("rrrr", "mm", "dd"), ("yyyy", "mm", "dd"), ("dd", "mm", "rr"),
})  # fmt: skip
# Microsoft Word's own prompts, those of common templates, and the descriptions of the fields (procedure 3.1.2).
_PROMPTS = (
    "kliknij lub nacisnij", "kliknij tutaj", "kliknij aby", "kliknij w celu", "click or tap", "click here",
    "choose an item", "wybierz element", "wybierz date", "wybierz z listy", "wpisz ", "tu wpisz", "tutaj wpisz",
    "prosze wpisac", "prosze podac imie", "wprowadz tekst", "wprowadz date", "miejsce na ", "enter text",
    "nalezy wpisac",
)  # fmt: skip
_DESCRIPTIONS = frozenset(
    folded_words(text)
    for text in (
        "Data dokumentu.",
        "Imię i nazwisko Użytkownika zgłaszającego pytanie.",
        "Nazwa Urzędu, w której pracuje Użytkownik.",
        (
            "Informacja o numerze telefonu i/lub adresie e-mail, na który (jeden z podanych) zostanie przekazana odpowiedź"
            " - w ten sam sposób zostanie przekazane również potwierdzenie otrzymania pytania."
        ),
        "Szczegółowy opis pytania.",
        "Szczegółowy opis pytania",
        "Opis",
    )
)
_BRACKETED = re.compile(r"\[[^\[\]@\d]{0,120}\]|<[^<>@\d]{0,120}>|\{[^{}@\d]{0,120}\}|«[^«»@\d]{0,120}»")
_OPENING_BRACKETS = re.compile(r"[\[<{«]")
_HINT_IN_PARENTHESES = re.compile(r"\([^()@\d]{0,120}\)")
_LONGEST_PROMPT = 120
_WORDS_OF_A_NAME = 2
_JOINING_WORD = 2


@remembered(most=4096)
def without_leaders(text: str) -> str:
    """A short value freed of the dots and lines on which it was written, white space folded."""
    opened = _LEADERS.sub(" ", text.replace("\u2002", " "))
    return squeeze(opened).strip(_EDGE).strip()


def without_long_leaders(line: str) -> str:
    """A line of free text freed of printed dots and lines at its ends; three dots of a sentence stay."""
    trimmed = line.strip()
    found = _LONG_LEADER.match(trimmed)
    if found:
        trimmed = trimmed[found.end() :].lstrip()
    kept = trimmed.rstrip("._…· ")
    return kept if _LONG_LEADER.search(trimmed, len(kept)) else trimmed


def is_leader_line(line: str) -> bool:
    """True for a line of nothing but printed dots, on which one was to write."""
    signs = line.replace(" ", "")
    return len(signs) >= 2 and not signs.strip(_LEADER_SIGNS) and "_" not in signs


def is_ruler(line: str) -> bool:
    """True for a line that is drawn: dashes, underscores, equal signs, the border of a table in plain text."""
    signs = line.strip()
    return len(signs) >= 3 and _RULER_SIGNS.issuperset(signs) and not is_leader_line(signs)


@remembered(most=4096)
def is_placeholder(value: str) -> bool:
    """True where a text, leaders aside, is no value: empty, a bracketed hint, a prompt, a sign for "none"."""
    text = without_hints(value)
    return not text or is_hint(text) or folded_words(text) in _NOTHING


def is_hint(text: str) -> bool:
    """True for a text that tells what is to be written here."""
    whole = text.strip()
    words = folded_words(whole)
    # ``== Opis ==`` is a heading that somebody wrote.
    if not words or (words in _DESCRIPTIONS and not whole.startswith(("=", "#", "*"))):
        return True
    if is_hint_in_parentheses(whole) or (_BRACKETED.fullmatch(whole) and not _is_value_in_brackets(whole)):
        return True
    return len(whole) <= _LONGEST_PROMPT and f"{' '.join(words)} ".startswith(_PROMPTS)


def is_hint_in_parentheses(text: str) -> bool:
    """True for ``(kto zgłasza)``: a remark in parentheses and nothing else, without digits and address."""
    return bool(_HINT_IN_PARENTHESES.fullmatch(text.strip()))


def _is_value_in_brackets(text: str) -> bool:
    """True for ``[Halina Wróbel]``: a name, or a question, and not the words of a label or a prompt."""
    inner = text.strip("[]<>{}«» ")
    words = inner.split()
    of_labels = sum(word in WORDS for word in folded_words(inner))
    if len(words) < _WORDS_OF_A_NAME or 2 * of_labels >= len(words):
        return False
    if f"{' '.join(folded_words(inner))} ".startswith(_PROMPTS):
        return False
    named = all(word[0].isupper() or len(word) <= _JOINING_WORD for word in words) and words[0][0].isupper()
    return named or inner.endswith("?")


def without_hints(value: str) -> str:
    """A short value freed of bracketed hints that stand beside what was written."""
    text = without_leaders(value)
    if not _OPENING_BRACKETS.search(text):
        return text
    if _BRACKETED.fullmatch(text) and _is_value_in_brackets(text):
        return text[1:-1].strip()
    return without_leaders(_BRACKETED.sub(" ", text))
