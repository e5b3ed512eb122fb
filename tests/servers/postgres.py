"""PostgreSQL for tests: a private cluster from Debian's package for as long as the tests run, or a server that is given.

The private one listens on a Unix socket only, so that nothing else on the machine can meet it.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import URL

_SUPERUSER = "postgres"
_TIME_LIMIT = 60.0
_OPTIONS = {
    "listen_addresses": "",
    "max_connections": "100",
    # What is written here need not outlive the machine, only the server's own restarts.
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class PostgresServer:
    """A running server; ``at`` is a URL under which databases may be made in it, ``strategy`` how they are copied."""

    def __init__(self, at: URL, strategy: str = "") -> None:
        self._at = at.set(drivername="postgresql+psycopg")
        self._strategy = strategy
        self._connection: psycopg.Connection | None = None

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of one database."""
        return self._at.set(database=database).render_as_string(hide_password=False)

    def create(self, database: str, template: str = "template0") -> str:
        """Create an empty database, or a copy of another to which nobody is connected; returns its URL."""
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'" + self._strategy)
        self.command(command.format(sql.Identifier(database), sql.Identifier(template)))
        return self.url(database)

    def drop(self, database: str) -> None:
        """Drop a database, whoever is connected to it."""
        self.command(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))

    def sever(self, database: str) -> int:
        """Cut every connection to a database in the middle of whatever it does; returns how many there were."""
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}"
        return len(self.command(sql.SQL(cut).format(sql.Literal(database))).fetchall())

    def command(self, command: sql.Composable) -> psycopg.Cursor:
        """Have the server do something that concerns no database, or all."""
        if self._connection is None or self._connection.closed:
            url = self._at.set(drivername="postgresql").render_as_string(hide_password=False)
            self._connection = psycopg.connect(url, autocommit=True, application_name="tests")
        return self._connection.execute(command)

    def leave(self) -> None:
        """Close the connection that was used for commands."""
        if self._connection is not None:
            self._connection.close()


class PostgresCluster(PostgresServer):
    """A server of our own in ``folder``, which holds its data and its socket; it can be stopped and started."""

    def __init__(self, folder: Path, programs: Path) -> None:
        at = URL.create("postgresql", _SUPERUSER, database="postgres", query={"host": str(folder)})
        # By far the quickest where nothing is synced to disk.
        super().__init__(at, " STRATEGY FILE_COPY" if _version(programs) >= 15 else "")
        self._folder = folder
        self._initdb = [str(programs / "initdb"), "-D", str(folder / "data"), "-U", _SUPERUSER]
        self._control = [str(programs / "pg_ctl"), "-D", str(folder / "data"), "-w", "-t", "60"]

    def initialise(self) -> None:
        """Make the cluster's files."""
        _run([*self._initdb, "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C"])
        options = _OPTIONS | {"unix_socket_directories": str(self._folder)}
        with (self._folder / "data" / "postgresql.conf").open("a") as configuration:
            configuration.writelines(f"{name} = '{value}'\n" for name, value in options.items())

    def start(self) -> None:
        """Start, and wait until it serves."""
        _run([*self._control, "-l", str(self._folder / "log"), "start"])

    def stop(self, mode: str = "fast") -> None:
        """Stop: ``fast`` as an administrator does, ``immediate`` as when the machine dies."""
        self.leave()
        _run([*self._control, "-m", mode, "stop"])


def binaries() -> Path | None:
    """The folder of the newest server's programs, or None where there is no server."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: _version(path.parent))
    return found[-1].parent if found else None


@contextmanager
def postgres_cluster() -> Iterator[PostgresCluster]:
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
        cluster = PostgresCluster(folder, programs)
        cluster.initialise()
        cluster.start()
        yield cluster
    finally:
        # It may be stopped already, or never have started.
        with contextlib.suppress(RuntimeError, UnboundLocalError):
            cluster.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


def _version(programs: Path) -> int:
    """The major version, from Debian's path ``/usr/lib/postgresql/VERSION/bin``."""
    return int(programs.parent.name)


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
