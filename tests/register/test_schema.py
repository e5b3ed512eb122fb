"""The schema is brought up to date at start: once, whole, and never backwards."""

from __future__ import annotations

import sqlite3
import stat
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from psycopg import sql
from servers.databases import Databases
from servers.entries import spooled
from servers.postgres import PostgresServer
from servers.register_workers import in_processes, migrate_now
from sqlalchemy import Engine, text

from mailgate.errors import RegisterError
from mailgate.register import schema
from mailgate.register.database import ensure_current, migrate, open_database, reading, unit_of_work
from mailgate.register.migrations import HEAD


@pytest.fixture
def empty(empty_url: str) -> Iterator[Engine]:
    """A database without any table."""
    opened = open_database(empty_url)
    yield opened
    opened.dispose()


def _set_revision(engine: Engine, revision: str) -> None:
    with unit_of_work(engine) as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = :to"), {"to": revision})


def test_the_migrations_make_just_the_tables_of_the_program(engine: Engine) -> None:
    """`alembic check` finds nothing to do on either database."""
    with engine.begin() as connection:
        command.check(schema.alembic_config(connection))


def test_the_newest_revision_is_the_one_that_the_program_names(engine: Engine) -> None:
    """And there is one line of revisions, without branches."""
    with engine.begin() as connection:
        assert ScriptDirectory.from_config(schema.alembic_config(connection)).get_heads() == [HEAD]


def test_migrating_twice_changes_nothing(engine: Engine) -> None:
    """Every start does it."""
    [inbound_id] = spooled(engine, "a")
    migrate(engine)
    ensure_current(engine)
    assert spooled(engine, "a") == [inbound_id]


def test_several_daemons_may_start_at_once_on_a_new_database(empty_url: str) -> None:
    """One migrates, the others wait and find nothing to do."""
    assert in_processes(migrate_now, [(empty_url,)] * 3) == ["", "", ""]


def test_a_database_newer_than_the_program_is_left_alone(engine: Engine) -> None:
    """With a sentence that tells what to do."""
    _set_revision(engine, "9999")
    for asked in (migrate, ensure_current):
        with pytest.raises(RegisterError, match=r"at revision 9999, which this program .* does not know"):
            asked(engine)


def test_an_older_database_is_left_to_the_daemons_start(engine: Engine) -> None:
    _set_revision(engine, "0001")
    with pytest.raises(RegisterError, match=rf"at revision 0001 and this program .* at {HEAD}: start mailgate"):
        ensure_current(engine)


@pytest.mark.only_on("postgresql", "SQLite keeps Unicode always")
@pytest.mark.parametrize("encoding", ["LATIN2", "SQL_ASCII"])
def test_a_database_that_cannot_hold_every_letter_is_refused_with_the_cure(
    databases: Databases, postgres: PostgresServer, encoding: str
) -> None:
    """Else a mail with a letter outside it would be set aside as a mistake of the program, one after the other."""
    name = f"mailgate_test_{encoding.lower()}_{uuid.uuid4().hex}"
    made = "CREATE DATABASE {} TEMPLATE template0 ENCODING {} LC_COLLATE 'C' LC_CTYPE 'C'"
    postgres.command(sql.SQL(made).format(sql.Identifier(name), sql.Literal(encoding)))
    opened = open_database(postgres.url(name))
    try:
        with pytest.raises(RegisterError, match=rf"^The database is in {encoding}.*createdb --encoding=UTF8"):
            migrate(opened)
    finally:
        opened.dispose()
        postgres.drop(name)


def test_a_command_that_looks_makes_no_database(empty: Engine) -> None:
    """It says that there is none yet, and how one comes about."""
    with pytest.raises(RegisterError, match=r"There is no register yet at .*mailgate run"):
        ensure_current(empty)
    path = schema.sqlite_path(empty)
    assert path is None or not path.exists()


def test_a_migration_that_fails_leaves_nothing_half_done(empty: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite too, whose driver would commit table by table if left to itself."""

    def fail(_connection: object) -> None:
        raise RegisterError("stopped")

    monkeypatch.setattr(schema, "_check_foreign_keys", fail)
    with pytest.raises(RegisterError, match="stopped"):
        migrate(empty)
    with empty.connect() as connection:
        names = connection.dialect.get_table_names(connection)
    assert names == []


def test_a_new_sqlite_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """It will hold personal data; missing folders are made."""
    engine = open_database(f"sqlite:///{tmp_path / 'a' / 'b' / 'mailgate.db'}")
    migrate(engine)
    engine.dispose()
    assert stat.S_IMODE((tmp_path / "a" / "b" / "mailgate.db").stat().st_mode) == 0o600


@pytest.mark.only_on("sqlite", "a file is copied")
def test_an_older_sqlite_file_is_copied_aside_before_an_upgrade(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With everything in it that was committed, also what is still in the write-ahead log."""
    spooled(engine, "a")
    upgrades: list[str] = []
    monkeypatch.setattr(command, "upgrade", lambda _config, revision: upgrades.append(revision))
    monkeypatch.setattr(schema, "HEAD", "9999")
    migrate(engine)
    assert upgrades == ["head"]
    with closing(sqlite3.connect(tmp_path / "mailgate.db.before-9999")) as copy:
        assert copy.execute("SELECT count(*) FROM inbound_content").fetchone() == (1,)
    assert not list(tmp_path.glob("*.part"))


def test_a_file_that_cannot_be_made_is_told_in_a_sentence(tmp_path: Path) -> None:
    """Here a file stands where the folder should be."""
    (tmp_path / "taken").write_text("")
    engine = open_database(f"sqlite:///{tmp_path / 'taken' / 'mailgate.db'}")
    with pytest.raises(RegisterError, match=r"mailgate\.db cannot be written: "):
        migrate(engine)


@pytest.mark.only_on("sqlite", "PostgreSQL needs no switching off")
def test_foreign_keys_are_kept_again_after_a_migration(engine: Engine) -> None:
    """A migration switches them off on its own connection, which goes back to the pool."""
    migrate(engine)
    with reading(engine) as session:
        assert session.connection().exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
