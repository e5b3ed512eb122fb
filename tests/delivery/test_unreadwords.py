"""What clerks are told of files that nobody could read: which, and what to do."""

from __future__ import annotations

import pytest

from mailgate.delivery.unreadwords import left_to_consultants, unread_sentences
from mailgate.domain.unreadfiles import UnreadFile, Why


@pytest.mark.parametrize(
    ("why", "advice"),
    [
        ("locked", "bez hasła"),
        ("damaged", "DOCX lub PDF"),
        ("illegible", "300 dpi"),
        ("foreign", "DOCX, ODT, PDF lub RTF"),
        ("left", "DOCX lub PDF"),
        ("picture", "DOCX lub PDF"),
    ],
)
def test_each_file_is_named_with_what_to_do(why: Why, advice: str) -> None:
    (sentence,) = unread_sentences((UnreadFile("umowa.pdf", why),))
    assert sentence.startswith("„umowa.pdf” – ")
    assert advice in sentence
    assert sentence.endswith(".")


def test_a_file_in_an_archive_is_named_with_it() -> None:
    assert unread_sentences((UnreadFile("a.zip/b.docx", "locked"),))[0].startswith("„b.docx” z pliku „a.zip” – ")


def test_of_many_files_the_first_are_named() -> None:
    many = tuple(UnreadFile(f"{number}.pdf", "damaged") for number in range(9))
    *named, rest = unread_sentences(many)
    assert len(named) == 5
    assert rest == "Nie odczytaliśmy także innych plików (4)."


def test_a_name_cannot_break_a_line() -> None:
    (sentence,) = unread_sentences((UnreadFile("a\nb.pdf", "locked"),))
    assert "\n" not in sentence


def test_pictures_beside_a_form_are_left_to_the_consultants() -> None:
    one = left_to_consultants((UnreadFile("skan.jpg", "picture"), UnreadFile("b.pdf", "locked")))
    assert one.startswith("Pliku „skan.jpg” nie odczytywaliśmy")
    assert "w osobnej wiadomości" in one
    two = left_to_consultants((UnreadFile("skan.jpg", "picture"), UnreadFile("b.pdf", "picture")))
    assert two.startswith("Plików „skan.jpg”, „b.pdf” nie odczytywaliśmy")
    assert left_to_consultants((UnreadFile("b.pdf", "locked"),)) == ""
