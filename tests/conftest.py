"""For every test: the databases that the run is for; on CI hypothesis tries the same examples each time.

    pytest                            SQLite
    pytest --database=postgresql      PostgreSQL, started by the tests themselves from Debian's package
    pytest --database=both            first on SQLite, then on PostgreSQL, where a test makes a database
    pytest -m database ...            only the tests that make a database

``MAILGATE_DATABASE_URL=postgresql+psycopg://...`` names a server to be used instead of an own one: each test makes a
scratch database in it, and what the URL names is not touched.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings
from servers.databases import (
    GIVEN,
    KINDS,
    databases,
    empty_url,
    engine,
    kinds_of,
    postgres,
    postgres_maker,
    register_url,
    sqlite_maker,
)
from servers.programs import do_without

from mailgate.extract.scan import tesseract

__all__ = [
    "databases",
    "empty_url",
    "engine",
    "postgres",
    "postgres_maker",
    "register_url",
    "sqlite_maker",
]

settings.register_profile("ci", derandomize=True, deadline=None)
if os.environ.get("CI") == "true":
    settings.load_profile("ci")

_WANTED = pytest.StashKey[tuple[str, ...]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--database``."""
    parser.addoption("--database", choices=(*KINDS, "both"), help="the kind of database to test on (default: sqlite)")


def pytest_configure(config: pytest.Config) -> None:
    """What the run is for.  The setting is taken out of the environment: no test may work on what it names."""
    url = os.environ.pop("MAILGATE_DATABASE_URL", "")
    given = url if url.startswith("postgresql") else ""
    wanted = config.getoption("database") or ("postgresql" if given else "sqlite")
    config.stash[GIVEN] = given
    config.stash[_WANTED] = KINDS if wanted == "both" else (wanted,)
    config.addinivalue_line("markers", "database: makes a database; given by itself to every such test")
    config.addinivalue_line("markers", "only_on(kind, reason): makes sense on one kind of database only")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that makes a database runs on each wanted kind."""
    if "databases" in metafunc.fixturenames:
        kinds = kinds_of(metafunc.definition, metafunc.config.stash[_WANTED])
        metafunc.parametrize("databases", kinds, indirect=True)


@pytest.fixture
def polish_tesseract() -> None:
    """For tests that read scans."""
    if tesseract.missing() is not None:
        do_without("tesseract with Polish is not installed (packages tesseract-ocr, tesseract-ocr-pol)")


@pytest.fixture
def liberation_fonts() -> None:
    """For tests that draw a page."""
    if not list(Path("/usr/share/fonts").rglob("LiberationSerif-Regular.ttf")):
        do_without("the Liberation fonts are missing (package fonts-liberation)")
