"""Words are folded all at once where that is the same, and one by one else."""

from __future__ import annotations

import pytest

from mailgate.domain.polish.words import Word, fold, folded_words, words_of

TEXTS = (
    "",
    "Imię i NAZWISKO Użytkownika: Żółć_2",
    "Treść „pytania” – a\u00a0b… 12",
    # A letter that folds to two, one that is lost, one without a decomposition, a mark of its own.
    "Straße ﬁrma İzmir café cafe\u0301 Đorđe Ørsted",
    "Łódź İ ś",
)


@pytest.mark.parametrize("text", TEXTS)
def test_each_word_is_folded_as_it_is_by_itself_and_known_by_its_place(text: str) -> None:
    words = list(words_of(text))
    assert [word.folded for word in words] == [fold(text[word.start : word.end]) for word in words]
    assert folded_words(text) == tuple(word.folded for word in words)


def test_polish_letters_lose_their_marks() -> None:
    assert folded_words("Zażółć GĘŚLĄ jaźń, ŁÓDŹ!") == ("zazolc", "gesla", "jazn", "lodz")


def test_words_of_a_part_keep_their_places_in_the_whole() -> None:
    assert list(words_of("data: Łąck, ul. Żwirki", 6, 14)) == [Word("lack", 6, 10), Word("ul", 12, 14)]


def test_an_underscore_parts_words() -> None:
    assert folded_words("imię_i_nazwisko") == ("imie", "i", "nazwisko")
