"""Machines with an installation to back up or to restore on, on each kind of database, and ways to spoil a backup."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from servers.commands import Shell
from servers.databases import Databases
from servers.entries import LEASE, NOW, letter, registered, spooled
from sqlalchemy import Engine

from mailgate.backup.installation import Installation
from mailgate.register import outbox, outcomes
from mailgate.register.database import migrate, unit_of_work

KEY = b"a key that is long enough to be one, for tests"


@dataclass(frozen=True)
class Machine:
    """A machine with its storage folder and its database, which may hold no register yet."""

    folder: Path
    url: str
    engine: Engine
    shell: Shell

    @property
    def storage(self) -> Path:
        return self.folder / "storage"

    @property
    def database(self) -> Path:
        """SQLite's file."""
        return self.storage / "mailgate.db"

    @property
    def installation(self) -> Installation:
        return Installation(
            self.url,
            self.storage,
            ("secret.key", "oauth2-refresh-token.json"),
            frozenset({"oauth2-refresh-token.json"}),
            {"PATH": os.environ["PATH"]},
        )

    def fill(self, questions: int = 3) -> None:
        """A register with questions, letters in three states, mails, and a key."""
        self.storage.mkdir(exist_ok=True)
        migrate(self.engine)
        (self.storage / "secret.key").write_bytes(KEY)
        spooled(self.engine, *(f"{self.folder.name}{n}" for n in range(questions)))
        with unit_of_work(self.engine) as session:
            ids = registered(session, questions)
            sent, _queued, sending = outbox.enqueue(session, [letter(str(n), ids[0]) for n in range(3)])
            outcomes.mark_accepted(session, sent, "250 ok", NOW)
            outbox.claim(session, "desk", 9, NOW, LEASE)
            outbox.mark_sending(session, sending, "desk", NOW)


@pytest.fixture
def machine(databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Machine]:
    """An empty machine of this name."""

    def new(name: str) -> Machine:
        folder = tmp_path / name
        (folder / "storage").mkdir(parents=True)
        url = databases.empty(folder / "storage" / "mailgate.db")
        environment = {"MAILGATE_STORAGE": str(folder / "storage"), "MAILGATE_DATABASE_URL": url}
        return Machine(folder, url, databases.open(url), Shell(tmp_path, environment, monkeypatch))

    return new


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """The folder of backups."""
    return tmp_path / "backups"


def turn_a_bit(backup: Path) -> None:
    """Spoil one byte of the database in a backup."""
    with tarfile.open(backup) as tar:
        place = tar.getmembers()[1].offset_data + 200
    with backup.open("r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 1]))


def cut(backup: Path) -> None:
    """Let a backup end within its database."""
    with tarfile.open(backup) as tar:
        place = tar.getmembers()[1].offset_data + 200
    with backup.open("r+b") as file:
        file.truncate(place)
