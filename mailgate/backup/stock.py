"""What a register holds, counted: the same whether it is asked for in a database or read out of a dump."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mailgate.domain.numbering import NONE, Serials, years_with_gaps

COUNTED = {"questions": "question", "mails": "inbound", "letters": "letter", "events": "event"}
"""What is counted, by the table that it stands in: tables of the first revision, so that every backup has them."""

Ask = Callable[[str], Sequence[Sequence[Any]]]
"""Runs a statement and gives its rows."""


@dataclass(frozen=True, slots=True)
class Stock:
    """``numbers`` is the last number given in each year, by the year as a text; ``counts`` has the keys of COUNTED."""

    revision: str
    counts: Mapping[str, int]
    numbers: Mapping[str, int]

    @property
    def last_number(self) -> str | None:
        """The last number of the last year, as it is printed; None for an empty register."""
        given = {year: last for year, last in self.numbers.items() if last}
        return f"HOT-01/{max(given)}/{given[max(given)]:06d}" if given else None


def take_stock(ask: Ask) -> tuple[Stock, dict[str, Serials]]:
    """Count a database by statements that SQLite and PostgreSQL understand alike."""
    revision = str(ask("SELECT version_num FROM alembic_version")[0][0])
    counts = {name: int(ask(f"SELECT count(*) FROM {table}")[0][0]) for name, table in COUNTED.items()}  # noqa: S608
    numbers = {str(year): int(last) for year, last in ask("SELECT year, last FROM number ORDER BY year")}
    serials = {
        str(year): Serials(int(count), int(highest))
        for year, count, highest in ask("SELECT year, count(*), max(serial) FROM question GROUP BY year")
    }
    return Stock(revision, counts, numbers), serials


def gaps(stock: Stock, serials: Mapping[str, Serials]) -> Iterator[str]:
    """An English clause for each year whose numbers are not 1, 2, 3, ... up to the last one given."""
    for year in years_with_gaps(stock.numbers, serials):
        last, found = stock.numbers.get(year, 0), serials.get(year, NONE)
        yield f"the numbers of {year} have gaps: {found.count} questions, the highest {found.highest}, given {last}"
