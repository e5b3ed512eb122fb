"""Texts are made storable in one place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.register.columns import clean, clean_json


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("zwykły tekst", "zwykły tekst"),
        ("plain", "plain"),
        ("a\0b", "ab"),
        ("ą\0", "ą"),
        ("a\u0328", "ą"),
        ("\ud83d", "\ufffd"),
        ("\U0001f600", "\U0001f600"),
        ("ż\udcff\0e\u0301", "ż\ufffdé"),
    ],
)
def test_a_text_is_composed_and_loses_only_what_no_database_takes(text: str, stored: str) -> None:
    """NUL goes, a lone surrogate becomes U+FFFD, everything else stays."""
    assert clean(text) == stored


@given(st.text(st.characters(categories=None)))
def test_every_text_becomes_storable_and_stays_as_it_is_then(text: str) -> None:
    """UTF-8 without NUL, and cleaning twice is cleaning once."""
    cleaned = clean(text)
    assert "\0" not in cleaned
    assert cleaned.encode().decode() == cleaned
    assert clean(cleaned) == cleaned


def test_json_is_cleaned_at_every_depth_and_is_a_new_object() -> None:
    """Keys included; numbers, truth and null stay."""
    value = {"a\0": ["b\0", {"c": ("d\ud800", 1, True, None)}]}
    cleaned = clean_json(value)
    assert cleaned == {"a": ["b", {"c": ["d\ufffd", 1, True, None]}]}
    assert value == {"a\0": ["b\0", {"c": ("d\ud800", 1, True, None)}]}
