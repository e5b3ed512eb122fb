"""The programs of PostgreSQL's client, run so that no password stands where other users can read it."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from psycopg.conninfo import make_conninfo
from sqlalchemy import Engine

from mailgate.backup.fault import BackupFault

_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_ERROR = re.compile(r"error: (.*)")


@dataclass(frozen=True, slots=True)
class Target:
    """How the programs reach a database: a connection string without the password, and the password."""

    conninfo: str
    password: str | None = field(repr=False)
    server: int
    """The server's major version."""


def target_of(engine: Engine) -> Target:
    """The database of an engine.  Raises what connecting raises."""
    with engine.connect() as connection:
        version = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one())
    _, words = engine.dialect.create_connect_args(engine.url)
    words = {name: str(value) for name, value in words.items() if name not in ("context", "password")}
    password = engine.url.password or engine.url.query.get("password")
    return Target(make_conninfo(**words), str(password) if password is not None else None, version // 10_000)


def find(program: str, environment: Mapping[str, str], server: int | None = None) -> str:
    """The path of pg_dump or pg_restore, at least as new as the server.  Raises BackupFault with the cure."""
    wanted = f"postgresql-client-{server}" if server else "postgresql-client"
    path = shutil.which(program, path=environment.get("PATH"))
    if path is None:
        raise BackupFault(f"{program} is not installed: install the package {wanted}")
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False, env=dict(environment))
    version = _VERSION.search(said.stdout)
    if version is None:
        raise BackupFault(f"{path} does not tell its version: install the package {wanted}")
    if server and int(version[1]) < server:
        raise BackupFault(
            f"{path} is of PostgreSQL {version[1]} and the server of {server}, which it cannot read: "
            f"install the package {wanted}"
        )
    return path


@contextmanager
def credentials(target: Target, environment: Mapping[str, str], folder: Path) -> Iterator[dict[str, str]]:
    """An environment for the programs; the password stands in a file of mode 0600 that is gone at the end."""
    if target.password is None:
        yield dict(environment)
        return
    file = folder / "pgpass"
    file.touch(mode=0o600, exist_ok=False)
    escaped = target.password.replace("\\", r"\\").replace(":", r"\:")
    file.write_text(f"*:*:*:*:{escaped}\n", "utf-8")
    try:
        yield {**environment, "PGPASSFILE": str(file)}
    finally:
        file.unlink(missing_ok=True)


def run(command: Sequence[str], environment: Mapping[str, str]) -> str:
    """Run a program to its end; its standard output.  Raises BackupFault with its first complaint."""
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        stdin=subprocess.DEVNULL,
        env=environment,
    )
    if done.returncode:
        raise BackupFault(f"{Path(command[0]).name} failed: {complaint(done.stderr)}")
    return done.stdout


def complaint(said: str) -> str:
    """The first error that a program tells; never what follows it, which may quote rows."""
    found = _ERROR.search(said)
    return found[1][:300] if found else "it does not say why"
