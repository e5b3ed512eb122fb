"""The cheap test before a phrase passes over no text that the phrase would match."""

from __future__ import annotations

import re._constants as kind  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
from typing import Any

import pytest

from mailgate.domain.machines import newsletterphrases, phrases
from mailgate.domain.machines.phrase import Phrase

PHRASES = {
    f"{name} {number}": phrase
    for module in (phrases, newsletterphrases)
    for name, value in vars(module).items()
    for number, phrase in enumerate(value if isinstance(value, tuple) else (value,))
    if isinstance(phrase, Phrase)
}


def demands(steps: Any, words: tuple[str, ...], written: str = "") -> bool:
    """Whether every way through a parsed pattern holds one of the words; ``written`` are the letters just before it."""
    for step, what in steps:
        if step is kind.LITERAL:
            written += chr(what)
            if written.endswith(words):
                return True
            continue
        match step:
            case kind.BRANCH:
                found = all(demands(way, words, written) for way in what[1])
            case kind.SUBPATTERN:
                found = demands(what[3], words, written)
            case kind.MAX_REPEAT | kind.MIN_REPEAT if what[0] > 0:
                found = demands(what[2], words, written)
            case _:
                found = False
        if found:
            return True
        written = ""
    return False


def test_the_phrases_are_found() -> None:
    assert len(PHRASES) >= 10


@pytest.mark.parametrize("name", PHRASES)
def test_every_text_that_a_phrase_matches_holds_one_of_its_words(name: str) -> None:
    phrase = PHRASES[name]
    assert demands(parser.parse(phrase.pattern.pattern), phrase.words)


@pytest.mark.parametrize("name", PHRASES)
def test_a_phrase_has_no_word_that_it_does_not_need(name: str) -> None:
    phrase = PHRASES[name]
    parsed = parser.parse(phrase.pattern.pattern)
    for word in phrase.words:
        assert not demands(parsed, tuple(other for other in phrase.words if other != word)), word


def test_a_way_without_its_word_is_noticed() -> None:
    assert demands(parser.parse("(?:kot|kotek) pije"), ("kot",))
    assert not demands(parser.parse("(?:kot|pies) pije"), ("kot",))
    assert not demands(parser.parse("(?:kot)? pije"), ("kot",))
    assert not demands(parser.parse("ko[tc] pije"), ("kot",))
