"""A question is found by its number as people type it, on either database."""

from __future__ import annotations

import pytest
from servers.entries import registered
from sqlalchemy import Engine

from mailgate.register import lookup
from mailgate.register.database import reading, unit_of_work


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("HOT-01/2026/000002", "HOT-01/2026/000002"),
        (" hot-01/2026/2 ", "HOT-01/2026/000002"),
        ("2025/000002", "HOT-01/2025/000002"),
        ("2", "HOT-01/2026/000002"),
        ("3", "HOT-01/2027/000003"),
        ("4", None),
        ("2024/1", None),
        ("HOT-01/2026/", None),
        ("999999999", None),
        ("1" * 40, None),
    ],
)
def test_a_short_number_is_of_this_year_or_of_the_newest_that_has_it(
    engine: Engine, typed: str, number: str | None
) -> None:
    with unit_of_work(engine) as session:
        for year, count in ((2025, 3), (2026, 2), (2027, 3)):
            registered(session, count, year)
    with reading(engine) as session:
        found = lookup.find(session, typed, 2026)
    assert (found.number if found else None) == number
