"""What gives away two machines that write to each other."""

from __future__ import annotations

import pytest

from mailgate.domain.looping import nearly_equal, repeats_itself

RECEIPT = "Państwa zgłoszenie nr {} z dnia {}.11.2026 zostało zarejestrowane i czeka na rozpatrzenie."


@pytest.mark.parametrize(
    ("first", "second", "equal"),
    [
        (RECEIPT.format(1, 20), RECEIPT.format(2, 21), True),
        (RECEIPT.format(1, 20), RECEIPT.format(2, 21) + " Pozdrawiamy.", True),
        (RECEIPT.format(1, 20), "Jak wycofać zatwierdzone sprawozdanie?", False),
        ("", "", True),
        ("1 2 3", "4 5 6", True),
        ("", "Jak wycofać sprawozdanie?", False),
        ("Jak wycofać sprawozdanie?", "Jak zatwierdzić sprawozdanie?", False),
    ],
)
def test_texts_are_nearly_equal_but_for_numbers_and_dates(first: str, second: str, equal: bool) -> None:
    assert nearly_equal(first, second) is equal


def test_the_third_of_nearly_equal_texts_is_a_repetition() -> None:
    three = [RECEIPT.format(number, 20) for number in range(3)]
    assert repeats_itself(three[-1], three)
    assert not repeats_itself(three[-1], three[1:])
    assert not repeats_itself("Jak wycofać sprawozdanie?", [*three, "Jak wycofać sprawozdanie?"])
