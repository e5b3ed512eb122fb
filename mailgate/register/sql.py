"""What the two databases say differently, in one place, and statements in portions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import CursorResult, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

Item = TypeVar("Item")

PORTION = 500
"""Values in one IN list: far below the limits of both databases, and few enough statements."""


def insert_into(session: Session, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT of this session's database that understands ON CONFLICT."""
    return insert_of(dialect_of(session), table)


def insert_of(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """The same by the name of the database (``dialect_of``), for a statement that is made once and used often."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def dialect_of(session: Session) -> str:
    """``sqlite`` or ``postgresql``."""
    return session.get_bind().dialect.name


def portions(items: Sequence[Item], size: int = PORTION) -> Iterator[Sequence[Item]]:
    """The items in order, at most ``size`` at a time."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def weighed(items: Iterable[Item], weight: Callable[[Item], int], most: int) -> Iterator[list[Item]]:
    """The items in order, in portions that weigh ``most`` in all, or are one item that weighs more by itself."""
    portion: list[Item] = []
    load = 0
    for item in items:
        load += weight(item)
        if portion and load > most:
            yield portion
            portion, load = [], weight(item)
        portion.append(item)
    if portion:
        yield portion


def run(
    session: Session, statement: Executable, params: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
) -> CursorResult[*tuple[Any, ...]]:
    """Execute a statement on tables in the session's transaction, one row or many, without building any object."""
    return session.connection().execute(statement, params)
