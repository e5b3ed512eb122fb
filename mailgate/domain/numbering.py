"""The rule of the numbers, pure: in each year they run 1, 2, 3, ... up to the last one that was given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

Year = TypeVar("Year", int, str)


@dataclass(frozen=True, slots=True)
class Serials:
    """The numbers that stand in the register in one year: how many there are, and the highest."""

    count: int
    highest: int


NONE = Serials(0, 0)


def years_with_gaps(given: Mapping[Year, int], serials: Mapping[Year, Serials]) -> Iterator[Year]:
    """Each year in which the numbers that stand there are not all that were given; ``given`` has the last one by the year.

    No serial stands twice in a year (a unique key), and none is below 1: so count and highest number tell.
    """
    for year in sorted(set(given) | set(serials)):
        found = serials.get(year, NONE)
        if not found.count == found.highest == given.get(year, 0):
            yield year
