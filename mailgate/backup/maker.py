"""Making a backup beside the running daemon: copied at one moment, packed, verified, and only then given its name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from mailgate import __version__
from mailgate.backup import archive, shelf, sqlitecopy
from mailgate.backup.fault import BackupFault
from mailgate.backup.inspector import inspect
from mailgate.backup.installation import DATABASE, Installation, kind_of
from mailgate.backup.manifest import Manifest
from mailgate.backup.stock import Stock
from mailgate.register.database import ensure_current
from mailgate.register.schema import sqlite_path


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that has been written and verified; ``removed`` are older ones for which there is no more room."""

    path: Path
    manifest: Manifest
    removed: tuple[Path, ...]


def make(installation: Installation, folder: Path, *, keep: int, now: datetime) -> Made:
    """Put a backup into a folder, and keep the newest ``keep`` there, at least the one just made.

    Raises BackupFault and RegisterError; the folder then holds what it held before.
    """
    final = folder / shelf.name_of(now)
    try:
        with installation.database() as engine, shelf.workspace(folder) as workspace:
            ensure_current(engine)
            draft = workspace / final.name
            manifest = _write(installation, engine, draft, now)
            _require_good(installation, draft)
            shelf.put_up(draft, final)
        return Made(final, manifest, tuple(shelf.rotate(folder, keep, final)))
    except OSError as fault:
        reason = fault.strerror or type(fault).__name__
        raise BackupFault(f"the backup could not be written to {folder}: {reason}") from None


def _write(installation: Installation, engine: Engine, draft: Path, now: datetime) -> Manifest:
    """The draft of the file, on disk; what went into it is removed again."""
    stock, packed, unpacked = _database(installation, engine, draft.parent)
    keys = [installation.storage / name for name in installation.keys]
    copies = {packed.name: packed} | {path.name: _steady(path, draft.parent) for path in keys if path.exists()}
    described = {name: archive.describe(path) for name, path in copies.items()}
    manifest = Manifest(__version__, kind_of(engine), now, stock, unpacked, described)
    archive.write(draft, manifest, copies)
    for path in copies.values():
        path.unlink()
    return manifest


def _steady(path: Path, workspace: Path) -> Path:
    """A file as it stands now: a key may be renewed while we count its bytes."""
    copy = workspace / path.name
    copy.touch(mode=0o600)
    copy.write_bytes(path.read_bytes())
    return copy


def _database(installation: Installation, engine: Engine, workspace: Path) -> tuple[Stock, Path, int]:
    """What the database holds, its packed copy, and the bytes that this takes up when it is unpacked."""
    path, packed = sqlite_path(engine), workspace / DATABASE[kind_of(engine)]
    if path is None:
        from mailgate.backup import pgdump

        shelf.require_room(workspace, 2 * pgdump.size_of(engine))
        stock, _ = pgdump.dump(engine, packed, installation.environment)
        return stock, packed, 0
    shelf.require_room(workspace, 2 * sqlitecopy.size_of(path))
    copy = workspace / "mailgate.db"
    sqlitecopy.copy(path, copy)
    stock = sqlitecopy.count(copy)
    unpacked = copy.stat().st_size
    archive.compress(copy, packed)
    copy.unlink()
    return stock, packed, unpacked


def _require_good(installation: Installation, draft: Path) -> None:
    """The file is read back from its beginning: what cannot be verified never gets the name of a backup."""
    with shelf.workspace(draft.parent) as beside:
        inspection = inspect(draft, beside, installation.environment)
    if inspection.faults:
        raise BackupFault(f"the backup is not good and was not kept: {'; '.join(inspection.faults)}")
