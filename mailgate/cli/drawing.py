"""Tables drawn in a terminal, however narrow it is: what identifies a row is never cut, the rest gives way to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_LEAST = 11
"""Cells to which a column that may be cut is narrowed before another column is left out."""
_BORDERS = 3
"""Cells of a column's border and padding; the table has one border more."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: whether its texts may be cut, and how soon it is left out (the highest first, nought never)."""

    heading: str
    cut: bool = False
    spare: int = 0


def draw(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """Draw the table on standard output, as wide as the terminal allows."""
    # Imported here: most commands draw nothing.
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    widths = [max(map(cell_len, texts)) for texts in zip((one.heading for one in columns), *rows, strict=True)]
    shown = _shown(columns, widths, console.width)
    fitted = _fitted(columns, widths, shown, console.width)
    table = Table(header_style="bold")
    for index in shown:
        table.add_column(columns[index].heading, width=fitted[index], no_wrap=True, overflow="ellipsis")
    for row in rows:
        # As Text: in a plain string rich would obey [markup] that came in a mail.
        table.add_row(*(Text(row[index]) for index in shown))
    # Where even the least does not fit the terminal wraps the lines, which rich would cut.
    console.width = max(console.width, _taken([fitted[index] for index in shown]))
    console.print(table)


def _shown(columns: Sequence[Column], widths: Sequence[int], width: int) -> list[int]:
    """The places of the columns that fit, in order."""
    shown = list(range(len(columns)))
    least = [min(_LEAST, wide) if column.cut else wide for column, wide in zip(columns, widths, strict=True)]
    for index in sorted(shown, key=lambda place: columns[place].spare, reverse=True):
        if columns[index].spare and _taken([least[place] for place in shown]) > width:
            shown.remove(index)
    return shown


def _fitted(columns: Sequence[Column], widths: Sequence[int], shown: Sequence[int], width: int) -> dict[int, int]:
    """The width of each shown column: those that may be cut share what the others leave, the narrow ones first."""
    fitted = {index: widths[index] for index in shown}
    narrow_first = sorted((index for index in shown if columns[index].cut), key=lambda index: widths[index])
    left = width - _taken([0 if columns[index].cut else widths[index] for index in shown])
    for index, sharers in zip(narrow_first, range(len(narrow_first), 0, -1), strict=True):
        fitted[index] = max(1, min(widths[index], left // sharers))
        left -= fitted[index]
    return fitted


def _taken(widths: Sequence[int]) -> int:
    return sum(widths) + _BORDERS * len(widths) + 1
