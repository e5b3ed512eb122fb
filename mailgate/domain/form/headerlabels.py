"""Date and reference in the header of the form, which people write side by side, with a colon or without."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from mailgate.domain.form.labels import BRACKETS, HEADER, VALUE_AFTER, Label, in_brackets, labels_within, past_signs
from mailgate.domain.form.vocabulary import meaning_of_words
from mailgate.domain.polish.words import words_of

_LONGEST_LINE = 400
_BEGIN_A_PAIR = frozenset({"nr", "numer", "nasz"})
"""Words that are no label of the header by themselves: ``nr sprawy``, ``nasz znak``."""


def header_labels(text: str, start: int) -> Iterator[Label]:
    """Date and reference in a header line, with or without a colon: ``data 20.11.2026  znak sprawy: DSP.1``."""
    ended = [label for label in labels_within(text, start) if label.field in HEADER]
    covered = [(label.start, label.value_start) for label in ended]
    found = ended + [
        label
        for label in bare_header_labels(text, start)
        if not any(first < label.end and label.start < last for first, last in covered)
    ]
    yield from sorted(found, key=lambda label: label.start)


def bare_header_labels(text: str, start: int) -> Iterator[Label]:
    """``data`` and ``znak sprawy`` without a colon, where digits, dots to write on or nothing follow."""
    words = [*words_of(text, start, start + _LONGEST_LINE)]
    for word, following in zip_longest(words, words[1:]):
        meaning = meaning_of_words((word.folded,))
        single = meaning is not None and meaning.field in HEADER
        if single and word.start and text[word.start - 1] in BRACKETS:
            enclosed = in_brackets(text, word.start - 1)
            if enclosed is not None:
                yield enclosed
            continue
        if not single and word.folded not in _BEGIN_A_PAIR:
            continue
        found = _bare_header_label(text, word.start, word.end, (word.folded,)) if single else None
        if found is None and following is not None and text[word.end : following.start] in (" ", ". "):
            found = _bare_header_label(text, word.start, following.end, (word.folded, following.folded))
        if found is not None:
            yield found


def _bare_header_label(text: str, start: int, end: int, words: tuple[str, ...]) -> Label | None:
    meaning = meaning_of_words(words)
    if meaning is None or meaning.field not in HEADER:
        return None
    after = text[end:].lstrip(" ")
    shape = VALUE_AFTER[meaning.field]
    if after and not shape.match(text, end) and not after.startswith(("..", "__", "…")):
        return None
    return Label(meaning.field, start, end, past_signs(text, end), meaning.weight)
