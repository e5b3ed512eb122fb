"""A dump of a PostgreSQL register: taken while others write, and read through without a server."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from mailgate.backup import pgprograms
from mailgate.backup.archive import LEVEL
from mailgate.backup.fault import BackupFault
from mailgate.backup.pgprograms import Target
from mailgate.backup.stock import COUNTED, Stock, take_stock
from mailgate.domain.numbering import Serials
from mailgate.register.faults import translated

_VERSION_DATA = " TABLE DATA public alembic_version "


def size_of(engine: Engine) -> int:
    """Bytes of the database on the server's disk; a compressed dump is smaller."""
    with translated(), engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())


def dump(engine: Engine, file: Path, environment: Mapping[str, str]) -> tuple[Stock, dict[str, Serials]]:
    """Dump a database as it stands at one moment, and count it at the same; raises BackupFault, RegisterError."""
    with translated():
        target = pgprograms.target_of(engine)
        program = pgprograms.find("pg_dump", environment, target.server)
        with (
            _snapshot(engine) as (connection, snapshot),
            pgprograms.credentials(target, environment, file.parent) as its,
        ):
            command = [
                program,
                "--format=custom",
                f"--compress={LEVEL}",
                "--no-owner",
                "--no-privileges",
                "--no-comments",
            ]
            command += ["--no-password", f"--snapshot={snapshot}", f"--file={file}", f"--dbname={target.conninfo}"]
            pgprograms.run(command, its)
            return take_stock(_asking(connection))


@contextmanager
def _snapshot(engine: Engine) -> Iterator[tuple[Connection, str]]:
    """A transaction, and the name under which another connection sees just what it sees."""
    with engine.connect().execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True) as connection:
        # pg_dump takes longer than a transaction of ours may stand idle.
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield connection, str(connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one())


def _asking(connection: Connection) -> Callable[[str], Any]:
    return lambda statement: connection.exec_driver_sql(statement).all()


def examine(file: Path, environment: Mapping[str, str]) -> tuple[Stock, dict[str, Serials]]:
    """Read a dump through to its end, and count what is in it.  Raises BackupFault."""
    program = pgprograms.find("pg_restore", environment)
    pgprograms.run([program, "--list", str(file)], environment)
    tally = _Tally()
    command = [program, "--data-only", "--file=-", str(file)]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(environment)
    ) as reading:
        assert reading.stdout is not None
        assert reading.stderr is not None
        tally.read(reading.stdout)
        said = reading.stderr.read().decode(errors="replace")
    if reading.returncode:
        raise BackupFault(f"the dump is damaged: {pgprograms.complaint(said)}")
    return tally.stock(), tally.serials


class _Tally:
    """Counts the rows of a dump as they pass; each row is a line (PostgreSQL's manual, COPY, text format)."""

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}
        self.serials: dict[str, Serials] = {}
        self._numbers: dict[str, int] = {}
        self._revision = ""

    def read(self, lines: Any) -> None:
        for line in lines:
            if line.startswith(b"COPY "):
                table, columns = _heading(line)
                self.rows[table] = self._table(table, columns, lines)

    def _table(self, table: str, columns: list[str], lines: Any) -> int:
        take = {"question": self._question, "number": self._number, "alembic_version": self._version}.get(table)
        count = 0
        for line in lines:
            if line == b"\\.\n":
                break
            count += 1
            if take:
                take(dict(zip(columns, line.decode().rstrip("\n").split("\t"), strict=True)))
        return count

    def _question(self, row: dict[str, str]) -> None:
        year = row["year"]
        found = self.serials.get(year, Serials(0, 0))
        self.serials[year] = Serials(found.count + 1, max(found.highest, int(row["serial"])))

    def _number(self, row: dict[str, str]) -> None:
        self._numbers[row["year"]] = int(row["last"])

    def _version(self, row: dict[str, str]) -> None:
        self._revision = row["version_num"]

    def stock(self) -> Stock:
        counts = {name: self.rows.get(table, 0) for name, table in COUNTED.items()}
        return Stock(self._revision, counts, self._numbers)


def _heading(line: bytes) -> tuple[str, list[str]]:
    """``COPY public.question (id, number, "references") FROM stdin;``: the table and its columns."""
    table, _, rest = line.decode().removeprefix("COPY ").partition(" (")
    columns = rest.partition(")")[0].split(", ")
    return table.rpartition(".")[2].strip('"'), [name.strip('"') for name in columns]


def load(file: Path, target: Target, environment: Mapping[str, str]) -> None:
    """Put a dump into an empty database, in one transaction, all but its revision.

    Without a revision no daemon can take the database for a register before it has been told that it was restored
    (``register.schema.upgrade_within``).  Raises BackupFault, and nothing is left behind.
    """
    program = pgprograms.find("pg_restore", environment, target.server)
    contents = pgprograms.run([program, "--list", str(file)], environment)
    kept = file.with_name("contents")
    kept.write_text("".join(line for line in contents.splitlines(keepends=True) if _VERSION_DATA not in line), "utf-8")
    with pgprograms.credentials(target, environment, file.parent) as its:
        command = [program, "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", "--no-password"]
        pgprograms.run([*command, f"--use-list={kept}", f"--dbname={target.conninfo}", str(file)], its)
