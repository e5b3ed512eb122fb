"""The programs of PostgreSQL's client: found or missed in a sentence, and never given a password that others can read."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from mailgate.backup import pgprograms
from mailgate.backup.fault import BackupFault
from mailgate.backup.pgprograms import Target
from mailgate.register.database import open_database


def _program(folder: Path, says: str) -> dict[str, str]:
    """An environment in which pg_dump is a script."""
    script = folder / "pg_dump"
    script.write_text(f"#!/bin/sh\n{says}\n")
    script.chmod(0o755)
    return {"PATH": f"{folder}:/bin:/usr/bin"}


def test_a_program_that_is_missing_is_told_with_its_package(tmp_path: Path) -> None:
    with pytest.raises(BackupFault, match="pg_dump is not installed: install the package postgresql-client-16"):
        pgprograms.find("pg_dump", {"PATH": str(tmp_path)}, 16)


def test_a_program_that_is_older_than_the_server_is_refused(tmp_path: Path) -> None:
    environment = _program(tmp_path, "echo 'pg_dump (PostgreSQL) 13.9 (Debian)'")
    assert pgprograms.find("pg_dump", environment, 13) == str(tmp_path / "pg_dump")
    with pytest.raises(BackupFault, match=r"is of PostgreSQL 13 and the server of 15.*postgresql-client-15"):
        pgprograms.find("pg_dump", environment, 15)


def test_the_password_stands_in_a_file_of_its_own_that_is_gone_afterwards(tmp_path: Path) -> None:
    target = Target("host=db dbname=mailgate", r"za:żół\ć", 15)
    assert "żół" not in repr(target)
    with pgprograms.credentials(target, {"PATH": "/bin"}, tmp_path) as environment:
        file = Path(environment["PGPASSFILE"])
        assert file.read_text("utf-8") == "*:*:*:*:za\\:żół\\\\ć\n"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert not any("żół" in value for value in environment.values())
    assert not file.exists()


@pytest.mark.only_on("postgresql", "the target is a PostgreSQL database")
def test_the_connection_string_has_no_password_in_it(empty_url: str) -> None:
    engine = open_database(empty_url)
    with_password = engine.url.set(password="tajne-hasło")
    engine.dispose()
    engine = open_database(with_password.render_as_string(hide_password=False))
    target = pgprograms.target_of(engine)
    engine.dispose()
    assert "tajne" not in target.conninfo
    assert "password" not in target.conninfo
    assert target.password == "tajne-hasło"


def test_only_the_first_complaint_is_told_and_never_the_rows_behind_it() -> None:
    said = (
        'pg_restore: error: COPY failed for table "question": ERROR:  bad\nCONTEXT:  COPY question, line 5: "Jan Bąk"\n'
    )
    assert pgprograms.complaint(said) == 'COPY failed for table "question": ERROR:  bad'
