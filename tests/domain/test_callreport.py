"""A call counts from the moment that the consultant names, or from his report of it; never from a guess."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mailgate.domain.callreport import moment_of_call

REPORTED = datetime(2026, 11, 23, 9, 30, 20, tzinfo=UTC)
"""10:30:20 in Warsaw."""


@pytest.mark.parametrize("told", ["", "rozmawiałam z panem Bąkiem", "24 261 40 21", "wew. 12", "pokój 7"])
def test_without_an_hour_the_report_is_the_moment(told: str) -> None:
    assert moment_of_call(told, REPORTED) == REPORTED


@pytest.mark.parametrize(
    "told", ["10:15", "10.15", "godz. 10:15", "o godz. 10.15, p. Bąk", "10:15 tel. 24 261 40 21", "23.11.2026 10:15", "23.11.2026 r., godz. 10.15"]
)  # fmt: skip
def test_an_hour_is_that_of_the_day_in_warsaw(told: str) -> None:
    assert moment_of_call(told, REPORTED) == datetime(2026, 11, 23, 9, 15, tzinfo=UTC)


def test_another_day_is_named_in_full() -> None:
    assert moment_of_call("20.11.2026 15:40", REPORTED) == datetime(2026, 11, 20, 14, 40, tzinfo=UTC)


def test_a_clock_slightly_ahead_is_no_fault() -> None:
    assert moment_of_call("10:34", REPORTED) == REPORTED


@pytest.mark.parametrize(
    "told", ["11:30", "24.11.2026 10:15", "25:70", "20.11.2026", "31.2.2026 10:15", "10:15 albo 10:20"]
)
def test_what_cannot_be_meant_is_no_moment(told: str) -> None:
    assert moment_of_call(told, REPORTED) is None
