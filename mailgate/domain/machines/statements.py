"""What a short text says clause by clause: that somebody is away, that a mail has come, or something of its own.

A vacation note has no form of its own, but few words: what is told beside absence, substitute and receipt is told by a
person for this mail.  So not the phrases of notes alone are looked for, but what is left when they are taken away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from mailgate.domain.machines import statementphrases as phrases
from mailgate.domain.machines.statementwords import DIRECTS, ROUTINE_WORDS, TRADE
from mailgate.domain.polish.words import fold, squeeze

Statement = Literal["away", "oneself", "instead", "later", "receipt", "automatic", "challenge", "recall", "absence"]

_MOST_LOOKED_AT = 3_000
_LONGEST_CLAUSE = 400
_LONGEST_RECALL = 400
_ENOUGH_WORDS: Final = 3
"""Different words outside a note's vocabulary that make a statement of their own."""

_KINDS: tuple[tuple[Statement, re.Pattern[str]], ...] = (
    ("away", phrases.AWAY),
    ("later", phrases.LATER),
    ("receipt", phrases.RECEIPT),
    ("automatic", phrases.AUTOMATIC),
    ("instead", phrases.INSTEAD),
)
# No clause ends at the full stop of a date or of a short abbreviation ("p.", "godz.").
_CLAUSE_ENDS = re.compile(
    r"[?!;:\n]|(?<=[^\W\d]{2})\.(?=\s|$)|(?<=\d)\.(?=\s+[A-ZŁŚŻŹĆ][a-ząćęłńóśźż]{2})|,(?!\d)|\s[-–—]\s"
    r"|\s(?=(?:ale|lecz|natomiast|więc|dlatego|ponieważ|gdyż|but|so|because|aber|weil|deshalb)\s)"
)
_AND = re.compile(r"\s(?:i|a|oraz|and|und)\s")
_SIGN_OFF = re.compile(
    r"^\W*(?:(?:serdecznie |łączę )?pozdrawiam\w*|(?:z|łączę|wyrazy) (?:poważani|wyrazami|szacun)\w*.{0,20}"
    r"|(?:kind |best |warm )?regards|sincerely|mit freundlichen grüßen|pozdrowienia)\b[^\n]{0,40}$",
    re.IGNORECASE | re.MULTILINE,
)
_NO_WORDS = re.compile(r"\S+@\S+|https?://\S+|www\.\S+")
_WORD = re.compile(r"[^\W\d_]{2,}")
_ANSWERS_AT_ONCE = re.compile(r"(?:tak|nie|yes|no|ja|nein|owszem|zgadza sie|oczywiscie|correct|right)")


@dataclass(frozen=True, slots=True)
class Statements:
    """The kinds of what is told in every note, and whether anything else is told (``own``)."""

    kinds: frozenset[Statement]
    own: bool

    @property
    def routine(self) -> bool:
        """Whether nothing is said beside what notes of absence and receipts say."""
        unmistakable = bool(self.kinds & {"challenge", "recall"})
        return unmistakable or (bool(self.kinds - {"instead"}) and not self.own)


NOTHING_SAID: Final = Statements(frozenset(), own=False)


def statements_in(text: str) -> Statements:
    """What a text says above its sign-off.  Pure, and linear in the length of the text, of which the top is looked at."""
    text = text[:_MOST_LOOKED_AT].replace("’", "'")
    folded = squeeze(fold(text))
    kinds: set[Statement] = set()
    if phrases.challenges(folded):
        kinds.add("challenge")
    if len(folded) <= _LONGEST_RECALL and phrases.RECALL.search(folded):
        kinds.add("recall")
    sign_off = _SIGN_OFF.search(text)
    clauses = list(_clauses(text[: sign_off.start()] if sign_off else text))
    said = [(_kind_of(fold(clause)), clause) for clause in clauses]
    kinds |= {kind for kind, _ in said if kind}
    if phrases.OF_ABSENCE.search(folded):
        kinds.add("absence")
    return Statements(frozenset(kinds), _tells_something([clause for kind, clause in said if kind is None]))


def _clauses(text: str) -> Iterator[str]:
    for piece in _CLAUSE_ENDS.split(_NO_WORDS.sub(" ", text)):
        clause = squeeze(piece)[:_LONGEST_CLAUSE]
        if clause:
            yield from _parts_of(clause)


def _parts_of(clause: str) -> Iterator[str]:
    """A clause, cut before each part that may say something of its own: "I am away and the password is ..."."""
    start = 0
    joints = [*_AND.finditer(clause)]
    ends = [joint.start() for joint in joints[1:]] + [len(clause)]
    for joint, end in zip(joints, ends, strict=False):
        part = fold(clause[joint.end() : end])
        if TRADE.search(part) or DIRECTS.search(part):
            yield clause[start : joint.start()]
            start = joint.end()
    yield clause[start:]


def _kind_of(clause: str) -> Statement | None:
    kind = next((kind for kind, shape in _KINDS if shape.search(clause)), None)
    if kind is None and phrases.ANOTHER_IS_AWAY.search(clause) and not TRADE.search(clause):
        return "away"
    if kind is None and phrases.OF_ONESELF.search(clause) and not TRADE.search(clause):
        return "oneself"
    return kind


def _tells_something(clauses: list[str]) -> bool:
    """Whether clauses of no kind answer, direct, speak of the trade, or hold enough words that notes do not use."""
    others: set[str] = set()
    for clause in clauses:
        folded = fold(clause)
        unusual = set(_unusual(clause))
        if _ANSWERS_AT_ONCE.fullmatch(folded) or TRADE.search(folded):
            return True
        if unusual and DIRECTS.search(folded):
            return True
        others |= unusual
    return len(others) >= _ENOUGH_WORDS


def _unusual(clause: str) -> Iterator[str]:
    """The words of a clause that notes do not use, folded; a capital letter inside it makes a name."""
    for word in _WORD.finditer(clause):
        named = word.start() > 0 and word[0].istitle()
        folded = fold(word[0])
        if not named and not ROUTINE_WORDS.fullmatch(folded):
            yield folded
