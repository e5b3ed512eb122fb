"""Everything that can be asked of a finished backup: is it whole, and is it what it says?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mailgate.backup import archive, shelf, sqlitecopy
from mailgate.backup.fault import BackupFault
from mailgate.backup.installation import DATABASE
from mailgate.backup.manifest import Manifest
from mailgate.backup.stock import Stock, gaps
from mailgate.domain.numbering import Serials


@dataclass(frozen=True, slots=True)
class Inspection:
    """``faults`` are English clauses, none for a good backup; the manifest is None where even that cannot be read."""

    manifest: Manifest | None
    faults: tuple[str, ...]


def inspect(backup: Path, workspace: Path, environment: Mapping[str, str]) -> Inspection:
    """Unpack a backup into an empty folder, where it stays, and check all of it.

    The members against their checksums; the database for damage, for rows that point nowhere, for what the manifest
    counts, and for gaps in the numbers.  Raises BackupFault where it cannot be looked at here: no room, no pg_restore.
    """
    try:
        manifest = archive.read_manifest(backup)
    except BackupFault as fault:
        return Inspection(None, (str(fault),))
    shelf.require_room(workspace, manifest.unpacked + sum(member.bytes for member in manifest.members.values()))
    try:
        archive.unpack(backup, workspace)
        return Inspection(manifest, tuple(_faults(manifest, workspace, environment)))
    except BackupFault as fault:
        return Inspection(manifest, (str(fault),))
    except OSError as fault:
        raise BackupFault(f"{backup.name} cannot be unpacked: {fault.strerror or type(fault).__name__}") from None


def database_in(workspace: Path, manifest: Manifest) -> Path:
    """Where the database lies once a backup is inspected: a SQLite file, or a dump."""
    return workspace / DATABASE[manifest.kind].removesuffix(".gz")


def _faults(manifest: Manifest, workspace: Path, environment: Mapping[str, str]) -> Iterator[str]:
    packed, database = workspace / DATABASE[manifest.kind], database_in(workspace, manifest)
    if manifest.kind == "sqlite" and database.exists():
        yield f"it holds {database.name} beside its packed database"
        return
    if not packed.exists():
        yield "it holds no database"
        return
    if manifest.kind == "sqlite":
        archive.decompress(packed, database, manifest.unpacked)
        packed.unlink()
        stock, serials, damages = sqlitecopy.examine(database)
        yield from damages
    else:
        from mailgate.backup import pgdump

        stock, serials = pgdump.examine(database, environment)
    yield from differences(manifest.stock, stock, serials)


def differences(told: Stock, stock: Stock, serials: Mapping[str, Serials]) -> Iterator[str]:
    """An English clause for each thing in which a database is not what its manifest tells, or not sound."""
    if stock.revision != told.revision:
        yield f"its schema is of revision {stock.revision}, and the manifest says {told.revision}"
    for name, count in told.counts.items():
        if stock.counts.get(name) != count:
            yield f"it holds {stock.counts.get(name)} {name}, and the manifest says {count}"
    if stock.numbers != told.numbers:
        yield "the last numbers are not those of the manifest"
    yield from gaps(stock, serials)
