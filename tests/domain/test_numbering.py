"""The proof of the numbers: in each year they run without a gap up to the last one that was given."""

from __future__ import annotations

import pytest

from mailgate.domain.numbering import Serials, years_with_gaps


def test_numbers_that_run_to_the_last_one_given_have_no_gap() -> None:
    assert list(years_with_gaps({2025: 3, 2026: 1}, {2025: Serials(3, 3), 2026: Serials(1, 1)})) == []


def test_a_year_without_numbers_has_none_to_miss() -> None:
    assert list(years_with_gaps({}, {})) == []
    assert list(years_with_gaps({2026: 0}, {})) == []


@pytest.mark.parametrize(
    ("last", "found", "lost"),
    [
        (3, Serials(2, 3), "one in the middle"),
        (3, Serials(2, 2), "the last one"),
        (3, None, "all of them"),
        (None, Serials(2, 2), "the counter"),
        (1, Serials(2, 2), "what the counter knew"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_whatever_is_lost_shows_in_its_year_alone(last: int | None, found: Serials | None, lost: str) -> None:
    given = {2025: 2} | ({2026: last} if last is not None else {})
    standing = {2025: Serials(2, 2)} | ({2026: found} if found else {})
    assert list(years_with_gaps(given, standing)) == [2026], lost
