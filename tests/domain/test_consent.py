"""A yes to a letter of ours is no answer for a clerk; one word more is."""

from __future__ import annotations

import pytest

from mailgate.domain.quotation.consent import only_consents

NAMES = ("Piotr Zając",)


@pytest.mark.parametrize(
    "text",
    ["Tak, proszę przekazać.", "OK", "Tak", "Proszę przekazać jako uzupełnienie.\n\nPozdrawiam\nPiotr Zając",
     "Dzień dobry,\n\ntak, proszę mimo to wysłać tę odpowiedź Użytkownikowi."],
)  # fmt: skip
def test_a_mere_yes_is_known(text: str) -> None:
    assert only_consents(text, NAMES)


@pytest.mark.parametrize(
    "text",
    ["Tak, przycisk Wycofaj.", "Dziękuję.", "", "Pozdrawiam\nPiotr Zając", "Tak, 3 dni.", "Czy tak?",
     "Proszę przekazać kierownikowi.", "Nie, proszę nie wysyłać."],
)  # fmt: skip
def test_anything_more_is_an_answer(text: str) -> None:
    assert not only_consents(text, NAMES)
