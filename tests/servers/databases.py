"""The databases of a test, on the kind that the run asks for: SQLite, PostgreSQL, or both one after the other.

``pytest --database=sqlite|postgresql|both`` chooses (``tests/conftest.py``).  A test that makes a database has the
fixture ``databases``, by itself or through ``engine``, ``Deployment`` and the like: it runs once for each kind and bears
the marker ``database``; no other test runs twice.  What only one kind can show is marked
``@pytest.mark.only_on("sqlite", "the reason")``.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import pytest
from servers.postgres import PostgresServer, postgres_cluster
from sqlalchemy import Engine, make_url

from mailgate.register.database import migrate, open_database

KINDS = ("sqlite", "postgresql")


class Maker(Protocol):
    """Makes databases of one kind."""

    def empty(self, path: Path) -> str:
        """The URL of a database without any table; on SQLite at this path, where nothing is made yet."""
        ...

    def filled(self, path: Path) -> str:
        """The URL of a database with the schema in it; on SQLite at this path."""
        ...

    def drop(self, url: str) -> None:
        """Throw a database away."""
        ...


class SqliteMaker:
    """Files, copied from one that has the schema."""

    def __init__(self, template: Path) -> None:
        self._template = template

    def empty(self, path: Path) -> str:
        return f"sqlite:///{path}"

    def filled(self, path: Path) -> str:
        if not self._template.exists():
            _migrated(self.empty(self._template))
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self._template, path)
        return self.empty(path)

    def drop(self, url: str) -> None:
        """Pytest throws its folder away."""


class PostgresMaker:
    """Databases in one server, copied from one that has the schema."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._template: str | None = None

    def empty(self, path: Path) -> str:
        return self._server.create(_new_name())

    def filled(self, path: Path) -> str:
        if self._template is None:
            self._template = _new_name()
            _migrated(self._server.create(self._template))
        return self._server.create(_new_name(), self._template)

    def drop(self, url: str) -> None:
        self._server.drop(make_url(url).database or "")

    def close(self) -> None:
        if self._template is not None:
            self._server.drop(self._template)


class Databases:
    """The databases of one test, which are gone at its end.

    Each stands for the path at which SQLite would have its file: the same path is the same database, so that a program
    which is started again finds what it left.
    """

    def __init__(self, kind: str, maker: Maker) -> None:
        self.kind = kind
        self._maker = maker
        self._urls: dict[Path, str] = {}
        self._engines: list[Engine] = []

    def empty(self, path: Path) -> str:
        """The URL of the database at this path, without any table when it is first asked for."""
        if path not in self._urls:
            self._urls[path] = self._maker.empty(path)
        return self._urls[path]

    def filled(self, path: Path) -> str:
        """The URL of the database at this path, with the schema in it."""
        if path not in self._urls:
            self._urls[path] = self._maker.filled(path)
        return self._urls[path]

    def open(self, url: str) -> Engine:
        """An engine that is disposed of at the end of the test."""
        self._engines.append(open_database(url))
        return self._engines[-1]

    def settings(self, storage: Path) -> dict[str, str]:
        """What a new installation with this storage folder must set for its database: nothing on SQLite."""
        if self.kind == "sqlite":
            return {}
        return {"MAILGATE_DATABASE_URL": self.empty(storage / "mailgate.db")}

    def close(self) -> None:
        """Dispose of everything."""
        for engine in self._engines:
            engine.dispose()
        for url in self._urls.values():
            self._maker.drop(url)


_of_this_test: list[Databases] = []


def of_this_test() -> Databases:
    """The databases of the test that runs now, for helpers that are no fixtures."""
    assert _of_this_test, 'a test that makes a database has the fixture: @pytest.mark.usefixtures("databases")'
    return _of_this_test[-1]


def kinds_of(item: pytest.Item, wanted: Sequence[str]) -> list[object]:
    """The parameters with which a test that makes a database is to run, when these kinds are wanted."""
    only = item.get_closest_marker("only_on")
    kinds = [kind for kind in wanted if only is None or kind == only.args[0]]
    if only is None or kinds:
        return [pytest.param(kind, id=kind, marks=pytest.mark.database) for kind in kinds]
    skipped = pytest.mark.skip(reason=f"only on {only.args[0]}: {only.args[1]}")
    return [pytest.param(only.args[0], id=only.args[0], marks=[skipped, pytest.mark.database])]


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config) -> Iterator[PostgresServer]:
    """One PostgreSQL server for the whole run: the one that is given, or a cluster of our own."""
    given = pytestconfig.stash[GIVEN]
    if given:
        server = PostgresServer(make_url(given))
        yield server
        server.leave()
        return
    with postgres_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def postgres_maker(postgres: PostgresServer) -> Iterator[PostgresMaker]:
    """Makes PostgreSQL databases."""
    maker = PostgresMaker(postgres)
    yield maker
    maker.close()


@pytest.fixture(scope="session")
def sqlite_maker(tmp_path_factory: pytest.TempPathFactory) -> SqliteMaker:
    """Makes SQLite databases."""
    return SqliteMaker(tmp_path_factory.mktemp("template") / "mailgate.db")


@pytest.fixture
def databases(request: pytest.FixtureRequest) -> Iterator[Databases]:
    """Databases for this test, on the kind that is its turn."""
    kind = str(request.param)
    made = Databases(kind, request.getfixturevalue("sqlite_maker" if kind == "sqlite" else "postgres_maker"))
    _of_this_test.append(made)
    yield made
    _of_this_test.remove(made)
    made.close()


@pytest.fixture
def empty_url(databases: Databases, tmp_path: Path) -> str:
    """The URL of a database without any table."""
    return databases.empty(tmp_path / "mailgate.db")


@pytest.fixture
def register_url(databases: Databases, tmp_path: Path) -> str:
    """The URL of a database with the schema in it."""
    return databases.filled(tmp_path / "mailgate.db")


@pytest.fixture
def engine(databases: Databases, register_url: str) -> Engine:
    """An open database with the schema in it."""
    return databases.open(register_url)


GIVEN = pytest.StashKey[str]()
"""The URL of the PostgreSQL server that was given for the tests; empty where they start their own."""


def _migrated(url: str) -> None:
    opened = open_database(url)
    migrate(opened)
    opened.dispose()


def _new_name() -> str:
    return f"mailgate_test_{uuid.uuid4().hex}"
