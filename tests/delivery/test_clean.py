"""Texts of strangers, shortened for showing."""

from __future__ import annotations

import pytest

from mailgate.delivery.clean import beginning


def test_a_short_text_keeps_its_lines() -> None:
    text = "Kto zmienia operatora?\n- raz\n- dwa\n"
    assert beginning(text, 300) == "Kto zmienia operatora?\n- raz\n- dwa"


def test_blank_lines_are_left_out() -> None:
    assert beginning("\n\nraz\n \n\ndwa\n", 300) == "raz\ndwa"


@pytest.mark.parametrize("text", ["a " * 200, "raz\n" * 200, "raz dwa\n" + "x" * 999, "x" * 999, "wiersz\n" * 9])
def test_a_long_text_ends_with_an_ellipsis(text: str) -> None:
    found = beginning(text, 60)
    assert found.endswith("…")
    assert len(found) <= 70
    assert found.count("\n") < 8


def test_a_text_is_cut_at_a_word() -> None:
    assert beginning("pierwszy wiersz\nbardzo długi drugi wiersz", 30) == "pierwszy wiersz\nbardzo długi…"
    assert beginning("pierwszy wiersz\ndrugi", 16) == "pierwszy wiersz…"
