"""The listing commands at work on a register of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from mailgate.register.database import migrate, open_database


class Desk:
    """Runs the commands of one noun; ``engine`` is the register that they work on."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def run(self, app: typer.Typer, *arguments: str, status: int = 0) -> Result:
        """Run a command, which must end with this exit status; a fault of ours passes as its exception."""
        result = CliRunner().invoke(app, arguments, catch_exceptions=False)
        assert result.exit_code == status, result.output
        return result

    def json(self, app: typer.Typer, *arguments: str) -> Any:
        """What a command prints with ``--json``."""
        return json.loads(self.run(app, *arguments, "--json").stdout)


@pytest.fixture
def database_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a database that is not there yet, set as an administrator sets it, in a folder without ``.env``."""
    monkeypatch.chdir(tmp_path)
    url = f"sqlite:///{tmp_path / 'mailgate.db'}"
    monkeypatch.setenv("MAILGATE_DATABASE_URL", url)
    return url


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    """The commands at work on an empty register."""
    engine = open_database(database_url)
    migrate(engine)
    yield Desk(engine)
    engine.dispose()
