"""A reply to a letter that a restored register does not know proves itself by its token."""

from __future__ import annotations

from mailgate.domain.threads import lost_letter_about
from mailgate.domain.tokens import TokenKey

KEY = TokenKey(b"a key of the hot-line, long enough")
ANNA = "Anna.Nowak@wsparcie.example"
NUMBERS = ("HOT-01/2026/000001", "HOT-01/2026/000003")
TOKEN = KEY.issue("consultant", NUMBERS[1], ANNA, b"12345")


def test_a_token_that_we_signed_tells_about_which_number_the_lost_letter_was() -> None:
    assert lost_letter_about(["a" * 24, TOKEN], {}, NUMBERS, ANNA.lower(), KEY) == NUMBERS[1]


def test_nothing_is_lost_where_the_token_is_not_ours_or_not_hers_or_of_another_number() -> None:
    other = TokenKey(b"another key, which is long enough as well")
    clerks = KEY.issue("clerk", NUMBERS[1], ANNA, b"12345")
    assert lost_letter_about([TOKEN], {}, NUMBERS, ANNA, other) is None
    assert lost_letter_about([TOKEN], {}, NUMBERS, "piotr@wsparcie.example", KEY) is None
    assert lost_letter_about([TOKEN], {}, NUMBERS[:1], ANNA, KEY) is None
    assert lost_letter_about([clerks], {}, NUMBERS, ANNA, KEY) is None
