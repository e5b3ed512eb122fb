"""What a short text says clause by clause: that somebody is away, that a mail has come, or something of its own.

A vacation note has no form of its own, but few words: what is told beside absence, substitute and receipt is told by a
person for this mail.  So not the phrases of notes alone are looked for, but what is left when they are taken away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal
from unicodedata import normalize

from mailgate.domain.machines import absencephrases as absences
from mailgate.domain.machines import receiptphrases as receipts
from mailgate.domain.machines import statementcues as cues
from mailgate.domain.machines.clauseshape import ClauseShape
from mailgate.domain.machines.statementwords import (
    directs,
    is_of_notes,
    is_routine,
    is_topic,
    of_trade,
    tells_a_rule_or_a_deed,
)
from mailgate.domain.polish.words import fold, squeeze

Statement = Literal[
    "away",
    "oneself",
    "instead",
    "later",
    "receipt",
    "automatic",
    "challenge",
    "recall",
    "absence",
    "quarantine",
    "fields",
]

_MOST_LOOKED_AT = 3_000
_LONGEST_CLAUSE = 400
_LONGEST_RECALL = 400
_ENOUGH_WORDS: Final = 3
"""Different words outside a note's vocabulary that make a statement of their own."""
_ENOUGH_WORDS_IN_A_NOTE: Final = 5
"""The same, but over more than one clause, where the text says that its author is away, or that a program wrote it."""
_ENOUGH_WORDS_BESIDE_A_NOUN: Final = 2
"""The same where there is nothing but the name of an absence, of which the law speaks as well."""
_SHARE_OF_NOTES: Final = 3
"""So many words of notes to one that notes do not use make a note, whatever its clauses say."""

_KINDS: tuple[tuple[Statement, ClauseShape, int], ...] = (
    ("quarantine", receipts.QUARANTINE, cues.QUARANTINE),
    ("away", absences.AWAY, cues.AWAY),
    ("later", absences.LATER, cues.LATER),
    ("receipt", receipts.RECEIPT, cues.RECEIPT),
    ("automatic", receipts.AUTOMATIC, cues.AUTOMATIC),
    ("instead", absences.INSTEAD, cues.INSTEAD),
)
_SAID_BY_PEOPLE_TOO: Final = frozenset({"absence", "instead"})
_SAID_BY_NOTES_ONLY: Final = frozenset({"away", "automatic", "quarantine", "fields"})
_ENOUGH_FIELDS: Final = 3
_OF_THE_AUTHOR_ONLY: Final = frozenset({"away", "receipt"})
# No clause ends at the full stop of a date or of a short abbreviation ("p.", "godz.").
_CLAUSE_ENDS = re.compile(
    r"[?!;\n]|:(?!\d)|(?<=[^\W\d]{2})\.(?=\s|$)|(?<=\d)\.(?=\s+[A-ZŁŚŻŹĆ][a-ząćęłńóśźż]{2})|,(?!\d)|\s[-–—]\s"
    r"|\s(?=(?:ale|lecz|natomiast|więc|dlatego|ponieważ|gdyż|but|so|because|aber|weil|deshalb)\s)"
)
_AND = re.compile(r"\s(?:i|a|oraz|and|und)\s")
_SIGN_OFF = re.compile(
    r"^\W*(?:(?:serdecznie |łączę )?pozdrawiam\w*|(?:z|łączę|wyrazy) (?:poważani|wyrazami|szacun)\w*.{0,20}"
    r"|(?:kind |best |warm )?regards|sincerely|mit freundlichen grüßen|pozdrowienia)\b[^\n]{0,40}$",
    re.IGNORECASE | re.MULTILINE,
)
_FINE_PRINT: Final = (
    ("„", '"'),
    ("“", '"'),
    ("”", '"'),
    ("’", "'"),
    ("‘", "'"),
    ("–", "-"),
    ("—", "-"),
    ("\xa0", " "),
    ("…", "..."),
)
_BLANKS = re.compile(r"[^\S\n]{2,}|[\t\xa0]")
_NO_WORDS = re.compile(r"\S+@\S+|https?://\S+|www\.\S+")
_WORD = re.compile(r"[^\W\d_]{2,}")
_ANSWERS_AT_ONCE = re.compile(r"(?:tak|nie|yes|no|ja|nein|owszem|zgadza sie|oczywiscie|correct|right)")


@dataclass(frozen=True, slots=True)
class Statements:
    """The kinds of what is told in every note, and whether anything else is told (``own``)."""

    kinds: frozenset[Statement]
    own: bool
    tells: bool = False
    """A clause answers, directs, tells a rule or a deed, or speaks of the trade: not its words were counted alone."""
    unusual: int = 0
    """Different words outside a note's vocabulary."""
    usual: int = 0
    """Different words in clauses of no kind that tell of what notes tell."""

    @property
    def routine(self) -> bool:
        """Whether nothing is said beside what notes of absence and receipts say."""
        if self.kinds & {"challenge", "recall"}:
            return True
        if self._sounds_like_a_note:
            return True
        enough = _ENOUGH_WORDS_IN_A_NOTE if self.kinds & _SAID_BY_NOTES_ONLY else _ENOUGH_WORDS
        if self.kinds <= _SAID_BY_PEOPLE_TOO:
            enough = _ENOUGH_WORDS_BESIDE_A_NOUN
        return bool(self.kinds - {"instead"}) and not self.tells and self.unusual < enough

    @property
    def _sounds_like_a_note(self) -> bool:
        """Whether all words are those of notes, however they are put."""
        return not self.tells and self.usual >= max(_ENOUGH_WORDS, _SHARE_OF_NOTES * self.unusual)


