"""The last backup is remembered in the storage folder, whoever makes it and whatever becomes of the daemon."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from servers.commands import Shell
from servers.machines import Machine

from mailgate.backup import memory
from mailgate.clock import utc_now
from mailgate.domain.lastbackup import LastBackup

NOW = datetime(2026, 11, 23, 20, 15, 3, 500, tzinfo=UTC)
Machines = Callable[[str], Machine]


def remembered(machine: Machine) -> LastBackup:
    last = memory.read(machine.storage)
    assert last is not None
    return last


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """With instants and letters; nothing else is left in the folder."""
    last = LastBackup(NOW, "/srv/żółw/x.tar", 5 << 30, 7, NOW + timedelta(days=1), "Brak miejsca „tu”.")
    memory.write(tmp_path, last)
    assert memory.read(tmp_path) == last
    assert [(file.name, file.stat().st_mode & 0o777) for file in tmp_path.iterdir()] == [(memory.FILE_NAME, 0o600)]
    memory.write(tmp_path, LastBackup(NOW))
    assert memory.read(tmp_path) == LastBackup(NOW)


def test_a_backup_is_remembered_with_its_moment_size_and_place(
    machine: Machines, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = machine("one")
    one.fill()
    shelf.mkdir()
    monkeypatch.chdir(shelf)
    began = utc_now()
    one.shell.run("backup", ".")
    [file] = shelf.iterdir()
    last = remembered(one)
    assert last == LastBackup(last.made_at, str(file), file.stat().st_size, every=1)
    assert last.made_at and began <= last.made_at <= utc_now()
    one.shell.run("backup", shelf / "elsewhere", "--every", 0)
    assert (remembered(one).file, remembered(one).due) == (str(next((shelf / "elsewhere").iterdir())), None)


def test_a_try_that_fails_is_remembered_beside_the_last_good_one(machine: Machines, shelf: Path) -> None:
    one = machine("one")
    one.fill()
    one.shell.run("backup", shelf)
    good = remembered(one)
    shelf.with_name("file").touch()
    said = one.shell.refused("backup", shelf.with_name("file"))
    failed = remembered(one)
    assert (failed.made_at, failed.file, failed.trouble) == (good.made_at, good.file, said)
    assert failed.failing_since is not None
    one.shell.refused("backup", shelf.with_name("file"))
    assert remembered(one).failing_since == failed.failing_since
    one.shell.run("backup", shelf / "again")
    assert (remembered(one).failing_since, remembered(one).trouble) == (None, None)


def test_a_register_that_cannot_be_read_is_a_try_that_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    storage = tmp_path / "storage"
    storage.mkdir()
    url = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    shell = Shell(tmp_path, {"MAILGATE_STORAGE": str(storage), "MAILGATE_DATABASE_URL": url}, monkeypatch)
    said = shell.refused("backup", tmp_path / "backups")
    last = memory.read(storage)
    assert last is not None
    assert (last.made_at, last.trouble) == (None, said)


def test_a_backup_that_cannot_be_remembered_is_a_backup_all_the_same(machine: Machines, shelf: Path) -> None:
    one = machine("one")
    one.fill()
    # A folder in the place of the file: it cannot be replaced, not even by root.
    (one.storage / memory.FILE_NAME).mkdir()
    said = one.shell.run("backup", shelf)
    assert "`mailgate status` will not know of it" in said.output
    assert len(list(shelf.iterdir())) == 1
    (shelf / "file").touch()
    assert "cannot be written" in one.shell.refused("backup", shelf / "file")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_root_remembers_the_service_can_read(tmp_path: Path) -> None:
    os.chown(tmp_path, 12345, 23456)
    memory.write(tmp_path, LastBackup(NOW))
    stands = (tmp_path / memory.FILE_NAME).stat()
    assert (stands.st_uid, stands.st_gid) == (12345, 23456)


def test_a_file_of_another_kind_tells_of_no_backup(tmp_path: Path) -> None:
    memory.write(tmp_path, LastBackup(NOW, "x", 1, 1, NOW, "y"))
    good = json.loads((tmp_path / memory.FILE_NAME).read_text("utf-8"))
    spoiled = [
        good | {"made_at": "2026-11-23T20:15:00"},
        good | {"made_at": "9999-12-31T23:59:59+00:00"},
        good | {"failing_since": 3},
        good | {"every": 10**9},
        good | {"every": -1},
        good | {"bytes": 10**400},
        {name: value for name, value in good.items() if name != "trouble"},
    ]
    for content in ("", "{}", "[1]", "null", "\x00", "[" * 300_000, *map(json.dumps, spoiled)):
        (tmp_path / memory.FILE_NAME).write_text(content)
        assert memory.read(tmp_path) is None, content[:100]
    assert memory.read(tmp_path / "gone") is None
