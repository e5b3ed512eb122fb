"""The folder of backups: their names, room for the next, a place for what is unfinished, and how many are kept."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from mailgate.backup import archive
from mailgate.backup.fault import BackupFault

_NAME = re.compile(r"mailgate-\d{4}-\d\d-\d\dT\d{6}Z\.tar")
_UNFINISHED = ".mailgate-unfinished-"
_MARGIN = 16 << 20


def name_of(made_at: datetime) -> str:
    """``mailgate-2026-11-23T201500Z.tar``: names sort as their instants do."""
    return f"mailgate-{made_at.astimezone(UTC):%Y-%m-%dT%H%M%SZ}.tar"


def backups_in(folder: Path) -> list[Path]:
    """The finished backups, the oldest first: of what is named like one, what says of itself that it is one."""
    return sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name) and _tells_of_itself(path))


def _tells_of_itself(path: Path) -> bool:
    if path.is_symlink() or not path.is_file():
        return False
    try:
        archive.read_manifest(path)
    except BackupFault:
        return False
    return True


@contextmanager
def workspace(folder: Path) -> Iterator[Path]:
    """A folder inside, for the owner alone, that is gone at the end; what a process left that died is removed first.

    Raises BackupFault where the folder cannot be used.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _remove_abandoned(folder)
        unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=folder))
    except OSError as fault:
        cure = "name a folder that mailgate may write"
        if fault.errno == errno.EROFS:
            cure += "; in a unit of systemd, ReadWritePaths= lets it write to others than its own"
        raise BackupFault(f"{folder} cannot be written ({fault.strerror}): {cure}") from None
    descriptor = os.open(unfinished, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # The kernel lets go of it however the process ends: thus an abandoned folder is known.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield unfinished
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
        os.close(descriptor)


def _remove_abandoned(folder: Path) -> None:
    for path in folder.glob(f"{_UNFINISHED}*"):
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue
        else:
            shutil.rmtree(path, ignore_errors=True)
        finally:
            os.close(descriptor)


def require_room(folder: Path, needed: int) -> None:
    """Raise BackupFault unless so many bytes and a little more are free."""
    space = os.statvfs(folder)
    free = space.f_bavail * space.f_frsize
    if free < needed + _MARGIN:
        raise BackupFault(
            f"{folder} has {free >> 20} MiB free, and {(needed + _MARGIN) >> 20} MiB may be needed: "
            "make room, or name another folder"
        )


def put_up(unfinished: Path, final: Path) -> None:
    """Give a finished file its name, durably.  Raises BackupFault where that name is taken."""
    if final.exists():
        raise BackupFault(f"{final} is there already")
    unfinished.rename(final)
    sync_folder(final.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on disk, as far as its file system lets us (those of networks may not)."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as fault:
        if fault.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def give_to_owner_of(folder: Path, file: Path) -> None:
    """For what root puts there for a service that runs as another user."""
    owner = folder.stat()
    if os.geteuid() == 0:
        with suppress(OSError):
            os.chown(file, owner.st_uid, owner.st_gid)


def rotate(folder: Path, keep: int, last_good: Path) -> list[Path]:
    """Remove all but the newest ``keep`` backups up to ``last_good``, which stays; returns what was removed.

    What by its name is newer than the one just made tells of a clock that was wrong: it counts for nothing and stays.
    So does what we may not remove.
    """
    removed = []
    for path in [path for path in backups_in(folder) if path.name <= last_good.name][:-keep]:
        with suppress(OSError):
            path.unlink()
            removed.append(path)
    return removed
