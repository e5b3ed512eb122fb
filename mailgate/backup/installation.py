"""The parts of an installed mailgate that a backup holds, as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine

from mailgate.backup.manifest import Kind
from mailgate.register.database import open_database


@dataclass(frozen=True, slots=True)
class Installation:
    """``keys`` are the names of the files of secrets in the storage folder, there or not.

    ``lasting`` are those of them that stay as they are where one stands already: it is newer than any backup's.
    ``environment`` is for the programs of PostgreSQL's client, without settings of ours.
    """

    database_url: str = field(repr=False)
    storage: Path
    keys: tuple[str, ...]
    lasting: frozenset[str]
    environment: Mapping[str, str] = field(repr=False)

    @contextmanager
    def database(self) -> Iterator[Engine]:
        """The register's database, for as long as the block lasts.  Raises RegisterError for an URL of no use."""
        engine = open_database(self.database_url)
        try:
            yield engine
        finally:
            engine.dispose()


def kind_of(engine: Engine) -> Kind:
    """Which of the two databases it is."""
    return "postgresql" if engine.dialect.name == "postgresql" else "sqlite"


DATABASE: Mapping[Kind, str] = {"sqlite": "mailgate.db.gz", "postgresql": "mailgate.dump"}
"""The name of the database in a backup."""
