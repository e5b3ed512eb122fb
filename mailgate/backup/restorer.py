"""Putting a backup into place: checked first, prepared aside, then put there at one stroke; nothing is ever deleted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, inspect
from sqlmodel import Session

from mailgate import __version__
from mailgate.backup import inspector, shelf, sqlitecopy
from mailgate.backup.fault import BackupFault
from mailgate.backup.installation import Installation, kind_of
from mailgate.backup.manifest import Manifest
from mailgate.register import restores, schema
from mailgate.register.database import migrate, open_database, unit_of_work
from mailgate.register.faults import translated

_NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class Restored:
    """``letters`` became uncertain, for they may have been sent since; ``aside`` is where what stood there is now."""

    manifest: Manifest
    letters: int
    aside: tuple[Path, ...]


def restore(installation: Installation, backup: Path, *, replace: bool, now: datetime) -> Restored:
    """Make a backup the register; the caller holds the storage folder, so that no daemon runs.

    ``replace`` lets a register that stands there be moved aside.  A backup of an older schema is brought up to date on
    the way.  Raises BackupFault and RegisterError; what stood there stands there still.
    """
    with installation.database() as engine:
        path = schema.sqlite_path(engine)
        try:
            with shelf.workspace(path.parent if path else installation.storage) as workspace:
                manifest = _good(installation, backup, workspace)
                _require_fitting(engine, manifest)
                _require_place(installation, engine, workspace, manifest, replace=replace)
                return _put_into_place(installation, engine, workspace, manifest, now)
        except OSError as fault:
            raise BackupFault(
                f"{backup.name} could not be restored: {fault.strerror or type(fault).__name__}"
            ) from None


def _good(installation: Installation, backup: Path, workspace: Path) -> Manifest:
    inspection = inspector.inspect(backup, workspace, installation.environment)
    if inspection.manifest is None or inspection.faults:
        raise BackupFault(f"{backup.name} is not good and was not restored: {'; '.join(inspection.faults)}")
    return inspection.manifest


def _require_fitting(engine: Engine, manifest: Manifest) -> None:
    if manifest.kind != kind_of(engine):
        raise BackupFault(
            f"this is a backup of {_NAMES[manifest.kind]}, and MAILGATE_DATABASE_URL names {_NAMES[kind_of(engine)]}: "
            "name a database of the same kind"
        )
    if manifest.stock.revision not in schema.revisions():
        raise BackupFault(
            f"the backup was made by mailgate {manifest.program}, whose register is newer (revision "
            f"{manifest.stock.revision}) than this mailgate {__version__} understands: install that version, and restore "
            "with it"
        )


def _require_place(
    installation: Installation, engine: Engine, workspace: Path, manifest: Manifest, *, replace: bool
) -> None:
    """Nothing that stands there is in the way, or it may be moved aside."""
    if manifest.kind == "postgresql":
        with translated():
            if inspect(engine).get_table_names():
                raise BackupFault(
                    "the database is not empty: create a new one (createdb), name it in MAILGATE_DATABASE_URL, and "
                    "restore into that; the present one stays as it is"
                )
    standing = list(_standing(installation, engine, workspace, manifest))
    if standing and not replace:
        raise BackupFault(
            f"there is a register already ({', '.join(map(str, standing))}); with --replace it is moved aside"
        )


def _standing(installation: Installation, engine: Engine, workspace: Path, manifest: Manifest) -> Iterator[Path]:
    path = schema.sqlite_path(engine)
    if path and path.exists() and path.stat().st_size:
        yield path
    yield from (place for _, place in _keys(installation, workspace, manifest) if place.exists())


def _keys(installation: Installation, workspace: Path, manifest: Manifest) -> Iterator[tuple[Path, Path]]:
    """The keys that are to be put into place, each with that place."""
    for name in installation.keys:
        fresh, place = workspace / name, installation.storage / name
        if name not in manifest.members or (name in installation.lasting and place.exists()):
            continue
        if not (place.exists() and place.read_bytes() == fresh.read_bytes()):
            yield fresh, place


def _put_into_place(
    installation: Installation, engine: Engine, workspace: Path, manifest: Manifest, now: datetime
) -> Restored:
    """Keys first: a daemon that found the register without its key would make a new one, and know no reply any more."""
    database, path = inspector.database_in(workspace, manifest), schema.sqlite_path(engine)
    if path:
        letters = _prepare(database, manifest, now)
    aside = [moved for fresh, place in _keys(installation, workspace, manifest) if (moved := _put(fresh, place, now))]
    if path:
        aside += _logs_aside(path, now)
        aside += [moved] if (moved := _put(database, path, now)) else []
    else:
        letters = _load(installation, engine, database, manifest, now)
    return Restored(manifest, letters, tuple(aside))


def _prepare(database: Path, manifest: Manifest, now: datetime) -> int:
    """Bring an unpacked SQLite register up to date, and tell it that it was restored; it is one file again then."""
    engine = open_database(f"sqlite:///{database}")
    try:
        migrate(engine)
        with unit_of_work(engine) as session:
            letters = restores.record(session, manifest.made_at, now)
    finally:
        engine.dispose()
    if not sqlitecopy.settle(database):
        raise BackupFault("the restored database could not be made ready")
    return letters


def _load(installation: Installation, engine: Engine, dump: Path, manifest: Manifest, now: datetime) -> int:
    """Fill an empty PostgreSQL database; it is a register only once it knows that it was restored."""
    from mailgate.backup import pgdump, pgprograms

    with translated():
        pgdump.load(dump, pgprograms.target_of(engine), installation.environment)
        with engine.connect() as connection, connection.begin():
            schema.upgrade_within(connection, manifest.stock.revision)
            with Session(connection) as session:
                letters = restores.record(session, manifest.made_at, now)
                session.flush()
    return letters


def _put(fresh: Path, place: Path, now: datetime) -> Path | None:
    """Put a file into place at one stroke; returns where the one is that stood there, None where none did."""
    fresh.chmod(0o600)
    shelf.give_to_owner_of(place.parent, fresh)
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    aside = _aside(place, now) if place.exists() else None
    if aside:
        try:
            # A second name for it: at every moment the place is taken, by the one or by the other.
            aside.hardlink_to(place)
        except OSError:
            place.rename(aside)
    fresh.replace(place)
    shelf.sync_folder(place.parent)
    return aside


def _logs_aside(path: Path, now: datetime) -> list[Path]:
    """A write-ahead log must never meet another database than its own: where it cannot be settled, it goes first."""
    if not path.exists() or sqlitecopy.settle(path):
        return []
    moved = []
    for log in sqlitecopy.logs_of(path):
        aside = _aside(path, now)
        moved.append(log.rename(aside.with_name(aside.name + log.name.removeprefix(path.name))))
    shelf.sync_folder(path.parent)
    return moved


def _aside(place: Path, now: datetime) -> Path:
    return place.with_name(f"{place.name}.replaced-{now.astimezone(UTC):%Y-%m-%dT%H%M%SZ}")
