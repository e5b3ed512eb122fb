"""Growing pauses: their bounds, their growth and their spread."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailgate.domain.pauses import pause

JITTER = st.floats(0, 1, exclude_max=True)


def test_pauses_double_until_the_longest() -> None:
    assert [pause(attempt, 1, 300, 0.0) for attempt in range(1, 11)] == [1, 2, 4, 8, 16, 32, 64, 128, 150, 150]


def test_jitter_picks_the_place_in_a_window_as_wide_as_its_beginning() -> None:
    assert pause(3, 1, 300, 0.5) == 6
    assert pause(50, 1, 300, 0.5) == 225


@given(st.integers(1, 10**9), st.floats(0.001, 1000), st.floats(1, 1000), JITTER)
def test_no_pause_is_shorter_than_the_shortest_or_longer_than_the_longest(
    attempt: int, shortest: float, factor: float, jitter: float
) -> None:
    assert shortest <= pause(attempt, shortest, shortest * factor, jitter) <= shortest * factor


@given(st.integers(1, 200), JITTER)
def test_a_later_attempt_never_waits_less(attempt: int, jitter: float) -> None:
    assert pause(attempt, 1, 300, jitter) <= pause(attempt + 1, 1, 300, jitter)


@pytest.mark.parametrize(
    ("attempt", "shortest", "longest", "jitter"),
    [(0, 1, 2, 0), (1, 0, 2, 0), (1, 3, 2, 0), (1, 1, 2, 1.0), (1, 1, 2, -0.1)],
)
def test_arguments_out_of_range_are_refused(attempt: int, shortest: float, longest: float, jitter: float) -> None:
    with pytest.raises(ValueError, match="no pause"):
        pause(attempt, shortest, longest, jitter)