NOTHING_SAID: Final = Statements(frozenset(), own=False)


def statements_in(text: str) -> Statements:
    """What a text says above its sign-off.  Pure, and linear in the length of the text, of which the top is looked at."""
    text = _plainly_set(text[:_MOST_LOOKED_AT])
    kinds = _kinds_of_whole(squeeze(fold(text)))
    sign_off = _SIGN_OFF.search(text)
    said = [(_kind_of(clause), clause) for clause in _clauses(text[: sign_off.start()] if sign_off else text)]
    kinds |= {kind for kind, _ in said if kind}
    rest = [clause for kind, clause in said if kind is None]
    if sum(_is_field(clause) for clause in rest) >= _ENOUGH_FIELDS:
        kinds.add("fields")
        rest = [clause for clause in rest if not _is_field(clause)]
    if "instead" in kinds:
        rest = [clause for clause in rest if not _is_topic(clause)]
    tells = any(_tells_something(clause, commands="quarantine" not in kinds) for clause in rest)
    unusual = len({word for clause in rest for word in clause.unusual})
    usual = len({word for clause in rest for word in clause.words if is_of_notes(word)})
    return Statements(frozenset(kinds), tells or unusual >= _ENOUGH_WORDS, tells, unusual, usual)


def _plainly_set(text: str) -> str:
    """The text with plain quotes, dashes and blanks: then it folds letter for letter, and ten times as fast."""
    text = normalize("NFC", text)
    for fine, plain in _FINE_PRINT:
        text = text.replace(fine, plain)
    return text


def _kinds_of_whole(folded: str) -> set[Statement]:
    """What is told by a text as a whole."""
    kinds: set[Statement] = set()
    if receipts.challenges(folded):
        kinds.add("challenge")
    if len(folded) <= _LONGEST_RECALL and receipts.RECALL.search(folded):
        kinds.add("recall")
    if absences.OF_ABSENCE.search(folded):
        kinds.add("absence")
    return kinds


@dataclass(frozen=True, slots=True)
class _Clause:
    """A clause as it is compared, its words, and those of them that notes do not use."""

    folded: str
    words: list[str]
    unusual: frozenset[str]


def _clauses(text: str) -> Iterator[_Clause]:
    """The clauses of a text; its words are folded all at once, for folding is dear."""
    text = _BLANKS.sub(" ", _NO_WORDS.sub(" ", text))
    folded = fold(text)
    in_place = len(folded) == len(text)
    for start, end in _parts(text):
        piece = text[start : min(end, start + _LONGEST_CLAUSE)]
        plain = folded[start : start + len(piece)] if in_place else fold(piece)
        if plain.strip():
            yield from _parts_of(piece, plain)


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """Where the clauses of a text begin and end."""
    start = 0
    for end in _CLAUSE_ENDS.finditer(text):
        yield start, end.start()
        start = end.end()
    yield start, len(text)


def _parts_of(clause: str, folded: str) -> Iterator[_Clause]:
    """A clause, cut before each part that may say something of its own: "I am away and the password is ..."."""
    start = 0
    joints = [*_AND.finditer(folded)]
    ends = [joint.start() for joint in joints[1:]] + [len(folded)]
    for joint, end in zip(joints, ends, strict=False):
        part = folded[joint.end() : end]
        words = _WORD.findall(part)
        if of_trade(words, part) or directs(words, part):
            yield _clause_of(clause, folded, start, joint.start())
            start = joint.end()
    yield _clause_of(clause, folded, start, len(folded))


def _clause_of(text: str, folded: str, start: int, end: int) -> _Clause:
    """A part of a clause; a capital letter inside it makes a name, which no word of a note is."""
    part = folded[start:end].strip()
    in_place = len(text) == len(folded)
    written = text[start:end].strip() if in_place else part
    words, unusual = [], set()
    for found in _WORD.finditer(part):
        word = found[0]
        words.append(word)
        if not is_routine(word) and not (found.start() > 0 and written[found.start() : found.end()].istitle()):
            unusual.add(word)
    return _Clause(part, words, frozenset(unusual))


def _kind_of(clause: _Clause) -> Statement | None:
    folded = clause.folded
    possible = cues.cues_in(clause.words, folded)
    kind = next((kind for kind, shape, cue in _KINDS if possible & cue and shape.search(folded)), None)
    if (
        kind in _OF_THE_AUTHOR_ONLY
        and absences.OF_SOMEBODY_ELSE.search(folded)
        and not absences.FIRST_PERSON.search(folded)
    ):
        return None
    if kind is not None or of_trade(clause.words, folded):
        return kind
    if absences.ANOTHER_IS_AWAY.search(folded):
        return "away"
    return "oneself" if absences.OF_ONESELF.search(folded) else None


def _is_field(clause: _Clause) -> bool:
    return receipts.FIELD.fullmatch(clause.folded) is not None


def _is_topic(clause: _Clause) -> bool:
    """One word, the name of what a substitute takes care of."""
    return len(clause.words) == 1 and is_topic(clause.words[0])


def _tells_something(clause: _Clause, *, commands: bool) -> bool:
    """Whether a clause of no kind answers, tells a rule or a deed, speaks of the trade, or (``commands``) directs.

    So many words that notes do not use, in one clause, tell something whatever they say.
    """
    folded, words = clause.folded, clause.words
    if len(clause.unusual) >= _ENOUGH_WORDS:
        return True
    if _ANSWERS_AT_ONCE.fullmatch(folded) or of_trade(words, folded):
        return True
    if not clause.unusual:
        return False
    return (commands and directs(words, folded)) or tells_a_rule_or_a_deed(words, folded)
