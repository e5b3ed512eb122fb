"""A mail that only says thank you is told from one that says anything else: in doubt it is something else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.domain.quotation.thanks import only_thanks

AUTHOR = ("Jan Bąk", "Urząd Gminy Dębowa")


@pytest.mark.parametrize(
    "text",
    [
        "Dziękuję.",
        "dzięki",
        "DZIĘKUJEMY!",
        "Dzień dobry,\n\nbardzo dziękuję za szybką odpowiedź 🙂\n\nPozdrawiam\nJan Bąk",
        "Dziękuję, wszystko już działa.",
        "Bardzo dziękujemy za udzielone wyjaśnienia i poświęcony czas.",
        "Dziękuję.\n\nZ poważaniem\nJan Bąk\nstarszy referent\nUrząd Gminy Dębowa\ntel. 24 261 40 21\nj.bak@debowa.example",
        "Thank you very much!",
    ],
)
def test_thanks_greetings_and_a_signature_are_only_thanks(text: str) -> None:
    assert only_thanks(text, AUTHOR)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Pozdrawiam\nJan Bąk",
        "Dziękuję, nie działa.",
        "Dziękuję, ale to nie pomogło.",
        "Dziękuję. Proszę jeszcze o instrukcję.",
        "Dziękuję, czy to wszystko?",
        "Dziękuję za potwierdzenie, czekam na odpowiedź.",
        "Dziękuję za informację, w załączniku skan.",
        "Dziękuję, tak.",
        "Dziękuję.\n3",
        "3\nDziękuję.",
        "Dziękujemy za odpowiedź w sprawie 12",
        "Dziękuję.\nEwa Lis",
        "Dziękuję " * 100,
    ],
)
def test_whatever_says_more_is_not_only_thanks(text: str) -> None:
    assert not only_thanks(text, AUTHOR)


@given(st.text(min_size=5, max_size=30).filter(lambda text: "@" not in text and ":" not in text and "." not in text))
def test_an_unknown_word_beside_the_thanks_always_counts(text: str) -> None:
    assert not only_thanks(f"Dziękuję. qwx{text} Pozdrawiam.", AUTHOR)
