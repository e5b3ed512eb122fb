"""The file of one backup: a tar whose first member is the manifest, then the database and the keys.

The database is compressed inside it, so that manifest and keys are at hand in any size of backup, and so that whoever
has only ``tar`` and ``gunzip`` can get at everything.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import shutil
import tarfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, cast

from mailgate.backup import manifest as manifests
from mailgate.backup.fault import BackupFault
from mailgate.backup.manifest import Manifest, Member

LEVEL = 1
"""Of gzip: the next level makes a register smaller by 0.4 % and takes half as long again (``scripts/bench/backup --levels``)."""
MOST_OF_A_MANIFEST = 1 << 20
_CHUNK = 1 << 20
_STEP = 8 << 20


def describe(path: Path) -> Member:
    """A file's length and SHA-256."""
    with path.open("rb") as file:
        return Member(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def compress(source: Path, target: Path) -> None:
    """Write ``target`` as gzip of ``source``.  Raises OSError."""
    with source.open("rb") as plain, target.open("wb") as raw:
        # No name and no time in it: the manifest tells both.
        with gzip.GzipFile("", "wb", LEVEL, raw, mtime=0) as packed:
            shutil.copyfileobj(plain, packed, _CHUNK)
        raw.flush()


def write(path: Path, manifest: Manifest, members: Mapping[str, Path]) -> None:
    """Write the file and have it on disk, mode 0600.  Raises OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb", buffering=0) as raw:
        with tarfile.open(fileobj=cast("IO[bytes]", _Steady(raw)), mode="w", format=tarfile.PAX_FORMAT) as tar:
            told = manifest.to_json()
            tar.addfile(_entry(manifests.FILE_NAME, len(told), manifest), io.BytesIO(told))
            for name, source in members.items():
                with source.open("rb") as content:
                    tar.addfile(_entry(name, manifest.members[name].bytes, manifest), content)
        os.fsync(raw.fileno())


class _Steady(io.RawIOBase):
    """Has what is written on disk a little at a time.

    One fsync of hundreds of megabytes would hold up every other on the same file system, and each mail that the daemon
    takes waits for one.
    """

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._file = file
        self._unsynced = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._file.tell()

    def write(self, chunk: Any, /) -> int:
        view = memoryview(chunk)
        written = 0
        while written < len(view):
            written += self._file.write(view[written:])
        self._unsynced += written
        if self._unsynced >= _STEP:
            os.fdatasync(self._file.fileno())
            self._unsynced = 0
        return written


def _entry(name: str, size: int, manifest: Manifest) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o600, int(manifest.made_at.timestamp())
    return entry


def read_manifest(path: Path) -> Manifest:
    """The manifest alone, quick in a file of any size.  Raises BackupFault."""
    try:
        with path.open("rb") as raw, tarfile.open(fileobj=raw, mode="r:") as tar:
            return _manifest_in(tar)
    except OSError as fault:
        raise BackupFault(f"it cannot be read: {fault.strerror or type(fault).__name__}") from None
    except tarfile.TarError:
        raise BackupFault("it is no backup of mailgate, or its beginning is damaged") from None


def unpack(path: Path, folder: Path) -> Manifest:
    """Lay all members into a folder, mode 0600, each checked against the manifest.

    Raises BackupFault where one is missing, too much, or not what the manifest says.
    """
    try:
        with path.open("rb") as raw, tarfile.open(fileobj=raw, mode="r:") as tar:
            manifest = _manifest_in(tar)
            found = {_unpack_one(tar, entry, manifest, folder) for entry in tar if entry.name != manifests.FILE_NAME}
    except OSError as fault:
        raise BackupFault(f"it cannot be read: {fault.strerror or type(fault).__name__}") from None
    except tarfile.TarError:
        raise BackupFault("it is cut short or damaged") from None
    missing = sorted(manifest.members.keys() - found)
    if missing:
        raise BackupFault(f"it is cut short: {', '.join(missing)} is missing")
    return manifest


def decompress(source: Path, target: Path, size: int) -> None:
    """Undo ``compress``; ``size`` is what must come out, and no more is ever written.  Raises BackupFault."""
    try:
        with gzip.open(source) as packed, os.fdopen(_new_file(target), "wb") as plain:
            left = size
            while chunk := packed.read(min(_CHUNK, left + 1)):
                left -= len(chunk)
                if left < 0:
                    break
                plain.write(chunk)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise BackupFault(f"{source.name} is damaged") from None
    if left:
        raise BackupFault(f"{source.name} does not hold as much as the manifest says")


def _manifest_in(tar: tarfile.TarFile) -> Manifest:
    first = tar.next()
    if first is None or first.name != manifests.FILE_NAME or not _is_plain(first) or first.size > MOST_OF_A_MANIFEST:
        raise BackupFault("it is no backup of mailgate: it does not begin with a manifest")
    content = tar.extractfile(first)
    assert content is not None
    return Manifest.from_json(content.read())


def _unpack_one(tar: tarfile.TarFile, entry: tarfile.TarInfo, manifest: Manifest, folder: Path) -> str:
    """Only names of the manifest are ever written, and a manifest of ours names plain files."""
    name = entry.name
    expected = manifest.members.get(name)
    if expected is None or Path(name).name != name or not _is_plain(entry):
        raise BackupFault(f"it holds something that its manifest does not name: {name!r}")
    if entry.size != expected.bytes:
        raise BackupFault(f"{name} is not what was put in: its length differs")
    content = tar.extractfile(entry)
    assert content is not None
    with os.fdopen(_new_file(folder / name), "wb") as target:
        digest = _copied(content, target)
    if digest != expected.sha256:
        raise BackupFault(f"{name} is not what was put in: its checksum differs")
    return name


def _is_plain(entry: tarfile.TarInfo) -> bool:
    """A file whose bytes stand in the archive: a sparse one of some kilobytes unpacks to any size."""
    return entry.isreg() and not entry.issparse()


def _copied(source: IO[bytes], target: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
        target.write(chunk)
    return digest.hexdigest()


def _new_file(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
