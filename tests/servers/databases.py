"""Databases for tests: a fresh SQLite file or a fresh PostgreSQL database, with the schema in it.

A folder's ``conftest.py`` takes what it needs::

    from servers.databases import engine, postgres, postgres_template, register_url

    __all__ = ["engine", "postgres", "postgres_template", "register_url"]
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers.postgres import PostgresServer, postgres_server
from sqlalchemy import Engine

from mailgate.register.database import migrate, open_database

KINDS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One PostgreSQL cluster for the whole run."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> str:
    """The name of a PostgreSQL database with the schema in it, to be copied."""
    name = "mailgate_template"
    _migrated(postgres.create(name)).dispose()
    return name


@pytest.fixture(params=KINDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table, on each of the two kinds."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'mailgate.db'}"
    else:
        yield from _postgresql_url(request.getfixturevalue("postgres"))


@pytest.fixture(params=KINDS)
def register_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with the schema in it, on each of the two kinds."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'mailgate.db'}"
        _migrated(url).dispose()
        yield url
    else:
        template = request.getfixturevalue("postgres_template")
        yield from _postgresql_url(request.getfixturevalue("postgres"), template)


@pytest.fixture
def engine(register_url: str) -> Iterator[Engine]:
    """An open database with the schema in it, on each of the two kinds."""
    opened = open_database(register_url)
    yield opened
    opened.dispose()


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    """An open SQLite database with the schema in it."""
    opened = _migrated(f"sqlite:///{tmp_path / 'mailgate.db'}")
    yield opened
    opened.dispose()


def _migrated(url: str) -> Engine:
    opened = open_database(url)
    migrate(opened)
    return opened


def _postgresql_url(server: PostgresServer, template: str = "template1") -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex}"
    yield server.create(name, template)
    server.drop(name)
