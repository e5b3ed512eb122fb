"""The listing commands at work on a register of their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from servers.databases import Databases
from sqlalchemy import Engine
from typer.testing import CliRunner, Result


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
def database_url(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of a database that is not there yet, set as an administrator sets it, in a folder without ``.env``."""
    monkeypatch.chdir(tmp_path)
    url = databases.empty(tmp_path / "mailgate.db")
    monkeypatch.setenv("MAILGATE_DATABASE_URL", url)
    return url


@pytest.fixture
def desk(databases: Databases, register_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The commands at work on an empty register."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MAILGATE_DATABASE_URL", register_url)
    return Desk(databases.open(register_url))
