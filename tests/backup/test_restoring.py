"""A backup becomes the register again: checked, at one stroke, and nothing is ever deleted."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from servers.databases import Databases
from servers.entries import registered
from servers.machines import KEY, Machine, turn_a_bit
from sqlalchemy import text

from mailgate.backup import maker, restorer
from mailgate.backup.fault import BackupFault
from mailgate.register import audit, letters, restores, schema
from mailgate.register.database import ensure_current, reading, unit_of_work
from mailgate.register.migrations import HEAD
from mailgate.storagelock import only_one

NOW = datetime(2026, 11, 23, 20, 15, tzinfo=UTC)
LATER = NOW + timedelta(hours=3)
Machines = Callable[[str], Machine]


@pytest.fixture
def backup(machine: Machines, shelf: Path) -> Path:
    """Of another machine, with three questions."""
    lost = machine("lost")
    lost.fill()
    return maker.make(lost.installation, shelf, keep=14, now=NOW).path


def restored(machine: Machine, backup: Path, *, replace: bool = False) -> restorer.Restored:
    return restorer.restore(machine.installation, backup, replace=replace, now=LATER)


def questions(machine: Machine) -> int:
    with reading(machine.engine) as session:
        return int(session.connection().execute(text("SELECT count(*) FROM question")).scalar_one())


def test_the_register_and_its_key_stand_on_an_empty_machine(machine: Machines, backup: Path) -> None:
    found = machine("found")
    done = restored(found, backup)
    assert (done.aside, questions(found)) == ((), 3)
    key = found.storage / "secret.key"
    assert (key.read_bytes(), stat.S_IMODE(key.stat().st_mode)) == (KEY, 0o600)
    ensure_current(found.engine)
    with unit_of_work(found.engine) as session:
        registered(session)
    assert questions(found) == 4
    if found.database.exists():
        assert stat.S_IMODE(found.database.stat().st_mode) == 0o600
    assert not list(found.storage.glob(".mailgate-unfinished*"))


def test_letters_that_stood_ready_are_uncertain_with_the_reason_and_the_restoration_is_on_record(
    machine: Machines, backup: Path
) -> None:
    found = machine("found")
    assert restored(found, backup).letters == 2
    with reading(found.engine) as session:
        entries = list(letters.listed(session, letters.STATES))
        restore = restores.last(session)
        events = [event for event in audit.history(session, 1) if event.kind == "letter_uncertain"]
        assert restores.to_read_again(session) == restore
        assert restores.doubtful_letters(session) == [entry.id for entry in entries[1:]]
    assert restore is not None
    assert (restore.backup_made_at, restore.restored_at) == (NOW, LATER)
    assert [entry.state for entry in entries] == ["accepted", "uncertain", "uncertain"]
    assert {entry.last_reply for entry in entries[1:]} == {restore.note}
    # A letter that had not left knows of no try: nobody can say when it went.
    assert entries[1].last_try_at is None
    assert [event.detail["reply"] for event in events] == [restore.note] * 2


def test_a_register_that_stands_there_is_refused_or_moved_aside_whole(machine: Machines, backup: Path) -> None:
    found = machine("found")
    found.fill(5)
    with pytest.raises(BackupFault, match=r"there is a register already|the database is not empty"):
        restored(found, backup)
    assert questions(found) == 5
    if not found.database.exists():
        return
    # What is still in its write-ahead log goes with it.
    with unit_of_work(found.engine) as session:
        registered(session)
    found.engine.dispose()
    (found.storage / "secret.key").write_bytes(b"another key")
    done = restored(found, backup, replace=True)
    assert questions(found) == 3
    aside = {path.name: path for path in done.aside}
    assert set(aside) == {"secret.key.replaced-2026-11-23T231500Z", "mailgate.db.replaced-2026-11-23T231500Z"}
    assert aside["secret.key.replaced-2026-11-23T231500Z"].read_bytes() == b"another key"
    with closing(sqlite3.connect(aside["mailgate.db.replaced-2026-11-23T231500Z"])) as database:
        assert database.execute("SELECT count(*) FROM question").fetchone() == (6,)


@pytest.mark.only_on("sqlite", "its files are SQLite's")
def test_a_database_too_damaged_to_be_opened_is_moved_aside_with_its_log(machine: Machines, backup: Path) -> None:
    found = machine("found")
    found.database.write_bytes(b"rubbish" * 1000)
    log = found.database.with_name("mailgate.db-wal")
    log.write_bytes(b"more rubbish")
    restored(found, backup, replace=True)
    assert questions(found) == 3
    assert not log.exists() or log.read_bytes()[:4] != b"more"
    kept = {path.name: path.read_bytes()[:4] for path in found.storage.glob("*.replaced-*")}
    assert kept == {
        "mailgate.db.replaced-2026-11-23T231500Z": b"rubb",
        "mailgate.db.replaced-2026-11-23T231500Z-wal": b"more",
    }


def test_a_refresh_token_that_stands_there_is_newer_than_any_backups(machine: Machines, shelf: Path) -> None:
    lost, found = machine("lost"), machine("found")
    lost.fill()
    for one, token in ((lost, "old"), (found, "new")):
        (one.storage / "oauth2-refresh-token.json").write_text(token)
    restored(found, maker.make(lost.installation, shelf, keep=1, now=NOW).path)
    assert (found.storage / "oauth2-refresh-token.json").read_text() == "new"


def test_a_bad_backup_changes_nothing(machine: Machines, backup: Path) -> None:
    found = machine("found")
    turn_a_bit(backup)
    with pytest.raises(BackupFault, match="is not good and was not restored"):
        restored(found, backup)
    assert list(found.storage.iterdir()) == []


def test_a_backup_of_a_newer_program_is_refused_with_what_to_do(
    machine: Machines, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "revisions", lambda: ["0001"])
    with pytest.raises(BackupFault, match=r"made by mailgate .*, whose register is newer .*: install that version"):
        restored(machine("found"), backup)


def test_a_backup_of_an_older_schema_is_brought_up_to_date(
    machine: Machines, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost, found = machine("lost"), machine("found")
    with lost.engine.begin() as connection:
        command.upgrade(schema.alembic_config(connection), "0001")
    with monkeypatch.context() as older:
        # The program of that time.
        older.setattr(schema, "HEAD", "0001")
        backup = maker.make(lost.installation, shelf, keep=1, now=NOW).path
    restored(found, backup)
    ensure_current(found.engine)
    with found.engine.begin() as connection:
        command.check(schema.alembic_config(connection))
    assert schema.pending(found.engine) == (HEAD, [])


def test_a_restoration_that_is_cut_short_leaves_nothing_that_a_daemon_would_take_for_a_register(
    machine: Machines, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it would send the letters that stood ready."""
    found = machine("found")

    def killed(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(restores, "record", killed)
    with pytest.raises(KeyboardInterrupt):
        restored(found, backup)
    with pytest.raises(Exception, match=r"There is no register yet|no register"):
        ensure_current(found.engine)


def test_the_command_is_refused_while_a_daemon_runs(machine: Machines, backup: Path) -> None:
    found = machine("found")
    with only_one(found.storage), pytest.raises(AssertionError, match="another mailgate works"):
        found.shell.run("restore", backup)
    said = found.shell.run("restore", backup).output
    assert "2 letters may have been sent after the backup and are uncertain" in said
    assert "Mail that came by SMTP after 2026-11-23 21:15:00 was only in the lost register" in said
    assert "HOT-01/2026/000003" in said


def test_a_backup_of_the_other_kind_of_database_is_refused(
    machine: Machines, backup: Path, databases: Databases, tmp_path: Path
) -> None:
    if databases.kind == "sqlite":
        pytest.skip("shown from the other side")
    other = restorer.Installation(
        f"sqlite:///{tmp_path / 'x.db'}", tmp_path, (), frozenset(), machine("x").installation.environment
    )
    with pytest.raises(BackupFault, match="this is a backup of PostgreSQL"):
        restorer.restore(other, backup, replace=False, now=LATER)


def test_settling_all_that_the_restoration_left_takes_the_instant_from_the_log(machine: Machines, backup: Path) -> None:
    found = machine("found")
    restored(found, backup)
    found.shell.run("outbox", "settle", "--accepted", status=2)
    found.shell.run("outbox", "settle", "--all-restored", "1", "--accepted", status=2)
    found.shell.run("outbox", "settle", "--all-restored", "--accepted", "--at", "2026-11-23T12:00", status=2)
    said = found.shell.run(
        "outbox", "settle", "--all-restored", "--accepted", "--at", "2020-11-23T21:20:00+01:00"
    ).output
    assert "Settled as accepted: 2" in said
    with reading(found.engine) as session:
        accepted = [one.accepted_at for one in letters.listed(session, ("accepted",))]
        assert restores.doubtful_letters(session) == []
    assert accepted[1:] == [datetime(2020, 11, 23, 20, 20, tzinfo=UTC)] * 2
