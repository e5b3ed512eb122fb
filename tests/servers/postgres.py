"""A private PostgreSQL cluster from Debian's package, for as long as the tests run.

It listens on a Unix socket only, so that nothing else on the machine can meet it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql

_SUPERUSER = "postgres"
_TIME_LIMIT = 60.0


@dataclass(frozen=True)
class PostgresServer:
    """A running cluster; ``folder`` holds its socket."""

    folder: Path

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of one database."""
        return f"postgresql+psycopg://{_SUPERUSER}@/{database}?host={quote(str(self.folder), safe='')}"

    def create(self, database: str, template: str = "template1") -> str:
        """Create an empty database, or a copy of another to which nobody is connected; returns its URL."""
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._command(command.format(sql.Identifier(database), sql.Identifier(template)))
        return self.url(database)

    def drop(self, database: str) -> None:
        """Drop a database, whoever is connected to it."""
        self._command(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))

    def _command(self, command: sql.Composed) -> None:
        with psycopg.connect(host=str(self.folder), user=_SUPERUSER, dbname="postgres", autocommit=True) as connection:
            connection.execute(command)


def binaries() -> Path | None:
    """The folder of the newest server's programs, or None where there is no server."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Start a cluster, stop it and throw it away at the end.

    Where there is no PostgreSQL the tests that need it are skipped, except in continuous integration: there it is a
    failure.
    """
    programs = binaries()
    if programs is None:
        missing = "there is no PostgreSQL server on this machine (Debian's package: postgresql)"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    # A short path: the name of a Unix socket may have 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="mailgate-pg-"))
    try:
        _hand_over(folder)
        with _running(programs, folder):
            yield PostgresServer(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(programs: Path, folder: Path) -> Iterator[None]:
    data = folder / "data"
    initdb = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        _SUPERUSER,
        "--auth=trust",
        "--no-sync",
        "-E",
        "UTF8",
        "--locale=C",
    ]
    _run([str(part) for part in initdb])
    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off -c max_connections=60"
    control = [str(programs / "pg_ctl"), "-D", str(data), "-w", "-t", "60"]
    _run([*control, "-l", str(folder / "log"), "-o", options, "start"])
    try:
        yield
    finally:
        _run([*control, "-m", "immediate", "stop"])


def _hand_over(folder: Path) -> None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() == 0:
        user = pwd.getpwnam(_SUPERUSER)
        os.chown(folder, user.pw_uid, user.pw_gid)
    folder.chmod(0o700 if os.geteuid() else 0o755)


def _run(command: Sequence[str]) -> None:
    if os.geteuid() == 0:
        command = ["runuser", "-u", _SUPERUSER, "--", *command]
    # The server inherits these: a pipe would be kept open by it, and waited for.
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(
            command, stdout=said, stderr=said, stdin=subprocess.DEVNULL, timeout=_TIME_LIMIT, check=False, cwd="/"
        )
        if done.returncode != 0:
            said.seek(0)
            raise RuntimeError(f"{command[0]} failed: {said.read().decode(errors='replace')}")
