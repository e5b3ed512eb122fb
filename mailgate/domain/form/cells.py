"""How the cells of a form's tables stand to each other: in one row, below, in one table."""

from __future__ import annotations

from mailgate.domain.form.flow import Path


def same_table(one: Path, other: Path) -> bool:
    """True where the second path leads through the table in which the first one ends."""
    level = len(one)
    return level > 0 and len(other) >= level and one[-1][0] == other[level - 1][0]


def same_place(label: Path, first: Path, other: Path) -> bool:
    """True where a cell is still the value's: in the label's own cell, or in the row or box where it began."""
    if not label:
        return False
    if first[: len(label)] == label:
        return other[: len(label)] == label
    # Outside of tables a value goes on whose line was too long for its page.
    return shares_row(first, other)


def is_row_below(label: Path, first: Path, other: Path) -> bool:
    """True below a value that stands beside its label: nobody has written anything in the label's column there.

    A label within the value (``tel. 24 261 40 21``) has the column of the field's own label at its left.
    """
    if not len(label) == len(first) == len(other) or label[:-1] != first[:-1] or label[:-1] != other[:-1]:
        return False
    (table, row, column), (_, _, value_column) = label[-1], first[-1]
    beside = value_column > column or (first == label and column > 0)
    return beside and other[-1][0] == table and other[-1][1] > row and other[-1][2] == value_column


def shares_row(one: Path, other: Path) -> bool:
    """True where the innermost table that both stand in has them in one row."""
    for a, b in zip(one, other, strict=False):
        if a != b:
            return a[:2] == b[:2]
    return True
